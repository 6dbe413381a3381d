/**
 * Makes a page that verifies proofs of a log's entries in a browser: one file, which asks nobody for
 * anything. It is for the cluster of one configuration, of which it has what everybody may know.
 *
 * `deno run --allow-read --allow-write --allow-run --allow-env examples/proof_page.ts CLUSTER.json PAGE.html`
 *
 * @module
 */

import { readConfiguration } from "@hetpaxos/hetpaxos";

/** What somebody must know who verifies: the graph, whose keys are whose, and how the log is kept. */
export interface Verifier {
  readonly spec: unknown;
  /** Lower-case hex. */
  readonly configDigest: string;
  /** By acceptor: SubjectPublicKeyInfo, DER, as lower-case hex. */
  readonly keys: readonly string[];
  readonly settings: unknown;
}

/** Writes the page. */
export async function writePage(verifier: Verifier, file: string): Promise<void> {
  const bundle = await Deno.makeTempFile({ suffix: ".js" });
  try {
    const entry = new URL("./proof_page/verify.ts", import.meta.url).pathname;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform=browser", "--minify", "--output", bundle, entry],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const page = await Deno.readTextFile(new URL("./proof_page/page.html", import.meta.url));
    const script = (await Deno.readTextFile(bundle)).replaceAll("</script", "<\\/script");
    const known = JSON.stringify(verifier).replaceAll("<", "\\u003c");
    const filled = page
      .replace(/(id="verifier">)\s*\{\}/, (_, tag) => `${tag}${known}`)
      .replace("/* verify.ts, bundled */", () => script);
    await Deno.writeTextFile(file, filled);
  } finally {
    await Deno.remove(bundle);
  }
}

if (import.meta.main) {
  const [config, file] = Deno.args;
  if (file === undefined) throw new Error("give a configuration and the page to write");
  const { graph, digest, acceptors, log } = await readConfiguration(config);
  if (log === undefined) throw new Error(`${config}: has no log`);
  await writePage({
    spec: graph.spec,
    configDigest: digest.whole.toHex(),
    keys: acceptors.map(({ certificate }) => certificate.spki.toHex()),
    settings: log,
  }, file);
  console.log(`${file}: open it in a browser, and give it what hetpaxos log proof has printed`);
}
