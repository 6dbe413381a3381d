/**
 * What happens in a simulated cluster, drawn from its seed.
 *
 * @module
 */

import { membersOf } from "../../core/acceptor_set.ts";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { AcceptorSet } from "../../core/types.ts";
import { randomValidGraph } from "../graphs.ts";
import { makePrng, type Prng } from "../prng.ts";
import type { Leap } from "./time.ts";
import { STRATEGIES } from "../strategies.ts";

/** A process ends at a moment, or at a commit to its journal. */
export interface Crash {
  /** Of the process, by number. */
  readonly process: number;
  /** Not before this moment, in milliseconds. */
  readonly atMs: number;
  /** At the next commit after that moment, before or after it is kept; undefined for at once. */
  readonly commit: "unkept" | "kept" | undefined;
  /** How long it is down. */
  readonly downMs: number;
  /** Whether the machine ends with it, so that what is not durable may be lost. */
  readonly losesPower: boolean;
  /** Whether it is told to stop, and says goodbye; then nothing of the above counts. */
  readonly isStop: boolean;
}

/** For a while nothing comes from one part of the processes to the other. */
export interface Partition {
  /** From then on, in milliseconds. */
  readonly fromMs: number;
  /** Until then. */
  readonly toMs: number;
  /** By process: whether it is in the one part. */
  readonly side: readonly boolean[];
}

/** Whether two processes cannot reach each other at a moment, in milliseconds. */
export function isDivided(
  partition: Partition | undefined,
  nowMs: number,
  from: number,
  to: number,
): boolean {
  if (partition === undefined || nowMs < partition.fromMs || nowMs >= partition.toMs) return false;
  return partition.side[from] !== partition.side[to];
}

/** Somebody offers a value. */
export interface Proposal {
  readonly process: number;
  readonly instance: bigint;
  readonly value: string;
  readonly atMs: number;
}

/** What an acceptor is that does not follow the rules. */
export type Villainy =
  /** Two processes with one key, each of which talks to a part of the others. */
  | "twins"
  /** Says what comes to its mind. */
  | "babbler"
  /** Offers everything, and supplies next to nothing. */
  | "miser"
  /** Is connected, and says nothing. */
  | "mute"
  /** Signs and sends what the plots of the world say. */
  | "plotter";

/** See the module. */
export interface ClusterScenario {
  readonly seed: number;
  readonly graph: LearnerGraph;
  /** Processes: acceptors first, then clients. */
  readonly names: readonly string[];
  readonly villains: ReadonlyMap<number, Villainy>;
  /** What plotters do, by names of strategies. */
  readonly plots: readonly string[];
  /** Whether signatures are real. */
  readonly realKeys: boolean;
  /** By process: its clock is ahead by so many milliseconds. */
  readonly skewsMs: readonly number[];
  /** A client whose clock is far ahead for a while; undefined for none. */
  readonly leap: (Leap & { readonly process: number }) | undefined;
  readonly delayMsMax: number;
  /** Mean time between two breaks of one link before it is timely; infinite for none. */
  readonly breakMs: number;
  /** For a while the network is in two parts; undefined if never. */
  readonly partition: Partition | undefined;
  /** From this moment on the network is timely and nothing more goes wrong. */
  readonly calmMs: number;
  /** By process: how many envelopes may be on their way to it on one link. */
  readonly windows: readonly number[];
  readonly crashes: readonly Crash[];
  readonly proposals: readonly Proposal[];
  /** Instances leave memory when they have not been used for so long. */
  readonly instanceIdleMs: number;
  readonly valueBytesMax: number;
}

/** Message delays of a cluster may be so long. */
const DELAYS_MS = [2, 10, 40, 120];

/** What goes wrong goes wrong in the first so many milliseconds. */
const TROUBLE_MS = 3_000;

/** One world in so many has real keys. */
const REAL_KEYS_EVERY = 50;

/** Draws the scenario of a seed. */
export function drawClusterScenario(seed: number): ClusterScenario {
  const prng = makePrng(seed ^ 0xc105);
  const graph = smallGraph(prng);
  const { acceptorCount } = graph;
  const clients = prng.between(1, 3);
  const names = [
    ...graph.spec.acceptors,
    ...Array.from({ length: clients }, (_, i) => `client_${i}`),
  ];
  const villains = drawVillains(prng, graph);
  const processes = names.map((_, i) => i).filter((i) => !villains.has(i));
  const instances = prng.between(1, 4);
  const acceptors = processes.filter((i) => i < acceptorCount);
  const calmMs = prng.between(200, TROUBLE_MS);
  const observers = processes.filter((i) => i >= acceptorCount);
  const proposers = [...observers, ...acceptors.slice(0, 1)];
  return {
    seed,
    graph,
    names,
    villains,
    plots: makePrng(seed ^ 0x910f).shuffled([...STRATEGIES.keys()]).slice(0, 1 + seed % 3),
    realKeys: seed % REAL_KEYS_EVERY === 0,
    skewsMs: names.map(() => prng.between(-150, 150)),
    leap: prng.chance(0.7) ? undefined : drawLeap(prng, observers, calmMs),
    delayMsMax: prng.pick(DELAYS_MS)!,
    breakMs: prng.pick([Infinity, 2_000, 500, 150])!,
    partition: drawPartition(makePrng(seed ^ 0x9a27), names.length, calmMs),
    calmMs,
    windows: names.map(() => prng.pick([64, 64, 8, 2, 1])!),
    crashes: drawCrashes(prng, processes, calmMs),
    proposals: Array.from({ length: instances * prng.between(1, 2) }, (_, i) => ({
      process: prng.pick(proposers)!,
      instance: BigInt(1 + i % instances),
      value: `value ${i}${"!".repeat(prng.pick([0, 0, 0, 2_000])!)}`,
      atMs: prng.between(0, calmMs),
    })),
    instanceIdleMs: prng.pick([60_000, 60_000, 1_000])!,
    valueBytesMax: 4_096,
  };
}

/** In one world of three. */
function drawPartition(prng: Prng, count: number, calmMs: number): Partition | undefined {
  if (!prng.chance(1 / 3)) return undefined;
  const fromMs = prng.between(0, calmMs);
  const side = Array.from({ length: count }, () => prng.chance(0.5));
  return { fromMs, toMs: prng.between(fromMs, calmMs), side };
}

/** Half of all worlds have four acceptors, as most clusters do. */
function smallGraph(prng: Prng): LearnerGraph {
  for (;;) {
    const graph = randomValidGraph(prng);
    if (graph.acceptorCount <= 5) return graph;
  }
}

/** Twins and plotters are worth most. */
const VILLAINIES: readonly Villainy[] = [
  ...["twins", "twins", "plotter", "plotter", "plotter", "plotter"] as const,
  ...["babbler", "miser", "mute"] as const,
];

/** As many as leave somebody a quorum, if there is one that can be spared; none in four worlds of ten. */
function drawVillains(prng: Prng, { acceptorCount, quorums }: LearnerGraph) {
  const villains = new Map<number, Villainy>();
  if (prng.chance(0.4)) return villains;
  let honest: AcceptorSet = (1n << BigInt(acceptorCount)) - 1n;
  for (const acceptor of prng.shuffled(membersOf(honest)).slice(0, prng.between(1, 2))) {
    const without = honest & ~(1n << BigInt(acceptor));
    if (!quorums.some((quorum) => quorum.satisfiedBy(without))) continue;
    honest = without;
    villains.set(
      acceptor,
      prng.pick<Villainy>(VILLAINIES)!,
    );
  }
  return villains;
}

function drawCrashes(prng: Prng, processes: readonly number[], calmMs: number): Crash[] {
  return Array.from({ length: prng.pick([0, 0, 1, 2, 4])! }, () => ({
    process: prng.pick(processes)!,
    atMs: prng.between(0, calmMs),
    commit: prng.pick(["unkept", "kept", undefined] as const),
    downMs: prng.between(1, 800),
    losesPower: prng.chance(0.5),
    isStop: prng.chance(0.15),
  }));
}

/** By more than is held until time has caught up, and less than makes acceptors refuse. */
function drawLeap(prng: Prng, clients: readonly number[], calmMs: number) {
  const fromMs = prng.between(0, calmMs);
  return {
    process: prng.pick(clients)!,
    fromMs,
    toMs: fromMs + prng.between(50, 1_000),
    byMs: prng.between(1_200, 4_000),
  };
}
