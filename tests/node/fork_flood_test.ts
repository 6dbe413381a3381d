import { assertEquals } from "@std/assert";
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
