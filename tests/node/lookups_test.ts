import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { LedgerRecord } from "../../lib/node/ledger.ts";
import { encodeIds } from "../../lib/node/envelopes.ts";
import type { Journal } from "../../lib/store/journal.ts";
import { LinkStage } from "./link_stage.ts";

const PER_SECOND = 100;

/** More than stay in memory. */
const LENGTH = 12_000;

/** Alice's link with Bob, who may have so much looked for; and her log, the oldest of it first. */
async function make(): Promise<{ stage: LinkStage; old: LedgerRecord[]; reads: () => number }> {
  const stage = await LinkStage.make({ limits: { lookupsPerSecondMax: PER_SECOND } });
  const old = stage.log.chain(LENGTH).slice(0, 3_000);
  let reads = 0;
  const journal = stage.node.options.journal as { message: Journal["message"] };
  const message = journal.message.bind(journal);
  journal.message = (instance, id) => {
    reads++;
    return message(instance, id);
  };
  stage.read();
  stage.greet();
  await stage.clock.advance(1);
  await stage.news();
  return { stage, old, reads: () => reads };
}

/** Every 25th, so that each has a past of its own to be followed into; in each round others. */
function spread(records: readonly LedgerRecord[], round = 0): LedgerRecord[] {
  return records.filter((_, i) => i % 25 === round % 25);
}

for (const what of ["have", "want", "wantValues", "offers"] as const) {
  Deno.test(`who names much that is in the journal only costs no more than its share: ${what}`, async () => {
    const { stage, old, reads } = await make();
    for (let round = 1; round <= 20; round++) {
      stage.say({
        [what]: encodeIds(spread(old, round)),
        offered: what === "offers" ? BigInt(round) : 0n,
      });
      await stage.news();
    }
    // Twice as many at once, and what those few envelopes lacked.
    assertLessOrEqual(reads(), 2 * PER_SECOND + 50);
    await stage.clock.advance(10_000);
    assertLessOrEqual(reads(), 2 * PER_SECOND + 10 * PER_SECOND + 50);
    stage.stop();
  });
}

Deno.test("what is wanted and is in the journal only comes in the end", async () => {
  const { stage, old } = await make();
  stage.hasTaken(LENGTH);
  const wanted = spread(old).concat(old.slice(0, 400));
  stage.say({ want: encodeIds(wanted) });
  await stage.clock.advance(10_000);
  const sent = (await stage.news()).flatMap(({ messages }) => messages).length;
  assertEquals(sent, new Set(wanted.map(({ id }) => id)).size);
  stage.stop();
});

Deno.test("offers of what is in the journal only are taken in the end", async () => {
  const { stage, old } = await make();
  stage.say({ offers: encodeIds(old.slice(1_100, 2_000)), offered: 900n });
  assert((await stage.news()).every(({ taken }) => taken !== 900n));
  await stage.clock.advance(15_000);
  assert((await stage.news()).some(({ taken }) => taken === 900n));
  stage.stop();
});

Deno.test("announcements to a peer that does not read do not pile up", async () => {
  const stage = await LinkStage.make();
  await stage.next();
  stage.greet();
  // None of them implies another.
  for (let i = 0; i < 10_000; i++) stage.link.appended([stage.log.message(`alone ${i}`)]);
  await stage.clock.advance(1_000);
  const envelope = await stage.next();
  const count = envelope!.have.reduce((sum, { ids }) => sum + ids.length, 0);
  assertLessOrEqual(count, 4_096);
  assert(count > 1_000, `${count} announced`);
  stage.stop();
});
