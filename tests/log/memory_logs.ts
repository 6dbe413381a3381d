/**
 * The logs of some acceptors in memory, driven by lib/log: in each instance what is proposed first is
 * decided, at once, by all learners that decide, for all acceptors that are there. Real signatures.
 *
 * @module
 */

import type { Configuration } from "../../lib/config/configuration.ts";
import { advance, append, noteDelivered, noteOpened } from "../../lib/log/coordinator.ts";
import {
  type Appended,
  type CoordinatorEffect,
  type CoordinatorSettings,
  type CoordinatorView,
  newCoordinator,
} from "../../lib/log/coordinator_state.ts";
import type { Delivery, Entry } from "../../lib/log/learner_log.ts";
import { isSettled, stepLog, takesPart } from "../../lib/log/log.ts";
import { proveEntry } from "../../lib/log/proof.ts";
import type { LogRecord } from "../../lib/log/record.ts";
import { type LogInput, type LogMember, newLogState, prefixesOf } from "../../lib/log/state.ts";
import type { LogSettings, Position } from "../../lib/log/types.ts";
import { logContext } from "../../lib/log/verifying.ts";
import { windowEnd } from "../../lib/log/window.ts";
import type { CertifiedStand, LogPort, LogStand } from "../../lib/node/log_port.ts";

/** Small ones. */
export const LOG_SETTINGS: LogSettings = {
  windowMax: 8,
  spreadMax: 32,
  checkpointEvery: 4,
  clientsMax: 16,
  pipelineMax: 4,
  batchBytesMax: 4_096,
  retain: { entries: 16, bytes: 100_000 },
};

const APPENDING: CoordinatorSettings = {
  patienceMs: 50,
  suspicionMs: 500,
  pendingMax: 256,
  pendingPerPeerMax: 256,
};

/** What may be changed while a test runs. */
export interface Conditions {
  /** Learners that decide; all if undefined. */
  learners?: ReadonlySet<number>;
  /** Whether anything is decided; until it is, what is proposed waits. */
  isHeld: boolean;
}

/** Some logs that agree. */
export class MemoryLogs {
  readonly members: MemoryLog[];
  readonly conditions: Conditions = { isHeld: false };
  readonly #decided = new Map<Position, Uint8Array>();
  #held: [Position, Uint8Array][] = [];

  /** @param configurations Of the acceptors, by index. */
  constructor(
    configurations: readonly Configuration[],
    settings: LogSettings = LOG_SETTINGS,
    appending: Partial<CoordinatorSettings> = {},
  ) {
    const appended = { ...APPENDING, ...appending };
    this.members = configurations.map((each, i) =>
      new MemoryLog(this, each, i, settings, appended)
    );
  }

  /** What was held is decided now. */
  release(): void {
    this.conditions.isHeld = false;
    for (const [instance, value] of this.#held.splice(0)) this.propose(instance, value);
  }

  propose(instance: Position, value: Uint8Array): void {
    if (this.conditions.isHeld) {
      this.#held.push([instance, value]);
      return;
    }
    const decided = this.#decided.get(instance) ?? value;
    this.#decided.set(instance, decided);
    queueMicrotask(() => {
      for (const member of this.members) member.decide(instance, decided);
    });
  }

  tell(from: MemoryLog, input: LogInput): void {
    queueMicrotask(() => {
      for (const member of this.members) if (member !== from) member.tell(input);
    });
  }
}

/** The log of one of them. */
export class MemoryLog implements LogPort {
  readonly context;
  readonly member: LogMember;
  readonly state;
  readonly coordinator;
  /** Whether it takes part; what it misses meanwhile it never gets. */
  isUp = true;
  readonly #logs: MemoryLogs;
  readonly #settings: CoordinatorSettings;
  readonly #index: number;
  readonly #delivered = new Set<(delivery: Delivery) => void>();
  readonly #changed = new Set<() => void>();

  constructor(
    logs: MemoryLogs,
    { graph, digest, acceptors, signer }: Configuration,
    index: number,
    settings: LogSettings,
    appending: CoordinatorSettings,
  ) {
    this.#logs = logs;
    this.#settings = appending;
    this.#index = index;
    const keys = acceptors.map(({ certificate }) => certificate);
    this.context = logContext({ graph, configDigest: digest.whole, keys, settings });
    const sign = (bytes: Uint8Array) => signer.sign(new Uint8Array(bytes));
    this.member = { context: this.context, signer: { index, isRecovering: false, sign } };
    this.state = newLogState(this.context);
    this.coordinator = newCoordinator(graph.learnerCount);
  }

  decide(instance: Position, value: Uint8Array): void {
    if (!this.isUp || !takesPart(this.member, this.state, instance)) return;
    if (isSettled(this.state, instance)) return;
    noteOpened({ state: this.coordinator }, instance);
    const { learners } = this.#logs.conditions;
    this.state.learners.forEach((log, learner) => {
      if (log.has(instance) || learners?.has(learner) === false) return;
      this.tell({ kind: "decided", learner, instance, value });
    });
    this.#act((view, effects) => advance(view, effects));
  }

  tell(input: LogInput): void {
    if (!this.isUp) return;
    for (const effect of stepLog(this.member, this.state, input)) {
      if (effect.kind === "deliver") {
        noteDelivered(this.#view(), effect.delivery);
        for (const watcher of this.#delivered) watcher(effect.delivery);
      } else if (effect.kind === "send checkpoint") {
        this.#logs.tell(this, { kind: "statement", signed: effect.signed });
      }
    }
    this.#change();
  }

  append(record: LogRecord): Appended {
    let appended: Appended = { kind: "full" };
    this.#act((view, effects) => appended = append(view, record, undefined, effects));
    return appended;
  }

  isPending({ client, sequence }: Pick<LogRecord, "client" | "sequence">): boolean {
    return this.coordinator.pending.has(`${sequence} ${client}`);
  }

  judge(learner: number, record: Pick<LogRecord, "client" | "sequence">) {
    return this.state.learners[learner]!.sessions.judge(record);
  }

  onDelivered(watcher: (delivery: Delivery) => void): () => void {
    this.#delivered.add(watcher);
    return () => void this.#delivered.delete(watcher);
  }

  onChange(watcher: () => void): () => void {
    this.#changed.add(watcher);
    return () => void this.#changed.delete(watcher);
  }

  prefixOf(learner: number): Position {
    return this.state.learners[learner]!.prefix;
  }

  retainedOf(learner: number): Position {
    return this.state.learners[learner]!.retained;
  }

  entries(learner: number, from: Position, max: number, bytesMax: number): readonly Entry[] {
    const log = this.state.learners[learner]!;
    const entries: Entry[] = [];
    let bytes = 0;
    for (let at = from; at < log.prefix && entries.length < max; at++) {
      const entry = log.entries.get(at)!;
      bytes += entry.value?.length ?? 0;
      if (entries.length > 0 && bytes > bytesMax) break;
      entries.push(entry);
    }
    return entries;
  }

  prove(learner: number, position: Position) {
    return proveEntry(this.context, this.state, learner, position);
  }

  checkpoint(learner: number): CertifiedStand {
    const { certificate, stands } = this.state.learners[learner]!;
    if (certificate === undefined) {
      return { position: 0, certificate, sessions: new Uint8Array() };
    }
    const { position } = certificate;
    return { position, certificate, sessions: stands.get(position)!.encoded };
  }

  stand(): LogStand {
    const { floor, learners, book, abandoned, inaccurate } = this.state;
    return {
      floor,
      windowEnd: windowEnd(this.context.settings, prefixesOf(this.state), floor),
      pending: this.coordinator.pending.size,
      inFlight: this.coordinator.inFlight.size,
      coordinator: 0,
      learners: learners.map(({ prefix, retained, certificate }, a) => ({
        prefix,
        retained,
        certified: certificate?.position ?? 0,
        holdsBack: book.positions().length > 0 && prefix < Math.max(...prefixesOf(this.state)),
        abandoned: ((abandoned >> BigInt(a)) & 1n) === 1n,
        inaccurate: ((inaccurate >> BigInt(a)) & 1n) === 1n,
        stalled: false,
      })),
      lying: [],
    };
  }

  /** Time has passed. */
  tick(): void {
    if (!this.isUp) return;
    this.#act((view, effects) => advance(view, effects));
  }

  #view(): CoordinatorView {
    return {
      context: this.context,
      settings: this.#settings,
      self: this.#index,
      state: this.coordinator,
      log: this.state,
      nowMs: performance.now(),
    };
  }

  #act(act: (view: CoordinatorView, effects: CoordinatorEffect[]) => void): void {
    const effects: CoordinatorEffect[] = [];
    act(this.#view(), effects);
    for (const effect of effects) {
      if (effect.kind === "propose") this.#logs.propose(effect.instance, effect.value);
      else if (effect.kind === "hand over") {
        const to = this.#logs.members[effect.to]!;
        if (to.isUp) queueMicrotask(() => to.#handedOver(effect.record, this.#index));
      }
    }
    this.#change();
  }

  #handedOver(record: LogRecord, from: number): void {
    this.#act((view, effects) => void append(view, record, from, effects));
  }

  #change(): void {
    for (const watcher of this.#changed) watcher();
  }
}
