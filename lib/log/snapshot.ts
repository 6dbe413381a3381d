/**
 * Catching up below a floor: what a process gives of its log there, and what is believed of it.
 *
 * @module
 */

import { hasMember } from "../core/acceptor_set.ts";
import type { LearnerIndex, LearnerSet } from "../core/types.ts";
import { type Certificate, certificateFlaw } from "./certificate.ts";
import { chainOver } from "./chain.ts";
import type { Entry } from "./learner_log.ts";
import { Sessions } from "./sessions.ts";
import type { LogState } from "./state.ts";
import type { LogContext, LogHash, Position } from "./types.ts";

/** One learner's log at a floor. */
export interface SnapshotPart {
  /** Says where it stands there. */
  readonly certificate: Certificate;
  /** Canonical bytes of the sessions there. */
  readonly sessions: Uint8Array;
  /** The position of the first of the entries. */
  readonly from: Position;
  /** The chain before them. */
  readonly head: LogHash;
  /** Up to the floor; as many as the giver retains. */
  readonly entries: readonly Entry[];
}

/** What a process gives of its log at its floor. */
export interface Snapshot {
  /** The giver's floor. */
  readonly position: Position;
  /** By learner; undefined where the giver has no certificate. */
  readonly parts: readonly (SnapshotPart | undefined)[];
}

/** What is wrong with a snapshot, and for which learner. */
export interface SnapshotFlaw {
  /** The learner; undefined if all of it is wrong. */
  readonly learner: LearnerIndex | undefined;
  /** Of another position, without a certificate or with one that proves nothing, or not what it certifies. */
  readonly flaw:
    | "POSITION"
    | "PARTS"
    | "UNCERTIFIED"
    | "CERTIFICATE"
    | "SESSIONS"
    | "CHAIN"
    | "VALUE";
}

/** What this process can give; undefined at floor 0. */
export function makeSnapshot({ floor, learners }: LogState): Snapshot | undefined {
  if (floor === 0) return undefined;
  const parts = learners.map((log): SnapshotPart | undefined => {
    const { certificate, stand, retained, retainedChain, entries } = log.baseAt(floor);
    if (certificate === undefined || retainedChain === undefined) return undefined;
    return { certificate, sessions: stand.encoded, from: retained, head: retainedChain, entries };
  });
  return { position: floor, parts };
}

/**
 * The same snapshot with fewer entries: of each learner the newest of which the values have no more
 * than its share of `bytesMax` bytes together. Linear in the entries.
 */
export function shortened(
  context: LogContext,
  { position, parts }: Snapshot,
  bytesMax: number,
): Snapshot {
  const share = bytesMax / Math.max(1, parts.length);
  return { position, parts: parts.map((part) => part && shortenedPart(context, part, share)) };
}

/** Bytes of an entry besides its value. */
const ENTRY_BYTES = 48;

function shortenedPart(context: LogContext, part: SnapshotPart, share: number): SnapshotPart {
  const { from, head, entries } = part;
  let count = 0;
  for (let bytes = 0; count < entries.length; count++) {
    bytes += ENTRY_BYTES + (entries[entries.length - 1 - count]!.value?.length ?? 0);
    if (bytes > share) break;
  }
  const skipped = entries.slice(0, entries.length - count).map(({ outcome }) => outcome);
  return {
    ...part,
    from: from + skipped.length,
    head: chainOver(context, head, from, skipped),
    entries: entries.slice(skipped.length),
  };
}

/**
 * Why a snapshot is not to be believed; undefined if it is. For each learner not in `exempt` it has
 * a certificate at its position, by a quorum of that learner, with the sessions that this certifies,
 * and entries that lead to the chain that this certifies.
 */
export function snapshotFlaw(
  context: LogContext,
  { position, parts }: Snapshot,
  exempt: LearnerSet,
): SnapshotFlaw | undefined {
  if (parts.length !== context.graph.learnerCount) return { learner: undefined, flaw: "PARTS" };
  for (const [learner, part] of parts.entries()) {
    if (part === undefined) {
      if (hasMember(exempt, learner)) continue;
      return { learner, flaw: "UNCERTIFIED" };
    }
    const flaw = partFlaw(context, position, learner, part);
    if (flaw !== undefined) return { learner, flaw };
  }
  return undefined;
}

function partFlaw(
  context: LogContext,
  position: Position,
  learner: LearnerIndex,
  { certificate, sessions, from, head, entries }: SnapshotPart,
): SnapshotFlaw["flaw"] | undefined {
  if (certificate.position !== position || certificate.learner !== learner) return "POSITION";
  if (certificateFlaw(context, certificate) !== undefined) return "CERTIFICATE";
  if (context.hash(sessions) !== certificate.sessions) return "SESSIONS";
  if (Sessions.decode(sessions, context.settings.clientsMax) === undefined) return "SESSIONS";
  if (from < 0 || from + entries.length !== position) return "CHAIN";
  const outcomes = entries.map(({ outcome }) => outcome);
  if (chainOver(context, head, from, outcomes) !== certificate.chain) return "CHAIN";
  const isFit = ({ outcome, value }: Entry) =>
    value === undefined ||
    (outcome.kind === "decided" && context.hashValue(value) === outcome.valueHash);
  return entries.every(isFit) ? undefined : "VALUE";
}
