/** Standard output for tests. @module */

import type { Sink } from "../../cli/output.ts";

/** A sink that remembers. */
export class MemorySink implements Sink {
  #bytes: number[] = [];

  /** @param chunk How many bytes it takes at a time. */
  constructor(readonly terminal = false, readonly chunk = Infinity) {}

  /** Takes up to `chunk` bytes. */
  writeSync(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.chunk);
    this.#bytes.push(...taken);
    return taken.length;
  }

  /** As it was made. */
  isTerminal(): boolean {
    return this.terminal;
  }

  /** Everything written so far. */
  get text(): string {
    return new TextDecoder().decode(Uint8Array.from(this.#bytes));
  }
}
