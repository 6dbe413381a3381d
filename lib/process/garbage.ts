/**
 * Collects garbage when it is time. V8 counts what JavaScript keeps; of the native half of a socket,
 * a session or a message it knows nothing, and lets hundreds of megabytes of it pile up before it
 * looks.
 *
 * @module
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collecting takes at most one part of the time in this many. */
const SHARE = 10;

/** What a {@linkcode Collector} needs to know. */
export interface CollectorOptions {
  /** Milliseconds that never run backwards. */
  nowMs(): number;
  /** Collects all garbage. */
  collect(): void;
}

/** Collects when it is told of enough waste, but not all the time. */
export class Collector {
  readonly #options: CollectorOptions;
  #notBeforeMs = -Infinity;

  /** Collects nothing yet. */
  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** There is something to collect. What comes too soon is left for the next time. */
  wasted(): void {
    const { nowMs, collect } = this.#options;
    const beganMs = nowMs();
    if (beganMs < this.#notBeforeMs) return;
    collect();
    const endedMs = nowMs();
    this.#notBeforeMs = endedMs + (endedMs - beganMs) * (SHARE - 1);
  }
}

/**
 * What to call when there is waste. V8 is asked for its collector only then; if it cannot be had,
 * nothing happens.
 */
export function collectingWaste(nowMs: () => number): () => void {
  let collector: Collector | undefined;
  return () => {
    collector ??= new Collector({ nowMs, collect: garbageCollector() });
    collector.wasted();
  };
}

function garbageCollector(): () => void {
  try {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    if (typeof collect === "function") return () => void collect();
  } catch {
    // Then V8 collects when it likes.
  }
  return () => {};
}
