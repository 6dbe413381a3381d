/**
 * Checks what is proved: the theorems in proofs/coq, each of which must rest on no assumption, and
 * the models in proofs/tla.
 *
 * `deno task prove [--deep] [proofs] [models]`. Where Coq, Java or TLC is absent it says so and skips
 * what needs it. The last line is `N passed, N failed`.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { type Checked, checkProofs, findCoq, readProofs } from "./prove/coq.ts";
import { FAULTY_MODELS, MODELS } from "./prove/model_worlds.ts";
import { complaintsOf, explore, type Model, readDefinitions } from "./prove/models.ts";
import { findTlc } from "./prove/tlc.ts";

/** How much was checked, and how much of it is wrong. */
interface Count {
  passed: number;
  failed: number;
}

function note(count: Count, faults: readonly string[]): void {
  if (faults.length === 0) count.passed++;
  else count.failed++;
  for (const fault of faults) console.log(`  WRONG: ${fault}`);
}

async function checkAllProofs(count: Count): Promise<void> {
  const coq = await findCoq();
  if ("reason" in coq) return console.log(`skipped: the proofs: ${coq.reason}`);
  console.log(`Coq ${coq.version}`);
  const print = ({ file, theorems, faults }: Checked) => {
    const proved = theorems.length === 0 ? "definitions and lemmas" : theorems.join(", ");
    console.log(`${faults.length === 0 ? "proved" : "NOT PROVED"} ${file}.v: ${proved}`);
    note(count, faults);
  };
  await checkProofs(await readProofs(), print);
}

async function checkModels(count: Count, models: readonly Model[]): Promise<void> {
  const tlc = await findTlc();
  if ("reason" in tlc) return console.log(`skipped: the models: ${tlc.reason}`);
  const definitions = await readDefinitions();
  for (const model of models) {
    const start = performance.now();
    const outcome = await explore(tlc.jar, definitions, model);
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    const { states, violated, happened } = outcome;
    const end = violated === undefined ? "complete" : `breaks ${violated}`;
    console.log(`${model.name}: ${end}, ${states.toLocaleString("en")} states, ${seconds} s`);
    if (happened.length > 0) console.log(`  ${happened.join(", ")}`);
    note(count, complaintsOf(model, outcome));
  }
}

if (import.meta.main) {
  await runScript({
    name: "deno task prove",
    summary: "Check the proofs and the models",
    description: "Lets Coq check every proof in proofs/coq, and wants each theorem to rest on no " +
      "assumption. Lets TLC visit every state of small worlds, and wants as many as the explorer " +
      "finds; and of worlds with a fault in the definitions, each of which must be noticed. What " +
      "is absent here is skipped, and said to be.",
    flags: [{ name: "deep", kind: "boolean", help: "add worlds that take minutes" }],
    positionals: [{
      name: "PART",
      help: "which part; both if absent",
      optional: true,
      many: true,
      choices: ["proofs", "models"],
    }],
    exits: [{ status: 1, means: "something is not proved, or not as it must be" }],
  }, async ({ flags, positionals: parts }) => {
    const count: Count = { passed: 0, failed: 0 };
    const wanted = (part: string) => parts.length === 0 || parts.includes(part);
    if (wanted("proofs")) await checkAllProofs(count);
    const models = [...MODELS, ...FAULTY_MODELS].filter(({ deep = false }) => !deep || flags.deep);
    if (wanted("models")) await checkModels(count, models);
    console.log(`${count.passed} passed, ${count.failed} failed`);
    return count.failed === 0 ? 0 : 1;
  });
}
