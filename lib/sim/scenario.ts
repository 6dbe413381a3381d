/**
 * What a world is like: everything about it is drawn from one seed.
 *
 * @module
 */

import { countMembers } from "../core/acceptor_set.ts";
import type { CoreLimits } from "../core/instance.ts";
import { entangled, type LearnerGraph } from "../core/learner_graph.ts";
import type { Pace } from "../core/proposer.ts";
import type { AcceptorIndex } from "../core/types.ts";
import type { ClockSettings } from "./clock.ts";
import type { DiskSettings } from "./disk.ts";
import { randomValidGraph } from "./graphs.ts";
import type { NetworkSettings, Partition } from "./network.ts";
import { makePrng, type Prng } from "./prng.ts";

/** Something that happens to an honest process. */
export interface Mishap {
  /** When it ends, in milliseconds. */
  readonly atMs: number;
  /** Which process. */
  readonly process: number;
  /** After so long it starts again; infinite for never. */
  readonly downMs: number;
  /** How much of its disk is there then, from 0 to 1: less than 1 for an old backup. */
  readonly kept: number;
}

/** An acceptor that is not honest, and what it does, by names of strategies. */
export interface Casting {
  /** Which acceptor. */
  readonly acceptor: AcceptorIndex;
  /** What it does, all at once. */
  readonly strategies: readonly string[];
}

/** See the module. */
export interface Scenario {
  /** What all of it comes from. */
  readonly seed: number;
  /** Valid. */
  readonly graph: LearnerGraph;
  /** Of every process. */
  readonly limits: CoreLimits;
  /** The acceptors that are not honest. */
  readonly villains: readonly Casting[];
  /** What the last of the proposers does if it is a villain: it has no acceptor's key. */
  readonly rogue: readonly string[] | undefined;
  /** By proposer: when it starts. */
  readonly proposersAtMs: readonly number[];
  /** By observer: when it starts. */
  readonly observersAtMs: readonly number[];
  /** By proposer: how it times its ballots. */
  readonly paces: readonly Pace[];
  /** The longest pause that a proposer makes while the network is timely, about. */
  readonly pauseMsMax: number;
  /** What the network is like. */
  readonly network: NetworkSettings;
  /** By process. */
  readonly clocks: readonly ClockSettings[];
  /** By process. */
  readonly disks: readonly DiskSettings[];
  /** In the order of time. */
  readonly mishaps: readonly Mishap[];
  /** Villains do nothing any more from then on, in milliseconds. */
  readonly villainsUntilMs: number;
}

/** What may be fixed in advance. */
export interface ScenarioOptions {
  /** Instead of a random one. */
  readonly graph?: LearnerGraph;
  /** Strategies that villains may have. */
  readonly strategies: readonly string[];
}

/** Draws a scenario. */
export function drawScenario(seed: number, options: ScenarioOptions): Scenario {
  const prng = makePrng(seed);
  const graph = options.graph ?? randomValidGraph(prng);
  const rogue = drawRogue(makePrng(seed ^ 0x10e5), options.strategies);
  const honestProposers = prng.pick([1, 2, 2, 3])!;
  const proposers = honestProposers + (rogue === undefined ? 0 : 1);
  const leap = drawLeap(makePrng(seed ^ 0x1ea9));
  const observers = prng.pick([1, 1, 2])!;
  const processes = graph.acceptorCount + proposers + observers;
  const timelyFromMs = prng.chance(0.15) ? 0 : prng.between(50, 800);
  const villains = drawVillains(prng, graph, options.strategies);
  const isVillain = (process: number) =>
    villains.some(({ acceptor }) => acceptor === process) ||
    (rogue !== undefined && process === graph.acceptorCount + honestProposers);
  const honest = Array.from({ length: processes }, (_, process) => process)
    .filter((process) => !isVillain(process));
  return {
    seed,
    graph,
    limits: {
      inboxRefsPerPeerMax: prng.pick([128, 1_024, 65_536])!,
      inboxWaitMsMax: prng.pick([300, 1_000, 60_000])!,
      futureProposalsMax: prng.pick([4, 64])!,
      clockSkewMsMax: 500,
    },
    villains,
    rogue,
    proposersAtMs: draw(proposers, () => prng.chance(0.6) ? 0 : prng.between(0, 400)),
    observersAtMs: draw(observers, (i) => i === 0 ? 0 : prng.between(0, timelyFromMs + 300)),
    ...drawPaces(prng, proposers, timelyFromMs),
    network: drawNetwork(prng, processes, timelyFromMs),
    clocks: draw(processes, (process) => ({
      skewMs: prng.chance(0.5) ? 0 : prng.between(0, 200),
      drift: prng.chance(0.6) ? 1 : 0.98 + prng.between(0, 40) / 1_000,
      ...(process === graph.acceptorCount && leap && { leap }),
    })),
    disks: draw(processes, (process) => ({
      syncMs: prng.pick([0.2, 1, 1, 5, 40])!,
      failingSync: !isVillain(process) && prng.chance(0.04) ? prng.between(1, 8) : 0,
    })),
    mishaps: drawMishaps(prng, honest, graph.acceptorCount, timelyFromMs),
    villainsUntilMs: timelyFromMs + prng.pick([0, 0, 3_000, 20_000])!,
  };
}

function draw<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

/** In one world of eight the clock of the first proposer is wrong for a while. */
function drawLeap(prng: Prng): ClockSettings["leap"] {
  if (!prng.chance(1 / 8)) return undefined;
  const fromMs = prng.between(0, 300);
  return { fromMs, forMs: prng.between(10, 500), byMs: prng.pick([300, 5_000, 3_600_000])! };
}

/** Pauses at random, or windows shared by all proposers. */
function drawPaces(
  prng: Prng,
  proposers: number,
  timelyFromMs: number,
): Pick<Scenario, "paces" | "pauseMsMax"> {
  if (prng.chance(0.5)) {
    const backoffMsMax = prng.pick([400, 800])!;
    const pace = { backoffMsMin: prng.pick([40, 100])!, backoffMsMax, clockSkewMsMax: 500 };
    return { paces: draw(proposers, () => pace), pauseMsMax: backoffMsMax };
  }
  const windowMsMin = prng.pick([60, 150])!;
  return {
    paces: draw(proposers, (position) => ({
      members: proposers,
      position,
      windowMsMin,
      clockSkewMsMax: 500,
    })),
    // Windows are about as long as the root of twice the time so far, in windows of the least length.
    pauseMsMax: proposers * (windowMsMin + Math.sqrt(2 * windowMsMin * (timelyFromMs + 2_000))),
  };
}

/** Mostly so few that some learners must still agree, in one world of ten as many as may be. */
function drawVillains(prng: Prng, graph: LearnerGraph, strategies: readonly string[]): Casting[] {
  if (strategies.length === 0 || prng.chance(0.2)) return [];
  const all = draw(graph.acceptorCount, (acceptor) => acceptor);
  let chosen = prng.shuffled(all).slice(0, prng.between(1, Math.ceil(all.length / 2)));
  if (prng.chance(0.85)) {
    const isTooMany = () => !keepsPromises(graph, chosen);
    while (chosen.length > 0 && isTooMany()) chosen = chosen.slice(1);
  }
  return chosen.map((acceptor) => ({ acceptor, strategies: drawStrategies(prng, strategies) }));
}

/** In one world of four a villain proposes. */
function drawRogue(prng: Prng, strategies: readonly string[]): string[] | undefined {
  if (strategies.length === 0 || !prng.chance(0.25)) return undefined;
  return prng.shuffled(strategies).slice(0, prng.between(2, 6));
}

function drawStrategies(prng: Prng, strategies: readonly string[]): string[] {
  return prng.shuffled(strategies).slice(0, prng.pick([1, 1, 2, 3])!);
}

/** Whether some learner is still accurate. */
function keepsPromises(graph: LearnerGraph, villains: readonly AcceptorIndex[]): boolean {
  let safe = (1n << BigInt(graph.acceptorCount)) - 1n;
  for (const acceptor of villains) safe &= ~(1n << BigInt(acceptor));
  return countMembers(safe) > 0 &&
    graph.quorums.some((_, learner) => entangled(graph, learner, learner, safe));
}

function drawNetwork(prng: Prng, processes: number, timelyFromMs: number): NetworkSettings {
  const delayMsMin = prng.pick([0.2, 1, 5])!;
  const isClean = prng.chance(0.3);
  const slow = new Set<number>();
  if (prng.chance(0.2)) {
    for (let link = 0; link < processes * processes; link++) if (prng.chance(0.1)) slow.add(link);
  }
  return {
    processes,
    delayMsMin,
    delayMsMax: delayMsMin * prng.pick([1.5, 3, 8])!,
    straggling: isClean ? 0 : prng.pick([0, 0.02, 0.2])!,
    straggleMsMax: prng.pick([50, 300])!,
    loss: isClean ? 0 : prng.pick([0, 0.02, 0.3])!,
    duplication: isClean ? 0 : prng.pick([0, 0.05, 0.3])!,
    slow,
    partitions: draw(
      prng.pick([0, 0, 1, 2, 4])!,
      () => drawPartition(prng, processes, timelyFromMs),
    ),
    timelyFromMs,
  };
}

/** Two sides; one that hears but is not heard; or some links here and there. */
function drawPartition(prng: Prng, processes: number, untilMs: number): Partition {
  const fromMs = prng.chance(0.3) ? 0 : prng.between(0, untilMs);
  const cut = new Set<number>();
  const kind = prng.pick(["both ways", "one way", "here and there"])!;
  const side = draw(processes, () => prng.chance(0.5));
  for (let from = 0; from < processes; from++) {
    for (let to = 0; to < processes; to++) {
      const isCut = kind === "here and there"
        ? prng.chance(0.3)
        : kind === "both ways"
        ? side[from] !== side[to]
        : side[from] === true && side[to] === false;
      if (isCut) cut.add(from * processes + to);
    }
  }
  return { fromMs, toMs: fromMs + prng.between(10, 800), cut };
}

function drawMishaps(
  prng: Prng,
  honest: readonly number[],
  acceptorCount: number,
  untilMs: number,
): Mishap[] {
  const count = prng.pick([0, 0, 1, 2, 3, 6])!;
  if (honest.length === 0) return [];
  return draw(count, () => {
    const process = prng.pick(honest)!;
    const isAcceptor = process < acceptorCount;
    const isLost = isAcceptor && prng.chance(0.4);
    return {
      atMs: prng.between(0, Math.max(20, untilMs)),
      process,
      // Without proposers nothing would be decided.
      downMs: isAcceptor && prng.chance(0.1) ? Infinity : prng.between(1, 300),
      kept: isLost ? prng.pick([0, 0.3, 0.7, 0.9])! : 1,
    };
  }).sort((a, b) => a.atMs - b.atMs);
}
