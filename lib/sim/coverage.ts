/**
 * What a simulation must have seen: a table of marks in which none may stay at zero.
 *
 * @module
 */

import { REJECTION_CODES, type RejectionCode } from "../core/rejection.ts";
import type { Marks } from "./marks.ts";

/** What happens to members, whoever their peers are. */
const EVENTS = [
  ...["a decision", "an honest 1b", "an honest 2a", "a second 2a in a ballot"],
  ...["a 1b that is not fresh for every learner", "effect request"],
  ...["unkept", "kept", "unsent", "sent", "at once"]
    .flatMap((how) => [`a crash: ${how}`, `a crash: ${how}, power lost`]),
  "a stop",
  "a restored acceptor",
  "a restored acceptor misses a message",
  "an acceptor meets a message of its own",
  "a link breaks",
  "a partition",
  "a link ends: DUPLICATE_LINK",
  "a link ends: PROTOCOL_ERROR",
  "a clock is set back",
  "a disk is slow",
  "an instance leaves memory",
  "an instance comes back",
  "a member is asked",
  "a learner starves",
  "a learner is said to be starved",
  "a disagreement is reported",
  "learners that are not entangled disagree",
  "a villain is caught",
  ...["twins", "plotter", "babbler", "miser", "mute"].map((villainy) => `villain: ${villainy}`),
  "a world with real keys",
  "facts held against the oracle",
];

/** What happens once in hundreds or thousands of worlds: only in many must it have been seen. */
export const RARE: ReadonlySet<string> = new Set([
  "a restored acceptor misses a message",
  "an acceptor meets a message of its own",
]);

/** What no member of a simulated world gives as a reason: the tests of lib/node and lib/link do. */
const ELSEWHERE: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  // No message comes past the codec that has no 1a in its past.
  "NO_BALLOT",
  // Two processes of one key would have to dial the same peer: twins have friends of their own.
  "DUPLICATE_IDENTITY",
  // There are too few instances in a world.
  "TOO_MANY_INSTANCES",
  // These worlds have no log.
  "OUTSIDE_WINDOW",
  "SETTLED",
]);

/** A row: what, and how often. */
export type Row = readonly [what: string, count: number];

/** All rows, those of strategies last. */
export function coverage(marks: Marks, strategies: Iterable<string>): Row[] {
  return [
    ...EVENTS.map((what): Row => [what, marks.count(what)]),
    ...REJECTION_CODES.filter((code) => !ELSEWHERE.has(code)).map((
      code,
    ): Row => [`code ${code}`, marks.count(`code ${code}`)]),
    ...[...strategies].map((name): Row => [`strategy ${name}`, effectOf(marks, name)]),
  ];
}

/** How often a strategy was found out, refused, or proved to have no effect. */
function effectOf(marks: Marks, name: string): number {
  return ["caught", "refused", "ignored"]
    .reduce((sum, outcome) => sum + marks.count(`strategy ${name}: ${outcome}`), 0);
}
