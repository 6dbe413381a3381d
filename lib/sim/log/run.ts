/**
 * Runs the world of one log to its end, and says what has come of it.
 *
 * @module
 */

import { hasMember, setOf } from "../../core/acceptor_set.ts";
import type { LearnerIndex } from "../../core/types.ts";
import { isClosed } from "../../log/closing.ts";
import type { Position } from "../../log/types.ts";
import { Marks } from "../marks.ts";
import { Broken } from "./judge.ts";
import { drawLogScenario, type LogScenario, TRICKS } from "./scenario.ts";
import { LogWorld } from "./world.ts";

/** Milliseconds from calm until operators do without learners that cannot get on. */
const OPERATORS_MS = 2_500;

/** And until everybody else must be at the end of the log. */
const END_MS = 30_000;

/** How often it is looked whether all is over. */
const LOOK_MS = 50;

/** What has come of a world. */
export interface LogReport {
  readonly seed: number;
  /** The promise that was broken; undefined if none was. */
  readonly violation: string | undefined;
  readonly events: number;
}

/** Runs the world of a seed, or of a scenario. */
export function runLog(
  seed: number,
  marks: Marks = new Marks(),
  scenario: LogScenario = drawLogScenario(seed),
): LogReport {
  const world = new LogWorld(scenario, marks);
  let violation: string | undefined;
  try {
    story(world);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    violation = error.message;
  }
  marks.mark("a world");
  return { seed, violation, events: world.queue.count };
}

/** Runs a world to its end. @throws Broken if a promise is broken. */
export function story(world: LogWorld): void {
  const { scenario, honest, members, judge, marks } = world;
  world.begin();
  const calmMs = 2 * scenario.calmMs;
  runUntil(world, calmMs);
  goOn(world, calmMs + OPERATORS_MS);
  for (let atMs = calmMs + OPERATORS_MS; atMs < calmMs + END_MS && !isOver(world); atMs += 1_000) {
    for (const learner of hopeless(world)) {
      marks.mark("a learner is abandoned");
      for (const index of honest) members.get(index)!.tell({ kind: "abandon", learner });
    }
    goOn(world, atMs + 1_000);
  }
  for (const index of honest) judge.inspect(members.get(index)!);
  judge.finish();
  if (!isOver(world)) throw new Broken(`not at the end: ${describe(world)}`);
  tally(world);
}

function runUntil({ queue }: LogWorld, atMs: number): void {
  while (queue.nowMs < atMs) queue.advance();
}

/** Until all is over, or a time. */
function goOn(world: LogWorld, endMs: number): void {
  const { queue } = world;
  while (queue.nowMs < endMs && !isOver(world)) {
    runUntil(world, Math.min(endMs, queue.nowMs + LOOK_MS));
  }
}

/** Learners that are promised to come to the end: with a quorum of honest acceptors, not abandoned. */
function hopeful(world: LogWorld): LearnerIndex[] {
  const { graph } = world.context;
  const abandoned = [...world.members.values()].reduce(
    (set, { state }) => set | state.abandoned,
    0n,
  );
  return graph.spec.learners.flatMap((_, a) =>
    graph.quorums[a]!.satisfiedBy(world.safe) && !hasMember(abandoned, a) ? [a] : []
  );
}

/** The end of the log: as far as any honest process has seen an accurate learner come. */
function end(world: LogWorld): Position {
  const { members, judge } = world;
  return Math.max(
    0,
    ...[...members.values()].flatMap(({ state }) =>
      state.learners.flatMap(({ prefix }, a) => judge.isAccurate(a) ? [prefix] : [])
    ),
  );
}

/** Whether all that clients appended is delivered to all who are promised it, everywhere. */
function isOver(world: LogWorld): boolean {
  const { members, judge } = world;
  const last = end(world);
  const hopes = hopeful(world);
  return [...members.values()].every(({ isUp, state, awaited }) =>
    isUp && awaited.size === 0 && hopes.every((a) =>
      state.learners[a]!.prefix >= last &&
      (!judge.isAccurate(a) ||
        world.appending.every(({ key }) => judge.has(a, key)))
    )
  );
}

/** Learners for whom operators need not wait: without an honest quorum, or stuck where nothing can be proved. */
function hopeless(world: LogWorld): LearnerIndex[] {
  const { graph } = world.context;
  return graph.spec.learners.flatMap((_, a) => {
    if (!graph.quorums[a]!.satisfiedBy(world.safe)) return [a];
    const stuck = [...world.members.values()].some(({ state }) =>
      isStuck(world, a, state.learners[a]!.prefix)
    );
    if (stuck) world.marks.mark("an instance can neither decide nor be closed");
    return stuck || !world.judge.isAccurate(a) ? [a] : [];
  });
}

/** Whether an instance stays open though every honest acceptor has closed it, or could. */
function isStuck(world: LogWorld, learner: LearnerIndex, instance: Position): boolean {
  const { graph } = world.context;
  const votes = [...world.members.values()].flatMap((member) => member.votes.votesIn(instance));
  if (world.blocked(instance, learner) === 0n && votes.length === 0) return false;
  const closers = world.safe;
  const hashes = new Set(votes.flatMap(({ hashes }) => hashes[learner] ?? []));
  const shown = [...hashes].map((hash) =>
    setOf(votes.filter((vote) => vote.hashes[learner] === hash).map(({ signer }) => signer))
  );
  return !isClosed(graph, learner, { closers, votes: shown, caught: 0n });
}

function describe(world: LogWorld): string {
  const lines = [...world.members.values()].map(({ index, isUp, state, awaited }) =>
    `${index}${isUp ? "" : " down"}${awaited.size > 0 ? " recovering" : ""} floor ${state.floor} ` +
    `prefixes ${state.learners.map(({ prefix }) => prefix).join(",")}`
  );
  const missing = world.appending.filter(({ key }) =>
    hopeful(world).some((a) => world.judge.isAccurate(a) && !world.judge.has(a, key))
  ).map(({ key }) => key);
  return `end ${end(world)}, hopeful ${hopeful(world)}; ${lines.join("; ")}; missing ${missing}`;
}

function tally(world: LogWorld): void {
  const { marks, members, scenario, judge } = world;
  for (const { state } of members.values()) {
    if (state.book.lies.length > 0) marks.mark("a statement fork is proved");
    if (state.inaccurate !== 0n) marks.mark("a learner is proved inaccurate");
  }
  if (scenario.cutOff !== undefined) marks.mark("a process is cut off");
  if (!scenario.graph.spec.learners.every((_, a) => judge.isAccurate(a))) {
    marks.mark("a learner that is not accurate");
  }
}

/** What happens in one of hundreds of worlds only. */
export const RARE_IN_LOGS: ReadonlySet<string> = new Set([
  ...["append: full", "append: repeated", "a learner is proved inaccurate"],
  ...["a disk is lost", "report: disagreement"],
]);

/** What must have been seen, and what was. */
export function logCoverage(marks: Marks): (readonly [string, number])[] {
  const events = [
    ...[
      "a world",
      "a process stops",
      "a disk is lost",
      "a process is cut off",
      "a floor is raised",
    ],
    ...["a process goes on from a snapshot", "a journal is compacted", "an entry is closed"],
    ...["an instance can neither decide nor be closed", "a learner is abandoned", "a take-over"],
    ...["an instance outside the window", "a new ballot in a settled instance"],
    ...["a client asks again", "append: accepted", "append: repeated", "append: full"],
    ...["a statement fork is proved", "a learner is proved inaccurate", "report: gap"],
    ...["a learner that is not accurate", "report: refused snapshot", "report: disagreement"],
    ...TRICKS.map((trick) => `villain: ${trick}`),
  ];
  return events.map((event) => [event, marks.count(event)] as const);
}
