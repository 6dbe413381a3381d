/**
 * Makes the page of the console: one file of HTML, in dist/console.html, that needs nothing else.
 *
 * `deno task page`. A cluster's console serves it; as it is, it shows the demonstration.
 *
 * @module
 */

import { PAGE_FILE } from "../cli/console/page.ts";
import { sha256Hex } from "../lib/crypto/hash.ts";
import { fromHex } from "../lib/wire/hex.ts";
import { PAGE_STYLE } from "../lib/console/page/colours.ts";
import { runScript } from "./command.ts";
import { ROOT } from "./lint/paths.ts";
import { run } from "./run.ts";

/** Where it begins. */
const ENTRY = "lib/console/page/main.tsx";

/** What it looks like. */
const STYLE = "lib/console/page/style.css";

/** Without a server there is a demonstration. */
const DEMO = { mode: "demo", title: "three small clusters, made in this page" };

/**
 * The page as text. Nothing from elsewhere is loaded or asked, and no script or style runs but its
 * own, by their hashes.
 *
 * @throws Error if it cannot be bundled.
 */
export async function makePage(): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".js" });
  try {
    const made = await run([
      ...["deno", "bundle", "--quiet", "--platform=browser", "--minify"],
      ...["--output", file, ENTRY],
    ]);
    if (made.code !== 0) throw new Error(`${ENTRY}: deno bundle failed:\n${made.output}`);
    // A text in the program must not end the element that it stands in.
    const script = (await Deno.readTextFile(file)).replaceAll("</script", "<\\/script");
    const style = `${PAGE_STYLE}\n${await Deno.readTextFile(`${ROOT}/${STYLE}`)}`;
    return assemble(script, style);
  } finally {
    await Deno.remove(file);
  }
}

function assemble(script: string, style: string): string {
  const policy = [
    ...["default-src 'none'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'"],
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hetpaxos console</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="boot">${JSON.stringify(DEMO)}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** As a policy names what it allows. */
function hashOf(text: string): string {
  return `sha256-${fromHex(sha256Hex(text)).toBase64()}`;
}

if (import.meta.main) {
  await runScript({
    name: "deno task page",
    summary: "Make the page of the console",
    description: "Makes the page that hetpaxos console serves, in dist/console.html.",
    flags: [],
  }, async () => {
    const page = await makePage();
    await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
    await Deno.writeTextFile(`${ROOT}/${PAGE_FILE}`, page);
    console.log(`${PAGE_FILE}: ${Math.ceil(page.length / 1000)} kB`);
  });
}
