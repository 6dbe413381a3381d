/**
 * The log of one process: told by the node what learners decide and by links what peers say, it runs
 * lib/log, keeps what that wants kept in the node's journal, and lets the rest happen afterwards.
 *
 * @module
 */

import type { AcceptorIndex, LearnerIndex, ValueHash } from "../../core/types.ts";
import type { Appended } from "../../log/coordinator_state.ts";
import { stepLog } from "../../log/log.ts";
import type { Delivery } from "../../log/learner_log.ts";
import type { LogRecord } from "../../log/record.ts";
import { restoreLog } from "../../log/restoring.ts";
import { makeSnapshot, shortened } from "../../log/snapshot.ts";
import type { Checkpoint, Closing, Signed } from "../../log/statement.ts";
import { type LogInput, type LogMember, type LogState, prefixesOf } from "../../log/state.ts";
import type { LogContext, Position } from "../../log/types.ts";
import { Rates } from "../rates.ts";
import { LogAppending } from "./log_appending.ts";
import { LogClosings } from "./log_closings.ts";
import { LogGate } from "./log_gate.ts";
import { LogForgetting } from "./log_forgetting.ts";
import { type LaterEffect, LogKeeping, type UnkeptLog } from "./log_keeping.ts";
import type { LogSaying } from "./log_saying.ts";
import type { LogRoomParts } from "./log_room_parts.ts";
import { shownIn } from "./log_shown.ts";
import { decodeKept } from "./kept_codec.ts";
import { tellReport } from "./log_reports.ts";

/** The log of one process. Everything happens synchronously. */
export class LogRoom {
  readonly context: LogContext;
  readonly state: LogState;
  /** Of acceptors: puts records into the log. */
  readonly appending: LogAppending | undefined;
  readonly closings: LogClosings = new LogClosings();
  /** In which instances it takes part. */
  readonly gate: LogGate;
  /** How often each peer may ask for a snapshot, or have all offered again. */
  readonly asks: Rates<string> = new Rates(1);
  readonly #parts: LogRoomParts;
  readonly #keeping: LogKeeping = new LogKeeping();
  readonly #forgetting: LogForgetting;
  readonly #sayers: Set<(saying: LogSaying) => void> = new Set();
  readonly #readers: Set<(delivery: Delivery) => void> = new Set();
  readonly #closers: (() => void)[] = [];
  readonly #followers: Set<() => void> = new Set();
  /** By learner. */
  #keptPrefixes: Position[];
  #opened: Position = -1;

  /** Goes on from what the journal has kept. */
  constructor(parts: LogRoomParts) {
    this.#parts = parts;
    this.context = parts.context;
    const { journal } = parts.ledger;
    const kept = decodeKept({
      records: journal.logRecords(),
      entries: journal.logEntries(),
      value: (hash) => journal.value(hash),
      hash: (bytes) => this.context.hash(bytes),
    });
    const { state } = restoreLog(this.#member, kept);
    this.state = state;
    for (const made of state.closings.values()) made.forEach((each) => this.closings.add(each));
    this.#keptPrefixes = prefixesOf(state);
    this.gate = new LogGate(state, () => this.#member);
    const { clock, self, turn } = parts;
    this.#forgetting = new LogForgetting(parts, clock);
    this.#forgetting.below(state.floor);
    const from = state.floor === 0 ? undefined : BigInt(state.floor) - 1n;
    const open = journal.instancesAfter(from, this.context.settings.spreadMax);
    this.#opened = Number(open.at(-1) ?? -1n);
    if (self === undefined || turn === undefined) return;
    this.appending = new LogAppending({
      ...parts,
      ...{ state, self, turn },
      handOver: (to, record) => this.#say({ kind: "record", to, record }),
      suspects: (index) => this.#suspects(index),
      changed: () => this.#changed(),
    });
    this.appending.opened(this.#opened);
  }

  /** Nothing below it is kept but outcomes and values. */
  get floor(): Position {
    return this.state.floor;
  }

  /** By learner: the first position without an outcome, of those that are kept. */
  get keptPrefixes(): readonly Position[] {
    return this.#keptPrefixes;
  }

  /** Has it told what is to be said to peers; the answer leaves. */
  onSaying(sayer: (saying: LogSaying) => void): () => void {
    this.#sayers.add(sayer);
    return () => void this.#sayers.delete(sayer);
  }

  /** Has each delivery told once it is kept; the answer leaves. */
  onDelivered(reader: (delivery: Delivery) => void): () => void {
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  }

  /** Has it told when anything has changed; the answer leaves. */
  onChange(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** A record of a client, or of another acceptor. */
  append(record: LogRecord, from: AcceptorIndex | undefined): Appended {
    return this.appending?.append(record, from) ?? { kind: "full" };
  }

  /** This process has seen a learner decide. */
  decided(learner: LearnerIndex, instance: bigint, hash: ValueHash): void {
    const value = this.#parts.ledger.value(hash);
    if (value === undefined || this.gate.place(instance) !== undefined) return;
    this.step({ kind: "decided", learner, instance: Number(instance), value });
  }

  /** Something has happened in an instance: a 1a, or what may complete a closing. */
  moved(instance: bigint): void {
    if (this.gate.place(instance) !== undefined) return;
    const at = Number(instance);
    this.#opened = Math.max(this.#opened, at);
    this.appending?.opened(at);
    if (!this.closings.has(at)) return;
    for (const { learner, shown } of shownIn(this.#parts, this.closings, at)) {
      this.step({ kind: "shown", learner, instance: at, shown });
    }
  }

  /** A statement that a peer has brought. */
  heardCheckpoint(signed: Signed<Checkpoint>, by: string): void {
    const before = this.state.book.size;
    const floor = this.state.floor;
    this.step({ kind: "statement", signed });
    const isNews = this.state.book.size > before || this.state.floor > floor;
    if (isNews) this.#say({ kind: "checkpoint", signed, by });
  }

  /** A closing that a peer has brought, verified. */
  heardClosing(signed: Signed<Closing>, by: string): void {
    const { instance, signer } = signed.statement;
    if (this.gate.place(BigInt(instance)) !== undefined || this.closings.knows(signed)) return;
    this.closings.add(signed);
    if (signer === this.#parts.self) this.step({ kind: "own closing", signed });
    this.#say({ kind: "closing", signed, by });
    this.moved(BigInt(instance));
  }

  /** Takes one input of the log; what follows is done when it is kept. */
  step(input: LogInput): void {
    const effects = stepLog(this.#member, this.state, input);
    if (effects.length === 0) return;
    this.#keeping.add(effects);
    for (const effect of effects) {
      if (effect.kind !== "keep" || effect.record.kind !== "closing") continue;
      this.closings.add(effect.record.signed);
    }
    this.#parts.settled();
  }

  /** What there is for a peer below this floor; undefined if nothing is. */
  snapshotFor(floor: Position): LogSaying | undefined {
    if (floor >= this.state.floor) return undefined;
    const snapshot = makeSnapshot(this.state);
    if (snapshot === undefined) return undefined;
    const bytesMax = this.#parts.snapshotBytesMax;
    return { kind: "snapshot", snapshot: shortened(this.context, snapshot, bytesMax) };
  }

  /** What a peer is told that has just come. */
  greeting(floor: Position): LogSaying[] {
    const snapshot = this.snapshotFor(floor);
    const statements = this.state.book.all().map((signed): LogSaying => ({
      ...{ kind: "checkpoint", signed, by: undefined },
    }));
    const closings = this.closings.all().map((signed): LogSaying => ({
      ...{ kind: "closing", signed, by: undefined },
    }));
    return [...snapshot === undefined ? [] : [snapshot], ...statements, ...closings];
  }

  /** Asks peers for what lies at their floors, and to offer all again. */
  askBelow(): void {
    this.#say({ kind: "below", floor: this.state.floor });
  }

  /** The highest instance in which something has happened; -1 if there is none. */
  get opened(): Position {
    return this.#opened;
  }

  /** Whether a flush has anything of the log to keep or to do. */
  get hasUnkept(): boolean {
    return this.#keeping.hasAny;
  }

  /** What is to be kept now. */
  takeUnkept(): UnkeptLog {
    return this.#keeping.take(this.state, this.#parts.self);
  }

  /** All that was taken is kept: what rests on it is done. */
  kept(): void {
    const effects = this.#keeping.released();
    if (effects.length === 0) return;
    this.#keptPrefixes = prefixesOf(this.state);
    for (const effect of effects) this.#do(effect);
    const ahead = this.gate.takeAhead();
    if (ahead.size > 0) this.#say({ kind: "again", to: ahead });
    this.#changed();
  }

  /** Has it closed when the log is. */
  onClose(close: () => void): void {
    this.#closers.push(close);
  }

  /** Does nothing any more. */
  close(): void {
    for (const close of this.#closers) close();
    this.appending?.close();
    this.#forgetting.close();
  }

  get #member(): LogMember {
    const { context, self, sign, isRecovering } = this.#parts;
    const signer = self === undefined
      ? undefined
      : { index: self, isRecovering: isRecovering(), sign: (bytes: Uint8Array) => sign(bytes) };
    return { context, signer };
  }

  #do(effect: LaterEffect): void {
    switch (effect.kind) {
      case "send checkpoint":
        return this.#say({ kind: "checkpoint", signed: effect.signed, by: undefined });
      case "send closing":
        this.#say({ kind: "closing", signed: effect.signed, by: undefined });
        return this.moved(BigInt(effect.signed.statement.instance));
      case "deliver":
        this.appending?.delivered(effect.delivery);
        for (const read of this.#readers) read(effect.delivery);
        return;
      case "forget":
        this.closings.forget(effect.below);
        this.#parts.letGo(BigInt(effect.below));
        this.#forgetting.below(effect.below);
        this.appending?.advanceSoon();
        return;
      case "report":
        return tellReport(this.#parts.log, this.context.graph, effect.report);
    }
  }

  #suspects(index: AcceptorIndex): void {
    const { log, context } = this.#parts;
    const name = context.graph.spec.acceptors[index]!;
    log("warn", `${name} did not put a record into the log in time: others are asked for a while`);
  }

  #say(saying: LogSaying): void {
    for (const sayer of this.#sayers) sayer(saying);
  }

  #changed(): void {
    for (const follower of this.#followers) follower();
  }
}
