/**
 * Output that never makes its writer wait: lines queue for a reader, within a bound, and are written
 * while the program goes on. What does not fit is left out, counted, and told.
 *
 * @module
 */

import { refusalOf } from "../lib/wire/os_reason.ts";
import type { Sink } from "./output.ts";

/** A sink that can be written to without waiting for its reader; `Deno.stdout` is one. */
export interface QueuedSink extends Sink {
  /** Takes some of the bytes and says how many, once the reader has room for them. */
  write(bytes: Uint8Array): Promise<number>;
}

/** What happens to a queue. */
export interface QueueObserver {
  /** It is full, and nobody takes anything: once, until {@linkcode QueueObserver.flows}. */
  stalled(bytes: number): void;
  /**
   * Something could not be written, and is lost: once, until {@linkcode QueueObserver.flows}.
   *
   * @param isGone Whether because the reader has gone.
   */
  refused(error: unknown, isGone: boolean): void;
  /** After either: something is taken again. `lost`: lines left out meanwhile. */
  flows(lost: number): void;
}

/** Bytes that wait for a reader, at most; a line more is taken if there is any room. */
export const QUEUE_BYTES_MAX = 256 * 1024;

/** Bytes that are written at once, at most, unless a line is longer. */
const CHUNK_BYTES_MAX = 64 * 1024;

/** A queue before a sink; a sink itself, so that whoever writes need not know. */
export class OutputQueue implements Sink {
  readonly #sink: QueuedSink;
  readonly #observer: QueueObserver;
  readonly #bytesMax: number;
  #lines: Uint8Array[] = [];
  #bytes = 0;
  #isWriting = false;
  /** Whether its observer waits to hear that it flows. */
  #isTroubled = false;
  /** Whether its observer knows that something could not be written. */
  #isRefused = false;
  #isTorn = false;
  #lost = 0;
  #waiting: (() => void)[] = [];

  /** @param bytesMax {@linkcode QUEUE_BYTES_MAX} unless told. */
  constructor(sink: QueuedSink, observer: QueueObserver, bytesMax: number = QUEUE_BYTES_MAX) {
    this.#sink = sink;
    this.#observer = observer;
    this.#bytesMax = bytesMax;
  }

  /** As the sink. */
  isTerminal(): boolean {
    return this.#sink.isTerminal();
  }

  /** Takes one line, or leaves it out if there is no room. Returns its length in either case. */
  writeSync(line: Uint8Array): number {
    if (this.#bytes >= this.#bytesMax) {
      this.#lost++;
      this.#stall();
      return line.length;
    }
    this.#lines.push(line);
    this.#bytes += line.length;
    // Never rejects.
    if (!this.#isWriting) void this.#write();
    return line.length;
  }

  /** Settles when there is room, at once if there is. For those who need not leave anything out. */
  async room(): Promise<void> {
    while (this.#bytes >= this.#bytesMax) {
      this.#stall();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /**
   * Settles when all is written or lost, or after `ms` milliseconds.
   *
   * @returns how many lines have not been written by then, and were not told to be lost.
   */
  async drain(ms: number): Promise<number> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      resolve();
    }, ms);
    while (this.#bytes > 0 && !isLate) {
      await Promise.race([late, new Promise<void>((resolve) => this.#waiting.push(resolve))]);
    }
    clearTimeout(timer);
    return this.#lost + (this.#bytes > 0 ? Math.max(1, this.#lines.length) : 0);
  }

  /** Writes until there is nothing more to write. Never rejects. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#lines.length > 0) {
      const { chunk, count } = this.#take();
      try {
        await writeAll(this.#sink, this.#isTorn ? afterBreak(chunk) : chunk);
        this.#isTorn = false;
        this.#bytes -= chunk.length;
        this.#flow();
      } catch (error) {
        this.#bytes -= chunk.length;
        this.#lost += count;
        this.#refuse(error);
      }
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
    this.#isWriting = false;
  }

  #take(): { readonly chunk: Uint8Array; readonly count: number } {
    let count = 0;
    let length = 0;
    while (count < this.#lines.length) {
      const next = length + this.#lines[count]!.length;
      if (count > 0 && next > CHUNK_BYTES_MAX) break;
      length = next;
      count++;
    }
    const chunk = new Uint8Array(length);
    let offset = 0;
    for (const line of this.#lines.splice(0, count)) {
      chunk.set(line, offset);
      offset += line.length;
    }
    return { chunk, count };
  }

  #stall(): void {
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#observer.stalled(this.#bytes);
  }

  #refuse(error: unknown): void {
    this.#isTorn = true;
    // That it stood still before does not say that it is refused now.
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#isTroubled = true;
    this.#observer.refused(error, error instanceof Deno.errors.BrokenPipe);
  }

  /** Tells that the trouble is over, with some room already, so that it is not told all the time. */
  #flow(): void {
    if (!this.#isTroubled || this.#bytes > this.#bytesMax / 2) return;
    const lost = this.#lost;
    this.#isTroubled = false;
    this.#isRefused = false;
    this.#lost = 0;
    this.#observer.flows(lost);
  }
}

/** After a line that may have been cut off in its middle. */
function afterBreak(chunk: Uint8Array): Uint8Array {
  const whole = new Uint8Array(chunk.length + 1);
  whole[0] = "\n".charCodeAt(0);
  whole.set(chunk, 1);
  return whole;
}

async function writeAll(sink: QueuedSink, chunk: Uint8Array): Promise<void> {
  let rest = chunk;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(await sink.write(rest));
    } catch (error) {
      // A parent may have made our end of its pipe non-blocking: wait for room.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Why a queue's sink takes nothing, in a few words for a person. */
export function whyRefused(error: unknown, isGone: boolean): string {
  return isGone ? "nobody reads it any more" : refusalOf(error) ?? String(error);
}
