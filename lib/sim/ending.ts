/**
 * When a world has come to its end, and what is missing if it never does.
 *
 * @module
 */

import { fullSet, hasMember } from "../core/acceptor_set.ts";
import { findStarved } from "../core/starvation.ts";
import { type AcceptorSet, addMs, compareTimestamps, type LearnerSet } from "../core/types.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** It is not asked whether a learner starves before it has had so much calm, in milliseconds. */
const PATIENCE_MS = 2_000;

/** After the last thing that was planned, in milliseconds. */
const REST_MS = 50;

/** Whether nothing more is to be expected. */
export function isComplete(world: World): boolean {
  return isCalm(world) && undecided(world) === 0n && unspread(world) === undefined;
}

/** The acceptors that are honest, and up or about to be. */
export function live(world: World): AcceptorSet {
  let live = 0n;
  for (let acceptor = 0; acceptor < world.graph.acceptorCount; acceptor++) {
    const isLive = world.processes[acceptor] !== undefined && !world.isGone(acceptor) &&
      hasMember(world.referee.safe, acceptor);
    if (isLive) live |= 1n << BigInt(acceptor);
  }
  return live;
}

/**
 * The learners that have a safe and live quorum and have not decided everywhere. Those that provably
 * cannot any more, without the help of those who are not live, are excused.
 */
export function undecided(world: World): LearnerSet {
  const alive = live(world);
  const up = world.up();
  let undecided = 0n;
  world.graph.quorums.forEach((quorums, learner) => {
    if (!quorums.satisfiedBy(alive)) return;
    const everywhere = up.every(({ state }) => state.learner.decisions[learner]!.length > 0);
    if (!everywhere) undecided |= 1n << BigInt(learner);
  });
  if (undecided === 0n || world.queue.nowMs < calmFromMs(world.scenario) + PATIENCE_MS) {
    return undecided;
  }
  const others = fullSet(world.graph.acceptorCount) & ~alive;
  const starved = up.reduce(
    (all, { state }) => all | (findStarved(world.graph, state, others) & undecided),
    0n,
  );
  if (starved !== 0n) world.marks.mark("a learner starves");
  return undecided & ~starved;
}

/**
 * What an acceptor has signed that one honest process knew when the network became calm and another
 * does not know now; undefined if there is nothing. Word goes by way of acceptors: without an honest
 * one nothing is expected. Ballots that the clocks are far from are refused by acceptors, though
 * observers may know of them.
 */
export function unspread(world: World): string | undefined {
  const up = world.up();
  const calmMs = calmFromMs(world.scenario);
  if (live(world) === 0n) return undefined;
  const clocks = up.map((process) => process.now()).sort(compareTimestamps);
  const horizon = addMs(clocks[0]!, world.limits.clockSkewMsMax);
  for (const process of up) {
    for (const { sealed: { message: { id, kind } }, atMs } of process.said) {
      if (atMs > calmMs) break;
      if (kind === "1a") continue;
      if (compareTimestamps(process.state.dag.get(id)!.facts.ballot, horizon) > 0) continue;
      const without = up.find(({ state }) => !state.dag.has(id));
      if (without === undefined) continue;
      return `${process.role.name} knows ${id.slice(0, 8)}, ${without.role.name} does not`;
    }
  }
  return undefined;
}

/** From then on the network is timely and everybody who is to start has, in milliseconds. */
export function calmFromMs({ network, proposersAtMs, observersAtMs, mishaps }: Scenario): number {
  return Math.max(
    network.timelyFromMs,
    // One that is left out never starts.
    ...[...proposersAtMs, ...observersAtMs].filter(Number.isFinite),
    ...mishaps.map(({ atMs, downMs }) => atMs + (downMs === Infinity ? 0 : downMs)),
  );
}

function isCalm({ queue, scenario }: World): boolean {
  return queue.nowMs >= calmFromMs(scenario) + REST_MS;
}
