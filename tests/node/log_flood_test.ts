import { assert, assertEquals } from "@std/assert";
import { makePrng } from "../../lib/sim/prng.ts";
import { makeStage, WITH_LOG } from "./provocations.ts";

Deno.test("log: a member that opens instances at random, and again where all is settled, fills no disk", async () => {
  const { cluster, dave } = await makeStage(WITH_LOG);
  const { spreadMax } = cluster.configurations[0]!.log!;
  const prng = makePrng(7);
  await cluster.decides(1n);
  for (let round = 0; round < 20; round++) {
    const far = Array.from({ length: 20 }, () => BigInt(prng.below(2 ** 31)));
    const near = Array.from({ length: 20 }, () => BigInt(prng.below(2 * spreadMax)));
    const many = [...far, ...near, 1n].map((instance, i) =>
      dave.proposal({ instance, value: `${round} ${i}` })
    );
    await dave.send(...many);
    await cluster.clock.advance(100);
  }
  await cluster.clock.advance(2_000);
  for (const { name, journal, node } of cluster.acceptors) {
    const open = journal.instancesAfter(undefined, 1_000);
    const floor = BigInt(node.room!.floor);
    assert(open.length <= spreadMax, `${name} keeps ${open.length} instances`);
    assert(open.every((each) => each < floor + BigInt(spreadMax)), `${name} keeps ${open.at(-1)}`);
    assert(node.instances.all.length <= spreadMax + 1);
  }
  assert(cluster.rejected("OUTSIDE_WINDOW") > 400);
  assert(cluster.rejected("SETTLED") > 0);
  // It is refused, and blamed for nothing: who is ahead does the same.
  assertEquals(dave.goodbye, undefined);
  dave.hangUp();
  await cluster.stop();
});
