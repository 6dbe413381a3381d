/**
 * What villains do in simulated worlds: none of it is without effect, none of it is an accident of
 * the run, and the simulator would see it if it succeeded.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { fromBinary } from "@bufbuild/protobuf";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { thresholdOf } from "../../lib/core/quorum.ts";
import { isRejection, type Rejection } from "../../lib/core/rejection.ts";
import { drawClusterScenario } from "../../lib/sim/cluster/drawing.ts";
import { runCluster, type RunReport } from "../../lib/sim/cluster/run.ts";
import type { ClusterScenario } from "../../lib/sim/cluster/scenario.ts";
import { makeSeals } from "../../lib/sim/cluster/seals.ts";
import type { Spectator } from "../../lib/sim/cluster/world.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { Marks } from "../../lib/sim/marks.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { type Forger, spoiled } from "../../lib/sim/strategies/garbage.ts";
import { STRATEGIES } from "../../lib/sim/strategies.ts";
import { decodeMessage } from "../../lib/wire/codec.ts";
import { ConsensusMessageSchema } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { DEFAULT_LIMITS } from "../../lib/wire/limits.ts";
import { storyOf } from "./story.ts";

const GRAPH = makeLearnerGraph(thresholds(4, [3, 3], "TECHNICAL_REPORT"));

/** Worlds that are tried for one thing to happen. */
const SEEDS_MAX = 60;

/** A world of four acceptors in which Alice does what is named. */
function scenarioWith(seed: number, names: readonly string[], graph = GRAPH): ClusterScenario {
  const drawn = drawClusterScenario(seed, { graph, strategies: names });
  const crashes = drawn.crashes.filter(({ process }) => process !== 0);
  const proposals = drawn.proposals.map((proposal) =>
    proposal.process === 0 ? { ...proposal, process: graph.acceptorCount } : proposal
  );
  const villains = new Map([...drawn.villains].filter(([index]) => index >= graph.acceptorCount));
  villains.set(0, "plotter");
  return { ...drawn, plots: names, villains, crashes, proposals };
}

function run(scenario: ClusterScenario, marks: Marks, spectator: Spectator = {}): RunReport {
  return runCluster(scenario.seed, { marks, spectator }, scenario);
}

/** What becomes of each strategy's deeds in some world. */
const FATES: Readonly<Record<string, string>> = {
  garbage: "refused",
  ghosts: "refused",
  "ill-formed": "refused",
  intruder: "refused",
  "re-encoded": "ignored",
  replays: "refused",
  selective: "refused",
  spam: "refused",
  summaries: "refused",
  withholding: "refused",
};

for (const name of STRATEGIES.keys()) {
  const fate = FATES[name] ?? "caught";
  Deno.test(`${name}: in some world it is ${fate}, and no world goes wrong`, () => {
    const marks = new Marks();
    let seed = 1;
    for (; seed <= SEEDS_MAX; seed++) {
      const { violation } = run(scenarioWith(seed, [name]), marks);
      assertEquals(violation, undefined, `${name}, seed ${seed}`);
      if (marks.count(`strategy ${name}: ${fate}`) > 0 && seed >= 3) break;
    }
    assert(seed <= SEEDS_MAX, `${name} is not ${fate} in ${SEEDS_MAX} worlds`);
  });

  Deno.test(`${name}: one seed fixes everything`, () => {
    const story = () =>
      storyOf((spectator) => run(scenarioWith(7, [name]), new Marks(), spectator));
    assertEquals(story(), story());
  });
}

Deno.test("a message that seals itself in another way frames nobody", () => {
  const marks = new Marks();
  for (let seed = 1; seed <= 10; seed++) {
    // Only a client is a villain, so that nobody can be caught but by mistake.
    const drawn = scenarioWith(seed, ["re-encoded"]);
    const names = [...drawn.names.slice(0, 4), "client_0", "client_1"];
    const by = <T>(values: readonly T[]) => names.map((_, i) => values[i % values.length]!);
    const report = run({
      ...{ ...drawn, names, villains: new Map([[5, "plotter"]]), crashes: [], partitions: [] },
      proposals: drawn.proposals.map((proposal) => ({ ...proposal, process: 4 })),
      ...{ clocks: by(drawn.clocks), disks: by(drawn.disks), limits: by(drawn.limits) },
      ...{ startsMs: by([0]), windows: by(drawn.windows), realKeys: false },
    }, marks);
    assertEquals(report.violation, undefined, `seed ${seed}`);
  }
  assert(marks.count("strategy re-encoded: ignored") > 0);
  assertEquals(marks.count("a villain is caught"), 0);
});

Deno.test("nothing that is not quite a message is taken for one", () => {
  const configDigest = new Uint8Array(32).fill(9);
  const seals = makeSeals(true);
  const verifier = seals.verifier({ acceptors: ["Alice"], proposers: ["Alice"] }, configDigest)!;
  const forger: Forger = {
    ...{
      signer: 0,
      proposer: 0,
      configDigest,
      limits: { ...DEFAULT_LIMITS, refsMax: 8, valueBytesMax: 64 },
    },
    sign: (bytes) => seals.signerOf(0).sign(bytes),
  };
  const judge = (bytes: Uint8Array): Rejection | undefined => {
    let decoded;
    try {
      decoded = fromBinary(ConsensusMessageSchema, bytes);
    } catch (error) {
      return { rejected: "MALFORMED", detail: String(error) };
    }
    const wire = decodeMessage(decoded, forger.limits);
    const message = isRejection(wire) ? wire : verifier.verify(wire, verifier.identify(wire));
    return isRejection(message) ? message : undefined;
  };
  const codes = new Set<string>();
  let harmless = 0;
  for (let seed = 1; seed <= 1_000; seed++) {
    const rejection = judge(spoiled(makePrng(seed), forger));
    if (rejection === undefined) harmless++;
    else codes.add(rejection.rejected);
  }
  // One bit of the protobuf may not matter: neither the id nor the signature covers that.
  assert(harmless < 10, `${harmless}`);
  assert(codes.size >= 9, [...codes].join(" "));
});

/** How many of some worlds end with learners that disagree though the referee says they must not. */
function disagreements(worlds: readonly ClusterScenario[]): number {
  const reports = worlds.map((world) => run(world, new Marks()));
  return reports.filter(({ violation }) => violation?.includes("decide differently")).length;
}

/** Everybody is up; then the honest ones are divided, and only then somebody proposes on each side. */
function divided(scenario: ClusterScenario): ClusterScenario {
  const { names, graph: { acceptorCount } } = scenario;
  const side = names.map((_, index) => index % 2 === 0);
  const villains = new Map([...scenario.villains].filter(([index]) => index < acceptorCount));
  return {
    ...{ ...scenario, villains, crashes: [], breakMs: Infinity, calmMs: 3_000 },
    partitions: [{ fromMs: 500, toMs: 2_500, side }],
    startsMs: names.map(() => 0),
    proposals: [acceptorCount - 1, acceptorCount - 2].map((process) => ({
      ...{ process, instance: 1n, value: `of ${process}`, atMs: 700 },
    })),
    ...{ delayMsMax: 10, villainsUntilMs: 5_000 },
  };
}

Deno.test("the simulator can see what it looks for: quorums that need not meet", () => {
  const all = [0, 1, 2, 3];
  const graph = makeLearnerGraph({
    ...GRAPH.spec,
    quorums: [thresholdOf(2, all), thresholdOf(2, all)],
  });
  const worlds = Array.from(
    { length: 20 },
    (_, seed) => divided(scenarioWith(seed, ["adaptive"], graph)),
  );
  assert(disagreements(worlds) > 0);
});

Deno.test("the simulator can see what it looks for: more villains than the safe sets allow", () => {
  const safe = thresholdOf(1, [0, 1, 2, 3]);
  // By these words three of four may lie, but quorums of three need have only two in common.
  const graph = makeLearnerGraph({
    ...GRAPH.spec,
    safety: GRAPH.spec.safety.map((edge) => ({ ...edge, safe })),
  });
  const worlds = Array.from({ length: 40 }, (_, seed) => {
    const scenario = divided(scenarioWith(seed, ["adaptive"], graph));
    return { ...scenario, villains: new Map([[0, "plotter"], [1, "plotter"]] as const) };
  });
  assert(disagreements(worlds) > 0);
});
