import { assertEquals, assertLessOrEqual } from "@std/assert";
import { knows } from "./harness.ts";
import { makeStage } from "./provocations.ts";

Deno.test("an equivocator's many forks do not make honest messages too long to be taken", async () => {
  const { cluster, dave } = await makeStage({ limits: { refsMax: 64 } });
  const proposals = Array.from({ length: 8 }, (_, i) => dave.proposal({ value: `${i}`, atMs: i }));
  await cluster.clock.advance(10);
  await dave.send(...proposals);
  await cluster.clock.advance(500);
  const forks = Array.from(
    { length: 255 },
    (_, i) =>
      dave.signed({ refs: proposals.filter((_, bit) => ((i + 1) >> bit) & 1).map(({ id }) => id) }),
  );
  await dave.send(...forks);
  await cluster.clock.advance(500);
  for (const { journal } of cluster.processes) assertEquals(journal.evidence().length, 1);
  await cluster.decides(1n);
  await cluster.decides(2n);
  await cluster.stop();
});

Deno.test("the branches of an equivocator that is caught are let in no faster than 1as", async () => {
  const { cluster, dave } = await makeStage();
  const proposals = Array.from({ length: 6 }, (_, i) => dave.proposal({ value: `${i}` }));
  const refsOf = (set: number) => proposals.filter((_, i) => (set >> i) & 1).map(({ id }) => id);
  const branches = Array.from({ length: 60 }, (_, i) => dave.signed({ refs: refsOf(i + 1) }));
  await dave.send(...proposals, ...branches);
  const before = branches.filter((each) => knows(dave.victim, each)).length;
  // Ten at once and five a second, 1as included; the first of them was none when it came.
  assertLessOrEqual(before, 10 - proposals.length + 2);
  assertEquals(dave.victim.node.rejections.get("RATE_LIMITED"), branches.length - before);
  assertEquals(dave.ended, false);
  await cluster.clock.advance(2_000);
  await dave.send(...branches);
  assertLessOrEqual(branches.filter((each) => knows(dave.victim, each)).length, before + 10);
  await cluster.decides(2n);
  await cluster.stop();
});
