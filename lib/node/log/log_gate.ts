/**
 * In which instances a process takes part, by its log.
 *
 * @module
 */

import { reject, type Rejection } from "../../core/rejection.ts";
import { admits1a, maySign, takesPart } from "../../log/log.ts";
import { type LogMember, type LogState, prefixesOf } from "../../log/state.ts";
import type { Position } from "../../log/types.ts";
import { windowEnd } from "../../log/window.ts";

const POSITION_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** Why a message of an instance is refused: for good, or for now. */
export type OutOfWindow = "below" | "ahead";

/** Judges instances, and remembers who was ahead. */
export class LogGate {
  readonly #state: LogState;
  readonly #member: () => LogMember;
  /** Those whose messages were refused, for the window had not come so far. */
  #ahead: Set<string> = new Set();
  #beyond: Position = -1;
  /** Where the window ended when they were told last. */
  #end: Position;

  /** Nobody is ahead. */
  constructor(state: LogState, member: () => LogMember) {
    this.#state = state;
    this.#member = member;
    this.#end = this.windowEnd;
  }

  /** The first instance that may not be opened yet. */
  get windowEnd(): Position {
    const { floor } = this.#state;
    return windowEnd(this.#member().context.settings, prefixesOf(this.#state), floor);
  }

  /** Where an instance lies, if this process does not take part in it. */
  place(instance: bigint): OutOfWindow | undefined {
    if (instance > POSITION_MAX) return "ahead";
    if (takesPart(this.#member(), this.#state, Number(instance))) return undefined;
    return instance < BigInt(this.#state.floor) ? "below" : "ahead";
  }

  /** Why a message of an instance is not taken in; undefined if it is. */
  refuses(instance: bigint, source: string): Rejection | undefined {
    const place = this.place(instance);
    if (place === undefined) return undefined;
    if (place === "ahead") this.#isAhead(instance, source);
    const { floor } = this.#state;
    return reject(
      "OUTSIDE_WINDOW",
      `instance ${instance} is not from ${floor} to ${this.windowEnd - 1}, the log's window`,
    );
  }

  /** Whether a peer has messages of an instance beyond the window: that is remembered. */
  isAheadOf(instance: bigint, source: string): boolean {
    const isAhead = this.place(instance) === "ahead";
    if (isAhead) this.#isAhead(instance, source);
    return isAhead;
  }

  /** Up to where somebody has had messages, which may be a lie; never far beyond the window. */
  get beyond(): Position {
    return this.#beyond;
  }

  /** Whether a new 1a is taken in. */
  admits1a(instance: bigint): boolean {
    return admits1a(this.#member(), this.#state, Number(instance));
  }

  /** Whether this acceptor may sign in an instance. */
  maySign(instance: bigint): boolean {
    return instance <= POSITION_MAX && maySign(this.#member(), this.#state, Number(instance));
  }

  #isAhead(instance: bigint, source: string): void {
    this.#ahead.add(source);
    const { spreadMax } = this.#member().context.settings;
    const far = this.windowEnd + spreadMax;
    this.#beyond = Math.max(this.#beyond, Math.min(Number(instance), far));
  }

  /** Takes out those who were ahead, if the window has gone on since. */
  takeAhead(): ReadonlySet<string> {
    const none = new Set<string>();
    const end = this.windowEnd;
    if (end <= this.#end) return none;
    this.#end = end;
    const ahead = this.#ahead;
    this.#ahead = none;
    return ahead;
  }
}
