/**
 * One learner's log as one process sees it: outcomes, prefix, chain, sessions.
 *
 * @module
 */

import type { LearnerIndex } from "../core/types.ts";
import type { Certificate } from "./certificate.ts";
import { extendChain, genesis } from "./chain.ts";
import { decodeBatch, type LogRecord } from "./record.ts";
import { Sessions } from "./sessions.ts";
import type { LogContext, LogHash, Outcome, Position } from "./types.ts";

/** An outcome with the value that was decided; undefined for closed, or where it is not kept. */
export interface Entry {
  /** What has become of the instance. */
  readonly outcome: Outcome;
  /** Hashes to the outcome's. */
  readonly value: Uint8Array | undefined;
}

/** Where the log stands at a checkpoint. */
export interface Stand {
  /** Over all outcomes before it; undefined since a jump over some that nobody has certified. */
  readonly chain: LogHash | undefined;
  /** Hash of the sessions' canonical bytes. */
  readonly sessions: LogHash;
  /** Canonical bytes of the sessions. */
  readonly encoded: Uint8Array;
}

/** What of a learner's log is kept at the floor: all that goes on rests on it. */
export interface LearnerBase {
  /** Where the log stands there. */
  readonly stand: Stand;
  /** The certificate there; undefined where none was needed. */
  readonly certificate: Certificate | undefined;
  /** What this process has not seen itself ends here. */
  readonly base: Position;
  /** The position of the first of the entries retained below the floor. */
  readonly retained: Position;
  /** The head there. */
  readonly retainedChain: LogHash | undefined;
  /** Up to the floor. */
  readonly entries: readonly Entry[];
}

/** The next entry of a log, in order. */
export interface Delivery {
  /** Whose log. */
  readonly learner: LearnerIndex;
  /** Which entry. */
  readonly position: Position;
  /** What has become of the instance. */
  readonly outcome: Outcome;
  /** The records that are not repetitions, in the order of the batch. */
  readonly records: readonly LogRecord[];
}

/** What is known of a learner's log; changes in place. */
export class LearnerLog {
  /** The first instance without an outcome. */
  prefix: Position = 0;
  /** Over all outcomes before the prefix; undefined since a jump over some nobody has certified. */
  chain: LogHash | undefined;
  /** By position, also beyond the prefix; below the floor as far as they are retained. */
  readonly entries: Map<Position, Entry> = new Map();
  /** At checkpoints from the floor on, where this process has seen the outcomes itself. */
  readonly stands: Map<Position, Stand> = new Map();
  /** What this process has not seen itself ends here: it states nothing at or before it. */
  base: Position = 0;
  /** The lowest position whose entry is retained without a gap up to the prefix. */
  retained: Position = 0;
  /** The head at `retained`. */
  retainedChain: LogHash | undefined;
  /** The certificate at the floor; undefined where none was needed. */
  certificate: Certificate | undefined;
  readonly #context: LogContext;
  readonly #learner: LearnerIndex;
  #sessions: Sessions;
  #retainedBytes = 0;

  /** Nothing is known. */
  constructor(context: LogContext, learner: LearnerIndex) {
    this.#context = context;
    this.#learner = learner;
    this.chain = genesis(context, learner);
    this.retainedChain = this.chain;
    this.#sessions = new Sessions(context.settings.clientsMax);
    this.#note();
  }

  /** Which records have been delivered. */
  get sessions(): Sessions {
    return this.#sessions;
  }

  /** How many clients' sessions are remembered. */
  get clientsMax(): number {
    return this.#context.settings.clientsMax;
  }

  /** Bytes of the values retained below the prefix. */
  get retainedBytes(): number {
    return this.#retainedBytes;
  }

  /** The outcome at a position; undefined if there is none or it is not kept. */
  outcome(position: Position): Outcome | undefined {
    return this.entries.get(position)?.outcome;
  }

  /** Whether there is an outcome, kept or not. */
  has(position: Position): boolean {
    return position < this.prefix || this.entries.has(position);
  }

  /** Notes the outcome at a position that has none, and delivers what is next in order then. */
  learn(position: Position, entry: Entry): Delivery[] {
    this.entries.set(position, entry);
    return this.#drain();
  }

  /**
   * Goes on from a position that this process has not reached itself: from what is certified there,
   * or, without a certificate, from nothing.
   */
  jump(position: Position, certificate: Certificate | undefined, sessions: Sessions): Delivery[] {
    for (const known of this.entries.keys()) {
      if (known < position) this.entries.delete(known);
    }
    this.prefix = position;
    this.base = position;
    this.chain = certificate?.chain;
    this.#sessions = sessions;
    this.retained = position;
    this.retainedChain = this.chain;
    this.#retainedBytes = 0;
    this.stands.clear();
    this.#note();
    return this.#drain();
  }

  /** Puts entries below the prefix, the first at `from`; `head` is the chain before them. */
  prepend(from: Position, head: LogHash | undefined, entries: readonly Entry[]): void {
    entries.forEach((entry, i) => {
      this.entries.set(from + i, entry);
      this.#retainedBytes += entry.value?.length ?? 0;
    });
    this.retained = from;
    this.retainedChain = head;
  }

  /** Lets go of stands below the floor, and of entries there beyond what is to be retained. */
  trim(floor: Position): void {
    const { retain } = this.#context.settings;
    for (const position of this.stands.keys()) if (position < floor) this.stands.delete(position);
    const isTooMuch = () =>
      floor - this.retained > retain.entries || this.#retainedBytes > retain.bytes;
    while (this.retained < floor && isTooMuch()) {
      const entry = this.entries.get(this.retained)!;
      this.entries.delete(this.retained);
      this.#retainedBytes -= entry.value?.length ?? 0;
      if (this.retainedChain !== undefined) {
        const { retainedChain, retained } = this;
        this.retainedChain = extendChain(this.#context, retainedChain, retained, entry.outcome);
      }
      this.retained++;
    }
  }

  /** What is kept of it at a floor that it has reached. */
  baseAt(floor: Position): LearnerBase {
    const { certificate, base, retained, retainedChain } = this;
    const entries: Entry[] = [];
    for (let at = retained; at < floor; at++) entries.push(this.entries.get(at)!);
    return { stand: this.stands.get(floor)!, certificate, base, retained, retainedChain, entries };
  }

  /** Starts again from what was kept. */
  restore(floor: Position, kept: LearnerBase): void {
    const { stand, certificate, base, retained, retainedChain, entries } = kept;
    const sessions = Sessions.decode(stand.encoded, this.#context.settings.clientsMax)!;
    this.jump(floor, certificate, sessions);
    this.chain = stand.chain;
    this.stands.set(floor, stand);
    this.base = base;
    this.certificate = certificate;
    this.prepend(retained, retainedChain, entries);
  }

  #drain(): Delivery[] {
    const deliveries: Delivery[] = [];
    for (;;) {
      const next = this.entries.get(this.prefix);
      if (next === undefined) return deliveries;
      deliveries.push(this.#deliver(next));
    }
  }

  #deliver({ outcome, value }: Entry): Delivery {
    const position = this.prefix;
    const records = value === undefined
      ? []
      : decodeBatch(value).filter((record) => this.#sessions.admit(record) === "new");
    this.#retainedBytes += value?.length ?? 0;
    this.prefix++;
    if (this.chain !== undefined) {
      this.chain = extendChain(this.#context, this.chain, position, outcome);
    }
    if (this.prefix % this.#context.settings.checkpointEvery === 0) this.#note();
    return { learner: this.#learner, position, outcome, records };
  }

  #note(): void {
    const encoded = this.#sessions.encode();
    const sessions = this.#context.hash(encoded) as LogHash;
    this.stands.set(this.prefix, { chain: this.chain, sessions, encoded });
  }
}
