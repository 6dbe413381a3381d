/**
 * Commits batches for ever, says after each how far it has come, and waits to be killed.
 *
 * `deno run -A tests/store/crash_child.ts DATA_DIR SEED`
 *
 * @module
 */

import { makePrng } from "../../lib/sim/prng.ts";
import { batchOf, hashOf, messageAt, messagesAt, openIn } from "./fixture.ts";

const [dataDir = "", seed = ""] = Deno.args;
const prng = makePrng(Number(seed));
const journal = openIn(dataDir);
const encoder = new TextEncoder();
const say = (line: string) => Deno.stdout.writeSync(encoder.encode(`${line}\n`));

say(`open ${journal.length}`);
for (;;) {
  const messages = messagesAt(journal.length, prng.between(1, 12));
  const last = journal.length + messages.length - 1;
  const value = { hash: hashOf(`value ${last}`), bytes: new Uint8Array(prng.below(9_000)) };
  const progress = { peer: "bob", epoch: "00".repeat(16), position: last };
  const ballot = { seconds: last, nanos: 0, valueHash: value.hash, proposer: 0 };
  const decision = {
    instance: 0n,
    learner: "x",
    ballot,
    proposal: messageAt(last).id,
    signers: [],
  };
  journal.commit(
    batchOf({ messages, values: [value], progress: [progress], decisions: [decision] }),
    prng.chance(0.3),
  );
  say(`kept ${journal.length}`);
}
