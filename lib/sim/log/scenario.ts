/**
 * What a world of one log is made of, drawn from its seed.
 *
 * @module
 */

import { membersOf } from "../../core/acceptor_set.ts";
import { type LearnerGraph, makeLearnerGraph } from "../../core/learner_graph.ts";
import { thresholdOf } from "../../core/quorum.ts";
import type { AcceptorSet } from "../../core/types.ts";
import type { CoordinatorSettings } from "../../log/coordinator_state.ts";
import type { LogSettings } from "../../log/types.ts";
import { randomValidGraph } from "../graphs.ts";
import { makePrng, type Prng } from "../prng.ts";

/** What liars may do, by name. */
export const TRICKS = [
  ...["forks votes", "runs ahead", "forks statements", "forges statements", "states too much"],
  ...["moves statements", "forges snapshots", "closes falsely", "censors", "proposes anything"],
  ...["opens anything", "repeats records", "votes late"],
] as const;

/** One of {@linkcode TRICKS}. */
export type Trick = typeof TRICKS[number];

/** A world before it begins. Times are in milliseconds. */
export interface LogScenario {
  readonly seed: number;
  readonly graph: LearnerGraph;
  readonly settings: LogSettings;
  readonly appending: CoordinatorSettings;
  /** Acceptors that lie. */
  readonly liars: AcceptorSet;
  /** By liar: what it does. */
  readonly tricks: ReadonlyMap<number, ReadonlySet<Trick>>;
  /** Honest processes that are no acceptors. */
  readonly watchers: number;
  /** Records that clients append. */
  readonly records: number;
  readonly clients: number;
  readonly delayMsMax: number;
  /** Until calm: how often a packet is lost. */
  readonly loss: number;
  /** Until calm: how often a process stops before an effect. */
  readonly crashes: number;
  /** How often a stop takes the disk along. */
  readonly wipes: number;
  /** How often a journal is replaced by what stands for it. */
  readonly compacting: number;
  /** How often honest acceptors are kept from voting in an instance. */
  readonly blocking: number;
  /** Until calm: how often somebody is told that a learner is starved. */
  readonly closing: number;
  /** A process that hears nothing until calm; undefined if there is none. */
  readonly cutOff: number | undefined;
  readonly calmMs: number;
}

/** Draws a world. */
export function drawLogScenario(seed: number): LogScenario {
  const prng = makePrng(seed ^ 0x10c5);
  const graph = drawGraph(prng);
  const liars = drawLiars(prng, graph);
  const watchers = prng.pick([0, 1, 1, 2])!;
  const processes = graph.acceptorCount + watchers;
  const checkpointEvery = prng.pick([1, 2, 2, 3])!;
  const windowMax = Math.max(checkpointEvery, prng.pick([2, 3, 4, 6])!);
  const tricks = new Map(
    membersOf(liars).map((liar) => [liar, new Set(prng.some(TRICKS, prng.pick([0.3, 0.6, 1])!))]),
  );
  return {
    seed,
    graph,
    settings: {
      windowMax,
      spreadMax: windowMax + checkpointEvery + prng.pick([2, 6, 12])!,
      checkpointEvery,
      clientsMax: prng.pick([2, 3, 16])!,
      pipelineMax: prng.pick([1, 2, 3])!,
      batchBytesMax: prng.pick([100, 140, 300])!,
      retain: { entries: prng.pick([0, 2, 5])!, bytes: prng.pick([60, 1_000])! },
    },
    appending: { patienceMs: 150, suspicionMs: 400, pendingMax: 12, pendingPerPeerMax: 6 },
    liars,
    tricks,
    watchers,
    records: prng.between(4, 16),
    clients: prng.pick([1, 2, 3])!,
    delayMsMax: prng.pick([5, 20, 60])!,
    loss: prng.pick([0, 0.05, 0.3])!,
    crashes: prng.pick([0, 0, 0.01, 0.04])!,
    wipes: prng.pick([0, 0, 0.2])!,
    compacting: prng.pick([0, 0.5])!,
    blocking: prng.pick([0, 0, 0.15, 0.4])!,
    closing: prng.pick([0, 0.1])!,
    cutOff: prng.chance(0.3) ? prng.below(processes) : undefined,
    calmMs: prng.between(100, 800),
  };
}

/** Mostly a random graph; sometimes with slack between quorums and what is promised, or many liars. */
function drawGraph(prng: Prng): LearnerGraph {
  for (;;) {
    if (prng.chance(0.3)) return slackGraph(prng);
    const graph = randomValidGraph(prng);
    if (graph.acceptorCount <= 5 && graph.learnerCount <= 3) return graph;
  }
}

/** Learners who promise less than their quorums could: their instances can be closed. */
function slackGraph(prng: Prng): LearnerGraph {
  const all = [0, 1, 2, 3, 4];
  const sizes = prng.pick([[4], [4, 4], [4, 3], [3, 4, 4]])!;
  return makeLearnerGraph({
    acceptors: ["Alice", "Bob", "Carol", "Dave", "Erin"],
    learners: ["Xenia", "Yuri", "Zoe"].slice(0, sizes.length),
    quorums: sizes.map((size) => thresholdOf(size, all)),
    safety: sizes.flatMap((_, a) =>
      sizes.slice(a).map((_, i) => ({
        a,
        b: a + i,
        safe: thresholdOf(sizes.includes(3) ? 5 : prng.pick([4, 5])!, all),
      }))
    ),
    burial: "TECHNICAL_REPORT",
  });
}

function drawLiars(prng: Prng, graph: LearnerGraph): AcceptorSet {
  const max = prng.pick([0, 1, 1, 1, 2, 2, 3])!;
  const order = prng.shuffled([...Array(graph.acceptorCount).keys()]);
  return order.slice(0, Math.min(max, graph.acceptorCount - 1))
    .reduce((set, index) => set | 1n << BigInt(index), 0n);
}
