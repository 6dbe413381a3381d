/**
 * Clusters of one seed, that differ in what they keep in memory only, or are replayed from traces.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { drawClusterScenario } from "../../lib/sim/cluster/drawing.ts";
import { runCluster } from "../../lib/sim/cluster/run.ts";
import { ClusterWorld } from "../../lib/sim/cluster/world.ts";
import { Marks } from "../../lib/sim/marks.ts";
import { replay } from "../../lib/trace/replay.ts";

const SEEDS = 8;
const HOUR_MS = 3_600_000;

/** What came of a cluster. */
interface Outcome {
  /** By member: what it kept, in order. */
  readonly kept: readonly (readonly string[])[];
  /** How often an instance was seen to be in a journal and not in memory. */
  readonly absent: number;
  /** How many equivocations were proved. */
  readonly caught: number;
}

/** What comes of a cluster in which instances leave memory when they are idle for so long. */
function run(seed: number, instanceIdleMs: number): Outcome {
  const drawn = drawClusterScenario(seed);
  const limits = drawn.limits.map((own) => ({ ...own, instanceIdleMs }));
  const instances = new Set(drawn.proposals.map(({ instance }) => instance));
  let absent = 0;
  const stepped = () => {
    for (const { stored, life } of world.up()) {
      for (const instance of instances) {
        const isHere = life!.node.instances.get(instance) !== undefined;
        if (!isHere && stored.hasInstance(instance)) absent++;
      }
    }
  };
  const world = new ClusterWorld({ ...drawn, limits, realKeys: false }, undefined, { stepped });
  world.run();
  // What others have signed may wait a little to be kept: how long depends on what comes meanwhile.
  for (const { life } of world.up()) life!.node.flush();
  const journals = world.members.flatMap((member) => member === undefined ? [] : [member.stored]);
  const kept = journals.map((each) => each.messagesFrom(0, each.length).map(({ id }) => id));
  const caught = journals.flatMap((each) => each.evidence()).length;
  return { kept, absent, caught };
}

/** The first seeds with somebody who signs for two. */
function withEquivocators(): number[] {
  const seeds: number[] = [];
  for (let seed = 1; seeds.length < SEEDS; seed++) {
    const { villains, turns } = drawClusterScenario(seed);
    // An instance that comes back to memory knows only about when its windows began.
    if (turns === undefined && [...villains.values()].includes("twins")) seeds.push(seed);
  }
  return seeds;
}

Deno.test("whether instances leave memory or not, the very same messages are sent", () => {
  let absent = 0, caught = 0;
  for (const seed of withEquivocators()) {
    const [evicting, keeping] = [run(seed, 100), run(seed, HOUR_MS)];
    assertEquals(evicting.kept, keeping.kept, `seed ${seed}`);
    // Those of a member that has just come back are not in memory either.
    absent += evicting.absent - keeping.absent;
    caught += evicting.caught;
  }
  assert(absent > 500, `${absent} times only`);
  assert(caught > 5, `${caught} equivocations only`);
});

Deno.test("members that crash at any moment leave traces without a difference", () => {
  const marks = new Marks();
  for (let seed = 1; seed <= 12; seed++) {
    const lines: string[] = [];
    const { violation } = runCluster(seed, {
      marks,
      spectator: { trace: (line) => lines.push(line) },
    });
    assertEquals([violation, replay(lines)], [undefined, undefined], `seed ${seed}`);
  }
  const crashes = ["unkept", "kept", "unsent", "sent", "at once"]
    .filter((how) =>
      marks.count(`a crash: ${how}`) + marks.count(`a crash: ${how}, power lost`) > 0
    );
  assert(crashes.length >= 4, `only ${crashes}`);
});
