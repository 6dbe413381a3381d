/**
 * What a process lacks, one record for each message: who has it, who has been asked, and since when.
 *
 * @module
 */

import type { Source } from "../core/inbox.ts";
import type { MessageId } from "../core/types.ts";
import type { Named } from "./envelopes.ts";

/** A peer that offers, seen from here: a link. It is told of nothing while it hands in something. */
export interface Supplier {
  /** Name of the identity that it has proved to be. */
  readonly peer: string;
  /** Asks it for messages that it has offered. */
  fetch(named: readonly Named[]): void;
  /**
   * Everything offered by it below a position has been dealt with.
   *
   * @param isAllHere Whether all of it is here: if not, it has to be offered again some day.
   */
  tookIn(position: number, isAllHere: boolean): void;
}

/** A message, or the value of a 1a. */
export type LackKind = "message" | "value";

/** One request to make. */
export interface Request {
  /** Whether the message itself is missing, or only its value. */
  readonly kind: LackKind;
  /** The instance it belongs to, 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Of the message; of the 1a if its value is missing. */
  readonly id: MessageId;
  /** Those who should have it, the next to ask first. */
  readonly sources: readonly Source[];
}

/** One message that is not here, because a peer offers it, or a message that waits refers to it. */
export interface Lack {
  /** Of the message; of the 1a if its value is missing. */
  readonly id: MessageId;
  /** The instance it belongs to. */
  readonly instance: bigint;
  /** Of a 1a that has come only the value can be missing. */
  kind: LackKind;
  /** Those who offer it, in the order in which they did. */
  readonly offerers: Set<Supplier>;
  /** The one of them that has been asked; undefined if none has. */
  asked: Supplier | undefined;
  /** Since when, on the clock of `elapsedMs`. */
  askedMs: number;
  /** Those of them who have had their time. */
  readonly tried: Set<Supplier>;
  /** It has come since, but could not be taken in: it has to be asked for again. */
  isRefused: boolean;
  /** Names of those whose messages refer to it; they are asked in turn. */
  readonly referrers: Source[];
  /** How many of these have been asked. */
  turns: number;
}

/** Nobody offers it, and nothing refers to it, yet. */
export function newLack({ instance, id }: Named): Lack {
  return {
    ...{ id, instance, kind: "message" },
    ...{ offerers: new Set(), asked: undefined, askedMs: 0, tried: new Set(), isRefused: false },
    ...{ referrers: [], turns: 0 },
  };
}

/** What to ask whom for, the one whose turn it is first. Counts the turn. */
export function nextRequest(lack: Lack): Request {
  const { kind, instance, id, referrers } = lack;
  const first = lack.turns++ % referrers.length;
  const sources = [...referrers.slice(first), ...referrers.slice(0, first)];
  return { kind, instance, id, sources };
}
