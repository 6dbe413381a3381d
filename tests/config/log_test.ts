import { assertEquals, assertNotEquals } from "@std/assert";
import { differingParts } from "../../lib/config/digest.ts";
import { describeMismatch, encodeDigest } from "../../lib/config/digests.ts";
import { testAll } from "./mistakes.ts";
import { load, sample } from "./sample.ts";

/** The sample with settings of a log. */
function withLog(log: object) {
  return load({ ...sample(), log });
}

Deno.test("a log has defaults, is a part of the digest of its own, and changes no other", () => {
  const plain = load(sample());
  const { log, digest } = withLog({});
  assertEquals(plain.log, undefined);
  assertEquals(log?.checkpointEvery, 256);
  assertEquals(log?.retain.entries, 10_000);
  assertEquals(differingParts(digest, plain.digest), []);
  assertNotEquals(digest.whole, plain.digest.whole);
  assertEquals(plain.digest.log, undefined);
  const words = describeMismatch(plain.digest, encodeDigest(digest));
  assertEquals(words?.startsWith("whether there is a log"), true, words);
});

Deno.test("all must agree on the window, checkpoints and clients of a log, and on nothing else", () => {
  const { digest } = withLog({});
  for (
    const log of [{ windowMax: 9 }, { spreadMax: 2_048 }, { checkpointEvery: 8 }, { clientsMax: 9 }]
  ) {
    assertNotEquals(withLog(log).digest.whole, digest.whole, JSON.stringify(log));
  }
  const own = { pipelineMax: 2, batchBytesMax: 1_000, retain: { entries: 5, bytes: 5 } };
  assertEquals(withLog({ ...own, abandon: ["Eve"] }).digest.whole, digest.whole);
  assertEquals(withLog({ abandon: ["Eve"] }).abandoned, ["Eve"]);
});

testAll([
  [
    "a log whose spread is narrower than its window",
    (c) => c.log = { windowMax: 64, spreadMax: 32, checkpointEvery: 8 },
    ": log.spreadMax: is 32; with windowMax 64 and checkpointEvery 8 it must be at least 64",
  ],
  [
    "a batch that is no value",
    (c) => {
      c.limits = { valueBytesMax: 1_000 };
      c.log = { batchBytesMax: 1_001 };
    },
    ": log.batchBytesMax: is 1001, above limits.valueBytesMax, which is 1000",
  ],
  [
    "more clients than a snapshot has room for",
    (c) => c.log = { clientsMax: 20_000 },
    ": log.clientsMax: is 20000; with",
  ],
  [
    "an abandoned learner that is none",
    (c) => c.log = { abandon: ["Eva"] },
    ': log.abandon[0]: "Eva" is the name of no learner; did you mean "Eve"?',
  ],
]);
