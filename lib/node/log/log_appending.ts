/**
 * Puts records into the log: runs the coordinator of an acceptor, and its proposals.
 *
 * @module
 */

import { fullSet } from "../../core/acceptor_set.ts";
import { isRejection } from "../../core/rejection.ts";
import type { AcceptorIndex } from "../../core/types.ts";
import { advance, append, noteDelivered, noteOpened } from "../../log/coordinator.ts";
import {
  type Appended,
  type CoordinatorEffect,
  type CoordinatorSettings,
  type CoordinatorState,
  type CoordinatorView,
  newCoordinator,
} from "../../log/coordinator_state.ts";
import { isSettled } from "../../log/log.ts";
import type { Delivery } from "../../log/learner_log.ts";
import type { LogRecord } from "../../log/record.ts";
import type { LogState } from "../../log/state.ts";
import type { LogContext, Position } from "../../log/types.ts";
import type { Cancel, Clock } from "../clock.ts";
import { newProposing, type Proposing, type Turn } from "../proposing.ts";

/** How acceptors append; they may differ. */
export const APPENDING: CoordinatorSettings = {
  patienceMs: 3_000,
  suspicionMs: 10_000,
  pendingMax: 20_000,
  pendingPerPeerMax: 4_000,
};

/** Bytes of records that wait, of all clients and acceptors. */
const PENDING_BYTES_MAX = 64 * 1024 * 1024;

/** What {@linkcode LogAppending} needs. */
export interface LogAppendingParts {
  readonly context: LogContext;
  readonly state: LogState;
  readonly clock: Clock;
  /** This acceptor. */
  readonly self: AcceptorIndex;
  /** In whose name it proposes. */
  readonly turn: Turn;
  /** Offers a value in an instance; tells whether it could. */
  propose(instance: bigint, proposing: Proposing, value: Uint8Array): unknown;
  /** Stops offering one. */
  stop(instance: bigint, proposing: Proposing): void;
  /** Has another acceptor put a record into the log. */
  handOver(to: AcceptorIndex, record: LogRecord): void;
  /** A record was not in the log in time. */
  suspects(acceptor: AcceptorIndex): void;
  /** What waits may have changed. */
  changed(): void;
}

/** Appends for one acceptor. */
export class LogAppending {
  readonly state: CoordinatorState;
  readonly #parts: LogAppendingParts;
  readonly #proposals: Map<Position, Proposing> = new Map();
  #bytes = 0;
  #soon: Cancel | undefined;
  #tick: Cancel = () => {};
  #closed = false;

  /** Nothing waits. */
  constructor(parts: LogAppendingParts) {
    this.#parts = parts;
    this.state = newCoordinator(parts.context.graph.learnerCount);
    this.#keepTicking();
  }

  /** Takes a record, from a client or from another acceptor. */
  append(record: LogRecord, from: AcceptorIndex | undefined): Appended {
    if (this.#bytes + record.payload.length > PENDING_BYTES_MAX) return { kind: "full" };
    const effects: CoordinatorEffect[] = [];
    const appended = append(this.view, record, from, effects, false);
    if (appended.kind === "accepted") this.#bytes += record.payload.length;
    this.#carryOut(effects);
    this.advanceSoon();
    return appended;
  }

  /** Notes that somebody has proposed in an instance. */
  opened(instance: Position): void {
    if (instance <= this.state.opened) return;
    noteOpened({ state: this.state }, instance);
    this.advanceSoon();
  }

  /** Notes what the log has delivered. */
  delivered(delivery: Delivery): void {
    noteDelivered(this.view, delivery);
    this.advanceSoon();
  }

  /** Goes on when this turn of the loop is over. */
  advanceSoon(): void {
    if (this.#closed) return;
    this.#soon ??= this.#parts.clock.after(0, () => {
      this.#soon = undefined;
      this.#advance();
    });
  }

  /** What waits here. */
  get view(): CoordinatorView {
    const { context, self, state: log, clock } = this.#parts;
    const nowMs = clock.elapsedMs();
    return { context, settings: APPENDING, self, state: this.state, log, nowMs };
  }

  /** Proposes nothing any more. */
  close(): void {
    this.#closed = true;
    this.#soon?.();
    this.#tick();
  }

  #keepTicking(): void {
    this.#tick = this.#parts.clock.after(APPENDING.patienceMs / 4, () => {
      this.#advance();
      this.#keepTicking();
    });
  }

  #advance(): void {
    const before = this.state.pending.size;
    const effects: CoordinatorEffect[] = [];
    advance(this.view, effects);
    if (this.state.pending.size !== before) {
      this.#bytes = 0;
      for (const { record } of this.state.pending.values()) this.#bytes += record.payload.length;
      this.#parts.changed();
    }
    this.#stopSettled();
    this.#carryOut(effects);
  }

  #carryOut(effects: readonly CoordinatorEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "propose") this.#propose(effect.instance, effect.value);
      else if (effect.kind === "hand over") this.#parts.handOver(effect.to, effect.record);
      else this.#parts.suspects(effect.acceptor);
    }
  }

  #propose(instance: Position, value: Uint8Array): void {
    const { context, turn, propose } = this.#parts;
    this.#stop(instance);
    const serves = fullSet(context.graph.learnerCount);
    const proposing = newProposing(context.hashValue(value), serves, turn);
    // A refusal is for now: the batch is overdue then, and is proposed again.
    if (!isRejection(propose(BigInt(instance), proposing, value))) {
      this.#proposals.set(instance, proposing);
    }
  }

  #stopSettled(): void {
    const { state } = this.#parts;
    for (const [instance, { decided }] of this.#proposals) {
      const isOver = instance < state.floor || isSettled(state, instance);
      if (isOver || decided !== undefined) this.#stop(instance);
    }
  }

  #stop(instance: Position): void {
    const proposing = this.#proposals.get(instance);
    this.#proposals.delete(instance);
    if (proposing?.decided === undefined && proposing !== undefined) {
      this.#parts.stop(BigInt(instance), proposing);
    }
  }
}
