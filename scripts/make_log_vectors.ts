/**
 * Makes tests/vectors/log_proof.json: `deno run -A scripts/make_log_vectors.ts`. It comes out the
 * same each time. A change in it is a change of what proofs are made of.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { logVectors } from "../tests/vectors/log.ts";

const FILE = new URL("../tests/vectors/log_proof.json", import.meta.url);

await runScript({
  name: "make_log_vectors",
  summary: "Make the test vectors of the log",
  description: "Makes tests/vectors/log_proof.json.",
  flags: [],
  examples: [],
  exits: [],
}, async () => {
  await Deno.writeTextFile(FILE, `${JSON.stringify(logVectors(), null, 2)}\n`);
  return 0;
});
