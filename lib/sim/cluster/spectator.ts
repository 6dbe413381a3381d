/**
 * Who watches a simulated cluster.
 *
 * @module
 */

import type { Effect } from "../../core/effects.ts";
import type { Member } from "./member.ts";

/** Told of what happens, for timelines and traces. */
export interface Spectator {
  /** Something has happened to a process, or it has logged a line. */
  note?(atMs: number, who: string, what: string): void;
  /** An honest member has made a step. */
  stepped?(atMs: number, who: string, instance: bigint, effects: readonly Effect[]): void;
  /** An honest member has begun a life. */
  started?(member: Member): void;
  /** Whether all is over; if absent, when all is decided that must be. */
  isOver?(): boolean;
  /** A line of a trace (lib/trace) of all that honest members do. */
  readonly trace?: (line: string) => void;
}
