import { assertMatch } from "@std/assert";
import { bundleInto } from "../../scripts/bundle.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { PROGRAMS } from "../../scripts/programs.ts";

Deno.test("a stack trace in a bundle has the names of the sources' functions", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const script = `${folder}/acceptor.js`;
    await bundleInto(PROGRAMS[0]!, script);
    const text = await Deno.readTextFile(script);
    // The body of a function that every program runs first fails, as a fault of ours would.
    const broken = text.replace(/(\nfunction parseFlags\([^)]*\) \{)/, '$1 throw new Error("x");');
    await Deno.writeTextFile(script, broken);
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--allow-read", "--allow-env=TERM,COLUMNS", script, "x.json"],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    const words = new TextDecoder().decode(stderr);
    assertMatch(words, /internal error, please report it/);
    assertMatch(words, /at parseFlags \(file:.*acceptor\.js:\d+:\d+\)/);
    assertMatch(words, /at .*runMain/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
