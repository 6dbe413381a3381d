/**
 * Checks what is proved: the theorems in proofs/coq, each of which must rest on no assumption.
 *
 * `deno task prove`. Where Coq is absent it says so and skips them. The last line is
 * `N passed, N failed`.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { type Checked, checkProofs, findCoq, readProofs } from "./prove/coq.ts";

function print({ file, theorems, faults }: Checked): void {
  const proved = theorems.length === 0 ? "definitions and lemmas" : theorems.join(", ");
  console.log(`${faults.length === 0 ? "proved" : "NOT PROVED"} ${file}.v: ${proved}`);
  for (const fault of faults) console.log(`  ${fault}`);
}

if (import.meta.main) {
  await runScript({
    name: "deno task prove",
    summary: "Check the proofs",
    description: "Lets Coq check every proof in proofs/coq, and wants each theorem to rest on no " +
      "assumption. Where Coq is absent it says so, and nothing is checked.",
    flags: [],
    exits: [{ status: 1, means: "something is not proved" }],
  }, async () => {
    const coq = await findCoq();
    if ("reason" in coq) {
      console.log(`skipped: the proofs: ${coq.reason}`);
      return 0;
    }
    console.log(`Coq ${coq.version}`);
    const proofs = await readProofs();
    const checked = await checkProofs(proofs, print);
    const failed = checked.filter(({ faults }) => faults.length > 0).length;
    console.log(`${checked.length - failed} passed, ${failed} failed`);
    return failed === 0 && checked.length === proofs.size ? 0 : 1;
  });
}
