/**
 * Worlds in which real nodes keep a log: drawn, run and judged.
 *
 * @module
 */

import { fullSet } from "../../core/acceptor_set.ts";
import type { Effect } from "../../core/effects.ts";
import type { AcceptorSet } from "../../core/types.ts";
import type { LogRecord } from "../../log/record.ts";
import { SELF } from "../../node/outcomes.ts";
import { Marks } from "../marks.ts";
import { makePrng } from "../prng.ts";
import { Violation } from "../referee.ts";
import { drawClusterScenario } from "./drawing.ts";
import { LogJudge } from "./log_judge.ts";
import type { RunReport } from "./run.ts";
import type { ClusterScenario, Villainy } from "./scenario.ts";
import { ClusterWorld, type Spectator } from "./world.ts";

/** Records are appended so long after the calm, too, in milliseconds. */
const LATE_MS = 2_000;

/** A world in which not everything must go on ends so long after that, in milliseconds. */
const SOME_MS = 25_000;

/** After the end nothing may be left below floors, in milliseconds. */
const FORGETS_MS = 2_000;

/** Instances that are looked at: more than a world opens. */
const POSITIONS = 128;

/** What a process appends. */
interface Append {
  readonly process: number;
  readonly atMs: number;
  readonly record: LogRecord;
}

/** What is drawn for one world. */
export interface LogClusterScenario extends ClusterScenario {
  /** In the order of time. */
  readonly appends: readonly Append[];
  /** Whether each learner with a quorum of honest acceptors that run must go on. */
  readonly mustGoOn: boolean;
}

/** Draws the world of a seed: that of the cluster of this seed, with a log in the place of proposals. */
export function drawLogClusterScenario(seed: number): LogClusterScenario {
  const scenario = drawClusterScenario(seed);
  const prng = makePrng(seed ^ 0x106d);
  const { names, graph, calmMs, crashes } = scenario;
  const kindOf = (villainy: Villainy, index: number): Villainy => {
    if (villainy !== "plotter") return villainy;
    return index < graph.acceptorCount ? "twins" : "mute";
  };
  const villains = new Map(
    [...scenario.villains].map(([index, villainy]) => [index, kindOf(villainy, index)] as const),
  );
  const acceptors = names.flatMap((_, index) =>
    index < graph.acceptorCount && !villains.has(index) ? [index] : []
  );
  const checkpointEvery = prng.pick([2, 4])!;
  const count = prng.between(4, 30);
  const appends = Array.from({ length: count }, (_, i): Append => ({
    process: prng.pick(acceptors)!,
    atMs: i < count / 2 ? prng.between(100, calmMs) : calmMs + LATE_MS + prng.between(0, 3_000),
    record: { client: `till ${i % 3}`, sequence: i + 1, payload: new Uint8Array(8).fill(i) },
  }));
  const isForked = [...villains.values()].includes("twins");
  const isRestored = crashes.some(({ kept, isStop }) => kept < 1 && !isStop);
  return {
    ...scenario,
    ...{ villains, plots: [], proposals: [], hasLateValues: false },
    appends: appends.toSorted((a, b) => a.atMs - b.atMs),
    mustGoOn: !isForked && !isRestored,
    log: {
      ...{ windowMax: prng.pick([4, 16, 64])!, spreadMax: 64, checkpointEvery, clientsMax: 8 },
      ...{ pipelineMax: prng.pick([1, 3])!, batchBytesMax: 512 },
      retain: { entries: prng.pick([1, 100])!, bytes: 10_000 },
    },
  };
}

/** One world of nodes with a log. */
class LogClusterWorld {
  readonly world: ClusterWorld;
  readonly #scenario: LogClusterScenario;
  readonly #judge: LogJudge;
  readonly #marks: Marks;
  /** Records that must come, by the life that has accepted them. */
  readonly #due: { readonly record: LogRecord; readonly isLate: boolean }[] = [];
  #overSinceMs: number | undefined;

  constructor(scenario: LogClusterScenario, marks: Marks) {
    const { graph, villains } = scenario;
    this.#scenario = scenario;
    this.#marks = marks;
    let honest: AcceptorSet = fullSet(graph.acceptorCount);
    for (const index of villains.keys()) honest &= ~(1n << BigInt(index));
    // What a restored acceptor has forgotten, and nobody could tell it, is nobody's fault.
    const sound = () =>
      Array.from({ length: POSITIONS }, (_, i) => this.world.judge.referee(BigInt(i)))
        .reduce((set, { safe, excused }) => set & safe & ~excused, honest);
    this.#judge = new LogJudge(graph, sound, marks);
    const spectator: Spectator = {
      started: (member) => this.#judge.watch(member),
      stepped: (_atMs, who, instance, effects) => {
        this.#noteOffered(instance, effects);
        this.#judge.stepped(who, instance, effects);
      },
      isOver: () => this.#isOver(),
    };
    this.world = new ClusterWorld(scenario, marks, spectator);
    for (const append of scenario.appends) {
      this.world.queue.at(append.atMs, () => this.#append(append));
    }
  }

  /** What coordinators put into the log counts as offered when they deliver it to themselves. */
  #noteOffered(instance: bigint, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind !== "deliver" || effect.source !== SELF) continue;
      const { facts } = effect.entry;
      if (facts.kind === "1a") {
        this.world.judge.referee(instance).proposed.add(facts.ballot.valueHash);
      }
    }
  }

  #append({ process, atMs, record }: Append): void {
    const member = this.world.members[process];
    if (!member?.isUp) return;
    const { kind } = member.life!.node.log!.append(record);
    this.#marks.mark(`log: append: ${kind}`);
    if (kind === "accepted") this.#due.push({ record, isLate: atMs > this.#scenario.calmMs });
  }

  /** All that must come has come to everybody, and a while has passed. */
  #isOver(): boolean {
    const { queue: { nowMs } } = this.world;
    const { calmMs, mustGoOn } = this.#scenario;
    const isEnough = mustGoOn ? this.#hasAll() : nowMs >= calmMs + LATE_MS + SOME_MS;
    if (!isEnough || nowMs < calmMs + LATE_MS + 3_500) return false;
    this.#overSinceMs ??= nowMs;
    if (nowMs < this.#overSinceMs + FORGETS_MS) return false;
    for (const member of this.world.up()) this.#judge.mustHaveForgotten(member);
    if (this.#hasAll()) this.#marks.mark("log: all that was appended late has come");
    return true;
  }

  #hasAll(): boolean {
    const { graph } = this.#scenario;
    const up = this.world.up();
    const alive = up.reduce<AcceptorSet>(
      (set, { index }) => index < graph.acceptorCount ? set | 1n << BigInt(index) : set,
      0n,
    );
    return graph.quorums.every((quorum, learner) => {
      if (!quorum.satisfiedBy(alive)) return true;
      return this.#due.filter(({ isLate }) => isLate).every(({ record }) => {
        const place = this.#judge.placeOf(learner, record.client, record.sequence);
        return place !== undefined &&
          up.every(({ life }) => life!.node.log!.prefixOf(learner) > place);
      });
    });
  }
}

/** Runs the world of a seed. */
export function runLogCluster(seed: number, marks: Marks = new Marks()): RunReport {
  const { world } = new LogClusterWorld(drawLogClusterScenario(seed), marks);
  let violation: string | undefined;
  try {
    world.run();
  } catch (error) {
    if (!(error instanceof Violation)) throw new Error(`seed ${seed}`, { cause: error });
    violation = error.message;
  }
  return { seed, violation, events: world.queue.count, ms: world.queue.nowMs, delays: [] };
}
