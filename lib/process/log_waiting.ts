/**
 * Calls that wait for records to be in the log.
 *
 * @module
 */

import type { LearnerIndex, LearnerSet, ValueHash } from "../core/types.ts";
import { hasMember } from "../core/acceptor_set.ts";
import type { Delivery } from "../log/learner_log.ts";
import type { LogRecord } from "../log/record.ts";
import type { Position } from "../log/types.ts";
import type { LogPort } from "../node/log_port.ts";
import { BoundedCache } from "../node/bounded_cache.ts";

/** Records of which it is remembered where they are: for those that are appended again. */
const REMEMBERED_MAX = 20_000;

/** Who a record is. */
export type RecordName = Pick<LogRecord, "client" | "sequence">;

/** Where a learner's log has a record. */
export interface Place {
  readonly position: Position;
  /** Of the whole entry. */
  readonly valueHash: ValueHash;
}

/** By learner; undefined where it is in the log, but was put there long ago. */
export type Places = Map<LearnerIndex, Place | undefined>;

interface Waiter {
  readonly record: RecordName;
  readonly wanted: LearnerSet;
  /** Whether somebody here has it put into the log: then nobody waits for learners that stall. */
  readonly isOurs: boolean;
  readonly places: Places;
  resolve(places: Places): void;
}

/** Who waits for what, and where the latest records are. */
export class LogWaiting {
  readonly #port: LogPort;
  readonly #waiters = new Map<string, Set<Waiter>>();
  /** Some of the learners have it. */
  readonly #partial = new Set<Waiter>();
  readonly #places = new BoundedCache<string, Places>(REMEMBERED_MAX);

  /** Listens from now on. */
  constructor(port: LogPort) {
    this.#port = port;
    port.onDelivered((delivery) => this.#delivered(delivery));
    port.onChange(() => this.#look());
  }

  /**
   * Settles when the learners wanted have a record; for one that is ours, when they have or appending
   * does not wait for them. With undefined when `signal` is aborted before that.
   */
  async placed(
    record: RecordName,
    wanted: LearnerSet,
    isOurs: boolean,
    signal: AbortSignal,
  ): Promise<Places | undefined> {
    const known = this.#known(record, wanted);
    if (signal.aborted || isComplete(known, wanted)) return signal.aborted ? undefined : known;
    const { promise, resolve } = Promise.withResolvers<Places | undefined>();
    const waiter = { record, wanted, isOurs, places: known, resolve };
    const key = keyOf(record);
    const beside = this.#waiters.get(key) ?? new Set();
    this.#waiters.set(key, beside.add(waiter));
    if (known.size > 0 && isOurs) this.#partial.add(waiter);
    const leave = () => resolve(undefined);
    signal.addEventListener("abort", leave);
    const places = await promise;
    signal.removeEventListener("abort", leave);
    this.#drop(key, waiter);
    return places;
  }

  #drop(key: string, waiter: Waiter): void {
    const beside = this.#waiters.get(key);
    beside?.delete(waiter);
    if (beside?.size === 0) this.#waiters.delete(key);
    this.#partial.delete(waiter);
  }

  #known(record: RecordName, wanted: LearnerSet): Places {
    const places: Places = new Map(this.#places.get(keyOf(record)));
    for (let learner = 0; learner < this.#port.context.graph.learnerCount; learner++) {
      if (!hasMember(wanted, learner) || places.has(learner)) continue;
      if (this.#port.judge(learner, record) === "repeated") places.set(learner, undefined);
    }
    return places;
  }

  #delivered({ learner, position, outcome, records }: Delivery): void {
    if (outcome.kind === "closed") return;
    const place = { position, valueHash: outcome.valueHash };
    for (const record of records) {
      const key = keyOf(record);
      const places = this.#places.get(key) ?? new Map();
      this.#places.set(key, places.set(learner, place), 1);
      for (const waiter of this.#waiters.get(key) ?? []) {
        waiter.places.set(learner, place);
        if (isComplete(waiter.places, waiter.wanted)) waiter.resolve(waiter.places);
        else if (waiter.isOurs) this.#partial.add(waiter);
      }
    }
  }

  /** Nobody waits for learners that stall. */
  #look(): void {
    for (const waiter of this.#partial) {
      if (!this.#port.isPending(waiter.record)) waiter.resolve(waiter.places);
    }
  }
}

function isComplete(places: Places, wanted: LearnerSet): boolean {
  let lacking = wanted;
  for (const learner of places.keys()) lacking &= ~(1n << BigInt(learner));
  return lacking === 0n;
}

/** A text that names a record. */
export function keyOf({ client, sequence }: RecordName): string {
  return `${sequence} ${client}`;
}
