import { assert, assertEquals } from "@std/assert";
import { type Boundary, type CrashOptions, CrashStage } from "./crash_stage.ts";
import { seeds, withSeed } from "./schedules.ts";

const FILE = "crash_property_test.ts";

/** What came of a run. */
interface Outcome {
  readonly crashedAt: readonly Boundary[];
  /** Acceptors that somebody caught. */
  readonly caught: readonly string[];
  /** Instances in which an acceptor met with messages of its own that it did not know. */
  readonly estranged: number;
}

/** Two proposers and two instances, until everything is decided. */
async function run(options: CrashOptions): Promise<Outcome> {
  const stage = await CrashStage.make(options);
  const { cluster, prng, proposers } = stage;
  const disagreements: bigint[] = [];
  for (const { node } of stage.everyone) {
    node.observe({ disagreement: (instance) => disagreements.push(instance) });
  }
  for (const instance of [1n, 2n]) {
    for (const proposer of proposers) {
      cluster.clock.after(prng.between(0, 500), () => {
        cluster.propose(proposer, instance, `${proposer.name} ${instance}`);
      });
    }
  }
  await cluster.clock.advance(2_000);
  await cluster.clock.until(() => stage.isOver, 10_000);
  const isSound = options.mistake === undefined;
  for (const instance of [1n, 2n]) if (isSound) await cluster.agree(instance);
  await cluster.clock.advance(5_000);
  if (isSound) {
    cluster.propose(proposers[0]!, 3n, "in the end");
    await cluster.agree(3n);
    await cluster.clock.advance(5_000);
    await cluster.agree(3n, cluster.processes);
  }
  assertEquals(disagreements, []);
  const caught = stage.everyone.flatMap(({ journal }) => journal.evidence())
    .map(({ acceptor }) => acceptor);
  const estranged = stage.everyone.flatMap((process) => process.estranged).length;
  await cluster.stop();
  return { crashedAt: stage.crashedAt, caught, estranged };
}

for (const recovers of [false, true]) {
  const how = recovers ? "asks its peers first" : "votes again at once";
  Deno.test(`whenever an acceptor crashes that ${how}, it is never caught, and all decides`, async () => {
    const moments = new Map<Boundary, number>();
    for (const seed of seeds(3)) {
      for (let boundary = 0; boundary < 45; boundary++) {
        await withSeed(seed, FILE, async () => {
          const outcome = await run({ seed, boundary, crashes: 2, recovers });
          assertEquals([outcome.caught, outcome.estranged], [[], 0], `boundary ${boundary}`);
          for (const at of outcome.crashedAt) moments.set(at, (moments.get(at) ?? 0) + 1);
        });
      }
    }
    console.log(`    crashed ${[...moments].map(([at, count]) => `${at}: ${count}`).join(", ")}`);
    for (const moment of ["unsigned", "signed", "unkept", "kept", "sent"] as const) {
      assert((moments.get(moment) ?? 0) > 5, `hardly any crash when ${moment}`);
    }
  });
}

for (const mistake of ["sends before it keeps", "loses prev"] as const) {
  Deno.test(`an acceptor that ${mistake} is found out by these tests`, async () => {
    let found = 0;
    const runs = 20;
    for (let seed = 1; seed <= runs; seed++) {
      const options = { seed, boundary: 2 * seed, crashes: 1, recovers: false, mistake };
      const { caught, estranged } = await run(options);
      if (caught.length + estranged > 0) found++;
    }
    console.log(`    found out in ${found} of ${runs} runs`);
    assert(found > 2);
  });
}
