/**
 * Cuts a stream of bytes into lines.
 *
 * @module
 */

import { TraceError } from "./field.ts";
import { LINE_LENGTH_MAX } from "./reader.ts";

/** Holds the part of the last line that has come so far, and nothing else. */
export class LineSplitter {
  readonly #decoder: TextDecoder = new TextDecoder("utf-8");
  #parts: string[] = [];
  #length = 0;
  #lines = 0;

  /**
   * Takes the next bytes, which may end anywhere.
   *
   * @returns The lines that end in them, without their line breaks.
   * @throws TraceError if a line is longer than any line of a trace.
   */
  push(bytes: Uint8Array): string[] {
    const [first, ...rest] = this.#decoder.decode(bytes, { stream: true }).split("\n");
    this.#add(first!);
    const whole: string[] = [];
    for (const part of rest) {
      whole.push(this.rest);
      this.#lines++;
      this.#parts = [];
      this.#length = 0;
      this.#add(part);
    }
    return whole;
  }

  /** What follows the last line break; empty if nothing does. */
  get rest(): string {
    return this.#parts.join("");
  }

  #add(part: string): void {
    this.#length += part.length;
    if (this.#length > LINE_LENGTH_MAX) {
      const what = `is longer than ${LINE_LENGTH_MAX} characters`;
      throw new TraceError(this.#lines + 1, "$", what);
    }
    if (part !== "") this.#parts.push(part);
  }
}
