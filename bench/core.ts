/**
 * How fast facts are computed, and whether that depends on the past.
 *
 * Two things that are not the core's are kept out of the comparison. The task gives V8 a large young
 * generation: else its promotions to the old one decide in about every second run that late messages
 * take a third longer. And the table of ids is as large from the start as it will be in the end: a
 * hash table that outgrows the processor's caches is slower for early and late messages alike.
 *
 * Facts are counted by the second of processor time, garbage collection on other threads included,
 * so that whatever else the machine does is not.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { isRejection } from "../lib/core/rejection.ts";
import { type Dag, newDag } from "../lib/core/dag.ts";
import { admit } from "../lib/core/facts.ts";
import type { LearnerGraph } from "../lib/core/learner_graph.ts";
import type { Message, MessageId, ValueHash } from "../lib/core/types.ts";
import { bftGraph, runBallots } from "./core_run.ts";

/** Ballots of one instance; those compared are the five around the 10th and around the 1,000th. */
const BALLOTS = 1_002;
const EARLY = 10;
const LATE = 1_000;
const AROUND = 2;

/** A cluster so large that each ballot takes seconds to make: judged from its first ballot on. */
const LARGE = { acceptors: 100, learners: 10, ballots: 2, passes: 8 } as const;

/** Instances judged from the start; the first few warm the machine up and do not count. */
const PASSES = 60;
const WARM_UP = 15;

/** At least as many as there are ids for each ballot. */
const MESSAGES_PER_BALLOT = 8;

/** 1as are judged by no rule. */
const NOBODY = bftGraph(1, 1);

/** Prints the table. */
export function benchCore(): void {
  console.log(
    "acceptors learners  messages/ballot     facts/s  us/fact ballot 10  ballot 1000  ratio",
  );
  for (const [acceptors, learners] of [[4, 1], [4, 4], [7, 1], [10, 2], [13, 1]] as const) {
    const graph = bftGraph(acceptors, learners);
    const ballots = runBallots(graph, BALLOTS);
    const { perSecond, early, late } = measure(graph, ballots);
    console.log([
      String(acceptors).padStart(9),
      String(learners).padStart(8),
      (ballots.flat().length / ballots.length).toFixed(1).padStart(16),
      Math.round(perSecond).toLocaleString("en").padStart(11),
      early.toFixed(2).padStart(18),
      late.toFixed(2).padStart(12),
      (late / early).toFixed(2).padStart(6),
    ].join(" "));
  }
  const { acceptors, learners, ballots, passes } = LARGE;
  const graph = bftGraph(acceptors, learners);
  const messages = runBallots(graph, ballots).flat();
  const perSecond = runsPerSecond(passes, () => admitAll(graph, newDag(), messages)) *
    messages.length;
  console.log([
    String(acceptors).padStart(9),
    String(learners).padStart(8),
    (messages.length / ballots).toFixed(1).padStart(16),
    Math.round(perSecond).toLocaleString("en").padStart(11),
  ].join(" "));
}

/**
 * Median microseconds to judge a message of the tenth ballot and of a later one, of one instance of
 * four acceptors and a learner.
 */
export function ballotCosts(late: number): { readonly early: number; readonly late: number } {
  const graph = bftGraph(4, 1);
  return measure(graph, runBallots(graph, late + AROUND), { late, passes: 21, warmUp: 5 });
}

/** How often something happens in a second of processor time, after two times to warm up. */
function runsPerSecond(passes: number, run: () => void): number {
  run();
  run();
  const before = cpuUsage();
  for (let pass = 0; pass < passes; pass++) run();
  const { user, system } = cpuUsage(before);
  return passes / (user + system) * 1e6;
}

/**
 * Messages judged in a second of processor time, garbage included, and the median microseconds for
 * a message in the early and in the late ballots of the same instances.
 */
function measure(
  graph: LearnerGraph,
  ballots: readonly Message[][],
  { late: lateBallot, passes, warmUp } = { late: LATE, passes: PASSES, warmUp: WARM_UP },
) {
  const sections = [
    ballots.slice(0, EARLY - AROUND - 1),
    ballots.slice(EARLY - AROUND - 1, EARLY + AROUND),
    ballots.slice(EARLY + AROUND, lateBallot - AROUND - 1),
    ballots.slice(lateBallot - AROUND - 1, lateBallot + AROUND),
  ].map((section) => section.flat());
  const costs: number[][] = sections.map(() => []);
  let micros = 0;
  for (let pass = -warmUp; pass < passes; pass++) {
    const dag = roomyDag(ballots.length);
    const before = cpuUsage();
    for (const [i, messages] of sections.entries()) {
      const start = performance.now();
      admitAll(graph, dag, messages);
      const took = performance.now() - start;
      if (pass < 0) continue;
      costs[i]!.push(took * 1000 / messages.length);
    }
    const { user, system } = cpuUsage(before);
    if (pass >= 0) micros += user + system;
  }
  const [, early, , late] = costs.map(median);
  const perSecond = passes * sections.flat().length / micros * 1e6;
  return { perSecond, early: early!, late: late! };
}

/** A dag of another past, so that its table has its full size. */
function roomyDag(count: number): Dag {
  const dag = newDag();
  for (let i = 0; i < MESSAGES_PER_BALLOT * count; i++) {
    const id = `e${i.toString(16).padStart(63, "0")}` as MessageId;
    const ballot = { seconds: 0, nanos: 0, valueHash: "0".repeat(64) as ValueHash, proposer: 0 };
    admit(NOBODY, dag, { kind: "1a", id, ballot });
  }
  return dag;
}

function admitAll(graph: LearnerGraph, dag: Dag, messages: readonly Message[]): void {
  for (const message of messages) {
    if (isRejection(admit(graph, dag, message))) throw new Error("an honest message is refused");
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}
