/**
 * When a process forgets messages, and what it learns of learners by their certificates.
 *
 * @module
 */

import { hasMember } from "../core/acceptor_set.ts";
import type { LearnerIndex } from "../core/types.ts";
import { type Certificate, sameHead } from "./certificate.ts";
import { Sessions } from "./sessions.ts";
import type { Head } from "./statement.ts";
import type { LearnerLog } from "./learner_log.ts";
import type { LogEffect, LogState } from "./state.ts";
import type { Position } from "./types.ts";

/**
 * Notes learners of whom somebody's certificate says what this process has not seen: were such a
 * learner accurate, both would be true.
 */
export function noteContradictions(state: LogState, effects: LogEffect[]): void {
  for (const position of state.book.positions()) {
    state.learners.forEach((log, learner) => {
      const own = ownHead(log, position);
      if (own === undefined || hasMember(state.inaccurate, learner)) return;
      const isOther = (head: Head) =>
        !sameHead(head, own) && state.book.certificate(learner, position, head) !== undefined;
      if (state.book.heads(learner, position).some(isOther)) {
        noteInaccurate(state, learner, position, effects);
      }
    });
  }
}

/** Notes that a learner is proved not to be accurate. */
export function noteInaccurate(
  state: LogState,
  learner: LearnerIndex,
  position: Position,
  effects: LogEffect[],
): void {
  if (hasMember(state.inaccurate, learner)) return;
  state.inaccurate |= 1n << BigInt(learner);
  effects.push({ kind: "keep", record: { kind: "inaccurate", learner } });
  effects.push({ kind: "report", report: { kind: "inaccurate", learner, position } });
}

/**
 * Raises the floor to the highest position where every learner has a certificate that fits what this
 * process has seen. Kept, then the messages below may go.
 *
 * Differs from PROTOCOL section 8 by "fits": a certificate for a learner that is not accurate may
 * name a chain of which nobody has the outcomes, and who starts from it would not get any. Learners
 * that are abandoned, or proved not to be accurate, are not waited for (ADR 0048).
 */
export function moveFloor(state: LogState, effects: LogEffect[]): void {
  const positions = state.book.positions().toReversed();
  for (const position of positions) {
    if (position <= state.floor) return;
    const certificates = state.learners.map((log, a) => fitting(state, a, log, position));
    const isWaitedFor = (a: LearnerIndex) => !hasMember(state.abandoned | state.inaccurate, a);
    if (certificates.some((found, a) => found === undefined && isWaitedFor(a))) continue;
    effects.push({ kind: "keep", record: { kind: "floor", position, certificates } });
    raiseFloor(state, position, certificates, effects);
    return;
  }
}

/** Lets go of what is below the floor, which has been kept. */
export function raiseFloor(
  state: LogState,
  position: Position,
  certificates: readonly (Certificate | undefined)[],
  effects: LogEffect[],
): void {
  state.floor = position;
  state.learners.forEach((log, learner) => {
    log.certificate = certificates[learner];
    if (log.prefix < position) {
      effects.push({ kind: "report", report: { kind: "gap", learner, from: log.prefix } });
      for (const delivery of log.jump(position, undefined, new Sessions(log.clientsMax))) {
        effects.push({ kind: "deliver", delivery });
      }
    }
    log.trim(position);
  });
  state.book.forget(position);
  for (const at of state.stated.keys()) if (at <= position) state.stated.delete(at);
  for (const at of state.closings.keys()) if (at < position) state.closings.delete(at);
  effects.push({ kind: "forget", below: position });
}

function ownHead({ stands }: LearnerLog, position: Position): Head | undefined {
  const stand = stands.get(position);
  return stand?.chain === undefined ? undefined : { chain: stand.chain, sessions: stand.sessions };
}

function fitting(
  { book }: LogState,
  learner: LearnerIndex,
  log: LearnerLog,
  position: Position,
): Certificate | undefined {
  const own = ownHead(log, position);
  return own === undefined ? undefined : book.certificate(learner, position, own);
}
