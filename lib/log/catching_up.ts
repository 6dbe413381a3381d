/**
 * What a process makes of a snapshot: it goes on from there.
 *
 * @module
 */

import { sameHead } from "./certificate.ts";
import { noteInaccurate, raiseFloor } from "./forgetting.ts";
import { Sessions } from "./sessions.ts";
import { type Snapshot, snapshotFlaw, type SnapshotPart } from "./snapshot.ts";
import type { LogEffect, LogMember, LogState } from "./state.ts";

/**
 * Takes a snapshot whose position is above the floor, if all of it is proved; says whether it does. Learners that have not
 * come so far by themselves go on from it; what this process has seen itself stands. From then on it
 * signs nothing below: whoever gave the snapshot may have forgotten what was signed there.
 */
export function adopt(
  { context }: LogMember,
  state: LogState,
  snapshot: Snapshot,
  effects: LogEffect[],
): boolean {
  const { position } = snapshot;
  if (position <= state.floor) return false;
  const flaw = snapshotFlaw(context, snapshot, state.abandoned | state.inaccurate);
  if (flaw !== undefined) {
    effects.push({ kind: "report", report: { kind: "refused snapshot", flaw } });
    return false;
  }
  effects.push({ kind: "keep", record: { kind: "snapshot", snapshot } });
  applySnapshot(state, snapshot, effects);
  return true;
}

/** Goes on from a snapshot that has been kept. */
export function applySnapshot(
  state: LogState,
  { position, parts }: Snapshot,
  effects: LogEffect[],
): void {
  const certificates = parts.map((part, learner) => {
    if (part === undefined) return undefined;
    const log = state.learners[learner]!;
    if (log.prefix < position) {
      startFrom(state, learner, position, part, effects);
      return part.certificate;
    }
    const stand = log.stands.get(position);
    if (stand?.chain === undefined) return undefined;
    if (sameHead({ ...stand, chain: stand.chain }, part.certificate)) return part.certificate;
    noteInaccurate(state, learner, position, effects);
    return undefined;
  });
  raiseFloor(state, position, certificates, effects);
}

function startFrom(
  state: LogState,
  learner: number,
  position: number,
  part: SnapshotPart,
  effects: LogEffect[],
): void {
  const log = state.learners[learner]!;
  const { certificate, sessions, from, head, entries } = part;
  const deliveries = log.jump(position, certificate, Sessions.decode(sessions, log.clientsMax)!);
  log.prepend(from, head, entries);
  for (const delivery of deliveries) effects.push({ kind: "deliver", delivery });
}
