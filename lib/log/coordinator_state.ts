/**
 * What an acceptor that appends knows, is told and does.
 *
 * @module
 */

import type { AcceptorIndex, LearnerSet } from "../core/types.ts";
import type { Progress } from "./progress.ts";
import type { LogRecord } from "./record.ts";
import type { LogState } from "./state.ts";
import type { LogContext, Position } from "./types.ts";

/** How an acceptor appends. Its own affair: acceptors may differ. */
export interface CoordinatorSettings {
  /** Milliseconds for a record to be in the log once it was handed to somebody. */
  readonly patienceMs: number;
  /** Milliseconds for which a suspect is passed over; twice as long each time, up to 64 times. */
  readonly suspicionMs: number;
  /** Records that wait here, of all clients. */
  readonly pendingMax: number;
  /** Of these, records that each other acceptor has handed over. */
  readonly pendingPerPeerMax: number;
}

/** A record that some learner's log may lack. */
export interface Pending {
  /** What is appended. */
  readonly record: LogRecord;
  /** Of it in a batch. */
  readonly bytes: number;
  /** Who handed it over; undefined for one of a client here. */
  readonly from: AcceptorIndex | undefined;
  /** Who is to put it into the log. */
  handedTo: AcceptorIndex;
  /** Since when. */
  sinceMs: number;
  /** Who has had it in vain. */
  readonly tried: Set<AcceptorIndex>;
  /** How often all were tried in vain. */
  rounds: number;
  /** The learners whose logs lack it. */
  lacking: LearnerSet;
  /** The instance it was last proposed in here, until all active learners have passed that. */
  assigned: Position | undefined;
}

/** What an acceptor knows of appending; changes in place. */
export interface CoordinatorState {
  /** By client and sequence, in the order in which they came. */
  readonly pending: Map<string, Pending>;
  /** By acceptor: how many of them it has handed over. */
  readonly handedOver: Map<AcceptorIndex, number>;
  /** Instances in which a batch was proposed here, and when. */
  readonly inFlight: Map<Position, number>;
  /** By suspect: until when, and how often it was suspected. */
  readonly suspects: Map<AcceptorIndex, { untilMs: number; times: number }>;
  /** How the learners get on. */
  readonly progress: Progress;
  /** The highest instance in which somebody has proposed; -1 if none is known. */
  opened: Position;
  /** Since when an instance below it has been without an outcome, and which. */
  gap: { readonly at: Position; readonly sinceMs: number } | undefined;
}

/** What a coordinator is part of. */
export interface CoordinatorView {
  /** The same at all members. */
  readonly context: LogContext;
  /** This acceptor's. */
  readonly settings: CoordinatorSettings;
  /** This acceptor. */
  readonly self: AcceptorIndex;
  /** What waits. */
  readonly state: CoordinatorState;
  /** Its log. */
  readonly log: LogState;
  /** Time, by a clock that does not go back. */
  readonly nowMs: number;
}

/** What is to be done. */
export type CoordinatorEffect =
  | { readonly kind: "propose"; readonly instance: Position; readonly value: Uint8Array }
  | { readonly kind: "hand over"; readonly to: AcceptorIndex; readonly record: LogRecord }
  /** A record was not in the log in time. */
  | { readonly kind: "suspect"; readonly acceptor: AcceptorIndex };

/** What becomes of a record that somebody appends. */
export type Appended =
  | { readonly kind: "accepted" }
  /** The same client's same number waits here already. */
  | { readonly kind: "waiting" }
  /** It is in every log. */
  | { readonly kind: "repeated" }
  /** The client has gone on by more than sequences may come late. */
  | { readonly kind: "too old" }
  /** Nothing more is taken in now. */
  | { readonly kind: "full" }
  | { readonly kind: "unfit"; readonly flaw: string };

/** Nothing waits. */
export function newCoordinator(learnerCount: number): CoordinatorState {
  return {
    pending: new Map(),
    handedOver: new Map(),
    inFlight: new Map(),
    suspects: new Map(),
    progress: { stalled: new Array(learnerCount).fill(undefined) },
    opened: -1,
    gap: undefined,
  };
}
