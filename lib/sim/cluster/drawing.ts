/**
 * Draws what happens in a simulated cluster from its seed.
 *
 * @module
 */

import { countMembers, fullSet, membersOf } from "../../core/acceptor_set.ts";
import { entangled, type LearnerGraph } from "../../core/learner_graph.ts";
import type { AcceptorSet } from "../../core/types.ts";
import { refsMaxOf } from "./configuration.ts";
import { randomValidGraph } from "../graphs.ts";
import { makePrng, type Prng } from "../prng.ts";
import { STRATEGIES } from "../strategies.ts";
import type {
  ClusterScenario,
  Crash,
  DiskSettings,
  OwnLimits,
  Partition,
  Villainy,
} from "./scenario.ts";
import type { ClockSettings, Leap } from "./time.ts";

/** Message delays of a cluster may be so long. */
const DELAYS_MS = [2, 10, 40, 120];

/** How long things go wrong, in milliseconds. */
const TROUBLE_MS = 3_000;

/** One world in this many has real keys, and its envelopes go as bytes. */
const REAL_KEYS_EVERY = 50;

/** What may be fixed in advance. */
export interface DrawOptions {
  /** Instead of a random one. */
  readonly graph?: LearnerGraph | undefined;
  /** Villains are plotters that have these strategies; all kinds of villains if absent. */
  readonly strategies?: readonly string[] | undefined;
}

/** Draws the scenario of a seed. */
export function drawClusterScenario(seed: number, options: DrawOptions = {}): ClusterScenario {
  const prng = makePrng(seed ^ 0xc105);
  const graph = options.graph ?? smallGraph(prng);
  const { acceptorCount } = graph;
  const strategies = options.strategies ?? [...STRATEGIES.keys()];
  const clients = prng.between(1, 3);
  const rogues = strategies.length > 0 && makePrng(seed ^ 0x10e5).chance(0.2) ? 1 : 0;
  const names = [
    ...graph.spec.acceptors,
    ...Array.from({ length: clients + rogues }, (_, i) => `client_${i}`),
  ];
  const villains = drawVillains(prng, graph, options.strategies);
  if (rogues > 0) villains.set(acceptorCount + clients, "plotter");
  const processes = names.map((_, i) => i).filter((i) => !villains.has(i));
  const instances = prng.between(1, 4);
  const acceptors = processes.filter((i) => i < acceptorCount);
  const calmMs = prng.between(200, TROUBLE_MS);
  const observers = processes.filter((i) => i >= acceptorCount);
  const proposers = [...observers, ...acceptors.slice(0, 1)];
  const shuffled = makePrng(seed ^ 0x910f).shuffled(strategies);
  return {
    ...{ seed, graph, names, villains, calmMs },
    plots: shuffled.slice(0, 1 + seed % 3),
    villainsUntilMs: calmMs + prng.pick([0, 2_000, 2_000, 8_000])!,
    realKeys: seed % REAL_KEYS_EVERY === 0,
    clocks: drawClocks(prng, names.length, observers, calmMs),
    disks: names.map(() => drawDisk(prng)),
    limits: drawLimits(prng, names.length, refsMaxOf(acceptorCount) + 1),
    startsMs: names.map(() => prng.chance(0.8) ? prng.between(0, 50) : prng.between(0, calmMs)),
    delayMsMax: prng.pick(DELAYS_MS)!,
    breakMs: prng.pick([Infinity, 2_000, 500, 150])!,
    partitions: drawPartitions(makePrng(seed ^ 0x9a27), names.length, calmMs),
    windows: names.map(() => prng.pick([64, 64, 8, 2, 1])!),
    crashes: drawCrashes(prng, processes, acceptorCount, calmMs),
    proposals: Array.from({ length: instances * prng.between(1, 2) }, (_, i) => ({
      process: prng.pick(proposers)!,
      instance: BigInt(1 + i % instances),
      value: `value ${i}${"!".repeat(prng.pick([0, 0, 0, 2_000])!)}`,
      atMs: prng.between(0, calmMs),
    })),
    hasLateValues: true,
    turns: drawTurns(makePrng(seed ^ 0x7124), acceptorCount, observers),
    valueBytesMax: 4_096,
  };
}

/** In one world of five nobody keeps windows; in half of the others clients have some of their own. */
function drawTurns(
  prng: Prng,
  acceptorCount: number,
  observers: readonly number[],
): ClusterScenario["turns"] {
  if (prng.chance(0.2)) return undefined;
  const acceptors = Array.from({ length: acceptorCount }, (_, i) => i);
  return {
    members: prng.chance(0.5) ? acceptors : [...acceptors, ...observers],
    windowMsMin: prng.pick([20, 100, 500])!,
  };
}

/** In one world of three one, in a few of these several. */
function drawPartitions(prng: Prng, count: number, calmMs: number): Partition[] {
  if (!prng.chance(1 / 3)) return [];
  return Array.from({ length: prng.pick([1, 1, 1, 3])! }, () => {
    const fromMs = prng.between(0, calmMs);
    const side = Array.from({ length: count }, () => prng.chance(0.5));
    return { fromMs, toMs: prng.between(fromMs, calmMs), side };
  });
}

/** What goes wrong at all goes wrong with few acceptors. */
function smallGraph(prng: Prng): LearnerGraph {
  for (;;) {
    const graph = randomValidGraph(prng);
    if (graph.acceptorCount <= 5 || prng.chance(0.1)) return graph;
  }
}

/** Twins and plotters are worth most. */
const VILLAINIES: readonly Villainy[] = [
  ...["twins", "twins", "plotter", "plotter", "plotter", "plotter"] as const,
  ...["babbler", "miser", "mute"] as const,
];

/**
 * In six worlds of ten one or two: as many as leave somebody a quorum and some learner accurate; in
 * one world of ten without regard to that.
 */
function drawVillains(
  prng: Prng,
  graph: LearnerGraph,
  strategies: readonly string[] | undefined,
): Map<number, Villainy> {
  const villains = new Map<number, Villainy>();
  const kinds: readonly Villainy[] = strategies === undefined ? VILLAINIES : ["plotter"];
  if (strategies?.length === 0 || prng.chance(0.4)) return villains;
  const isReckless = prng.chance(0.1);
  let honest: AcceptorSet = fullSet(graph.acceptorCount);
  for (const acceptor of prng.shuffled(membersOf(honest)).slice(0, prng.between(1, 2))) {
    const without = honest & ~(1n << BigInt(acceptor));
    const isWell = graph.quorums.some((quorum) => quorum.satisfiedBy(without)) &&
      graph.quorums.some((_, learner) => entangled(graph, learner, learner, without));
    if (!isWell && !(isReckless && countMembers(without) > 0)) continue;
    honest = without;
    villains.set(acceptor, prng.pick<Villainy>(kinds)!);
  }
  return villains;
}

function drawCrashes(
  prng: Prng,
  processes: readonly number[],
  acceptorCount: number,
  calmMs: number,
): Crash[] {
  return Array.from({ length: prng.pick([0, 0, 1, 2, 4])! }, () => {
    const process = prng.pick(processes)!;
    const isAcceptor = process < acceptorCount;
    const isStop = prng.chance(0.12);
    const isRestored = isAcceptor && !isStop && prng.chance(0.25);
    return {
      process,
      atMs: prng.between(0, calmMs),
      effect: prng.pick(["unkept", "kept", "unsent", "sent", undefined] as const),
      skipped: prng.pick([0, 0, 0, 1, 3])!,
      // Without clients nothing would be offered.
      downMs: isAcceptor && prng.chance(0.06) ? Infinity : prng.between(1, 800),
      losesPower: prng.chance(0.5),
      kept: isRestored ? prng.pick([0, 0.3, 0.7, 0.9])! : 1,
      isStop,
    };
  });
}

/** A clock may be up to 150 ms wrong; in three worlds of ten one client's is for a while far ahead. */
function drawClocks(
  prng: Prng,
  count: number,
  clients: readonly number[],
  calmMs: number,
): ClockSettings[] {
  const leaps = prng.chance(0.3) ? prng.pick(clients)! : undefined;
  const leap = drawLeap(prng, calmMs);
  return Array.from({ length: count }, (_, process) => ({
    skewMs: prng.between(-150, 150),
    drift: prng.chance(0.6) ? 1 : 0.98 + prng.between(0, 40) / 1_000,
    leap: process === leaps ? leap : undefined,
  }));
}

/** By a little less than is held until time has caught up, by more, or by an hour. */
function drawLeap(prng: Prng, calmMs: number): Leap {
  const fromMs = prng.between(0, calmMs);
  const byMs = prng.chance(0.3) ? 3_600_000 : prng.between(800, 4_000);
  return { fromMs, toMs: fromMs + prng.between(50, 1_000), byMs };
}

function drawDisk(prng: Prng): DiskSettings {
  const syncMs = prng.pick([0, 0, 1, 5, 40])!;
  return { syncMs, syncMsAtFirst: prng.chance(0.02) ? 1_500 : syncMs };
}

/** In half of all worlds everybody's are the same; many have room for few messages, or for one. */
function drawLimits(prng: Prng, count: number, refsMin: number): OwnLimits[] {
  const draw = (): OwnLimits => ({
    inboxRefsPerPeerMax: prng.pick([refsMin, refsMin, 128, 65_536])!,
    inboxWaitMsMax: prng.pick([1_000, 60_000])!,
    futureProposalsMax: prng.pick([4, 64])!,
    instanceIdleMs: prng.pick([60_000, 60_000, 1_000])!,
  });
  const common = prng.chance(0.5) ? draw() : undefined;
  return Array.from({ length: count }, () => common ?? draw());
}
