/**
 * What of the log waits to be kept, and what is to be done once it is: as with messages, nothing is
 * sent, delivered or forgotten before what it rests on is durable.
 *
 * @module
 */

import { compacted } from "../../log/restoring.ts";
import type { Kept, LogEffect, LogState } from "../../log/state.ts";
import type { Position } from "../../log/types.ts";
import type { JournalLogBatch, JournalLogEntry, JournalValue } from "../../store/journal.ts";
import { encodeKept } from "./kept_codec.ts";

/** What is done once what goes before it is kept. */
export type LaterEffect = Exclude<LogEffect, { readonly kind: "keep" }>;

/** What a flush is to keep of the log. */
export interface UnkeptLog {
  /** Undefined if nothing has happened. */
  readonly batch: JournalLogBatch | undefined;
  /** Values that came with a snapshot. */
  readonly values: readonly JournalValue[];
  /** Whether it must survive the machine before anything is done. */
  readonly lasting: boolean;
}

/** What this process has signed, or must not lose: more than what its messages tell anyway. */
const LASTING: ReadonlySet<Kept["kind"]> = new Set<Kept["kind"]>([
  ...["checkpoint", "closing", "floor", "snapshot", "abandon"] as const,
]);

/** Collects the effects of the steps of a log between two flushes. */
export class LogKeeping {
  #kept: Kept[] = [];
  #later: LaterEffect[] = [];

  /** Takes the effects of a step, in their order. */
  add(effects: readonly LogEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "keep") this.#kept.push(effect.record);
      else this.#later.push(effect);
    }
  }

  /** Whether a flush has anything to do. */
  get hasAny(): boolean {
    return this.#kept.length + this.#later.length > 0;
  }

  /**
   * What is to be kept now. All of it is kept at once, so that a floor that has risen is kept as the
   * base that the log rests on from then on.
   *
   * @param self This acceptor, if it is one.
   */
  take(state: LogState, self: number | undefined): UnkeptLog {
    const kept = this.#kept;
    this.#kept = [];
    if (kept.length === 0) return { batch: undefined, values: [], lasting: false };
    const lasting = kept.some(({ kind }) => LASTING.has(kind));
    const entries = kept.flatMap((each) =>
      each.kind === "outcome" ? entryOf(each.learner, each.position, each.entry) : []
    );
    if (!kept.some(({ kind }) => kind === "floor" || kind === "snapshot")) {
      const records = kept.flatMap((each) => encodeKept(each) ?? []);
      return { batch: { records, replaces: false, entries, retained: [] }, values: [], lasting };
    }
    const records = compacted(state, self).flatMap((each) => encodeKept(each) ?? []);
    const given = kept.some(({ kind }) => kind === "snapshot") ? retainedEntries(state) : [];
    const values = given.flatMap(({ entry: { outcome, value } }) =>
      outcome.kind === "closed" || value === undefined
        ? []
        : { hash: outcome.valueHash, bytes: value }
    );
    entries.push(...given.map(({ learner, position, entry }) => entryOf(learner, position, entry)));
    const retained = state.learners.map((log, learner) => ({ learner, from: log.retained }));
    const isThere = ({ learner, position }: JournalLogEntry) =>
      position >= state.learners[learner]!.retained;
    const there = entries.filter(isThere);
    return { batch: { records, replaces: true, entries: there, retained }, values, lasting };
  }

  /** What can be done, now that everything taken is kept. */
  released(): readonly LaterEffect[] {
    const later = this.#later;
    this.#later = [];
    return later;
  }
}

type KnownEntry = Extract<Kept, { readonly kind: "outcome" }>;

function entryOf(
  learner: number,
  position: Position,
  { outcome }: KnownEntry["entry"],
): JournalLogEntry {
  const valueHash = outcome.kind === "closed" ? undefined : outcome.valueHash;
  return { learner, position, valueHash };
}

function retainedEntries({ learners, floor }: LogState): Omit<KnownEntry, "kind">[] {
  return learners.flatMap((log, learner) =>
    [...log.entries].filter(([position]) => position < floor)
      .map(([position, entry]) => ({ learner, position, entry }))
  );
}
