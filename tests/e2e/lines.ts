/**
 * What a program prints, line by line, for tests that wait for it.
 *
 * @module
 */

import type { JsonValue } from "../../cli/output.ts";

/** A line that a program printed: its JSON object, or `{text}` for one that is none. */
export type Line = Readonly<Record<string, JsonValue | undefined>>;

/** A stream of lines that is read to its end, whoever waits. */
export class Lines {
  /** Everything so far, as it came. */
  text = "";
  /** Settles at the end of the stream. */
  readonly read: Promise<void>;
  readonly #all: Line[] = [];
  readonly #waiting: Set<() => void> = new Set();
  readonly #reader: ReadableStreamDefaultReader<string>;
  #ended = false;

  /**
   * Reads a stream of UTF-8 text.
   *
   * @param start Nothing is read before it settles.
   */
  constructor(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    start: Promise<void> = Promise.resolve(),
  ) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    this.read = this.#read(start);
  }

  /** All lines so far. */
  get all(): readonly Line[] {
    return this.#all;
  }

  /**
   * What `pick` makes of the lines, once it makes something of them; it is asked after every line.
   *
   * @throws Error if the stream ends first.
   */
  async until<T>(pick: (lines: readonly Line[]) => T | undefined, what: string): Promise<T> {
    for (;;) {
      const picked = pick(this.#all);
      if (picked !== undefined) return picked;
      if (this.#ended) throw new Error(`ended before it printed ${what}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Closes the stream at this end. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  async #read(start: Promise<void>): Promise<void> {
    await start;
    let rest = "";
    for (;;) {
      const { value: text, done } = await this.#reader.read();
      if (done) break;
      this.text += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#all.push(parse(line));
      this.#wake();
    }
    if (rest !== "") this.#all.push(parse(rest));
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

function parse(text: string): Line {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Line;
  } catch {
    // Text for people.
  }
  return { text };
}
