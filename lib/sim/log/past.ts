/**
 * What the judge of a log remembers.
 *
 * @module
 */

import type { LearnerIndex } from "../../core/types.ts";
import type { Kept } from "../../log/state.ts";
import type { Position } from "../../log/types.ts";

/** What somebody honest was told: this record is in this learner's log, at this position. */
export interface Acknowledged {
  /** Who said so. */
  readonly member: number;
  /** In whose log. */
  readonly learner: LearnerIndex;
  /** Where. */
  readonly position: Position;
  /** Which record. */
  readonly key: string;
}

/** What the judge remembers of a process, whatever becomes of its memory and disk. */
export interface Past {
  /** Positions below this were forgotten. */
  floor: Position;
  /** Instances it has closed. */
  readonly closed: Set<Position>;
  /** By instance: its vote. */
  readonly voted: Map<Position, string>;
  /** By position and learner: what it has stated. */
  readonly stated: Map<string, string>;
  /** By learner: the outcomes that it has seen itself. */
  readonly seen: Set<Position>[];
  /** By learner: where it started from since then. */
  readonly base: Position[];
  /** How many acknowledgements were made when its disk was lost. */
  lost: number;
  /** How much of the journal has been looked at. */
  readonly records: WeakSet<Kept>;
}

/** Of a process that has done nothing. */
export function newPast(learnerCount: number): Past {
  return {
    floor: 0,
    closed: new Set(),
    voted: new Map(),
    stated: new Map(),
    seen: Array.from({ length: learnerCount }, () => new Set<Position>()),
    base: new Array(learnerCount).fill(0),
    lost: 0,
    records: new WeakSet(),
  };
}
