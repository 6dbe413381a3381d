/**
 * What an observer records of each instance, kept for a page as far as there is room.
 *
 * @module
 */

/** Lines that are kept, in UTF-16 units together. */
const LENGTH_MAX = 64 * 1024 * 1024;

/** What an instance counts without a line, so that nobody can ask for ever more of them. */
const ENTRY_LENGTH = 200;

/** Lines that a stream hands over at a time. */
const BATCH = 100;

interface Kept {
  readonly lines: string[];
  length: number;
  /** Called when there is more, or no more. */
  readonly waiting: Set<() => void>;
  gone: boolean;
}

/** Names a value; undefined if it is not known yet. */
export type ValueOf = (hash: string) => string | undefined;

/** Takes the lines of one node's trace. */
export class InstanceLines {
  /** Of the node. */
  header = "";
  readonly #kept: Map<bigint, Kept> = new Map();
  #length = 0;
  readonly #lengthMax: number;

  /** @param lengthMax UTF-16 units that are kept; the instances that began first go first. */
  constructor(lengthMax: number = LENGTH_MAX) {
    this.#lengthMax = lengthMax;
  }

  /** Numbers of the instances of which there are lines, in the order in which they began. */
  get instances(): readonly bigint[] {
    return [...this.#kept].flatMap(([instance, { lines }]) => lines.length > 0 ? [instance] : []);
  }

  /** Takes the next line. */
  write(line: string): void {
    const [, number] = /^\{"node":"(?:[^"\\]|\\.)*","instance":"(\d+)"/.exec(line) ?? [];
    if (number === undefined) {
      this.header = line;
      return;
    }
    const instance = BigInt(number);
    let kept = this.#kept.get(instance);
    if (kept !== undefined && kept.lines.length > 0 && line.includes('"open":')) {
      this.#drop(instance, kept);
      kept = undefined;
    }
    kept ??= this.#begin(instance);
    kept.lines.push(line);
    kept.length += line.length;
    this.#length += line.length;
    wake(kept);
    this.#makeRoom();
  }

  /**
   * The header, the lines of an instance so far, and those to come until it is gone. What a reader
   * does not take yet waits where it is kept anyway.
   */
  follow(instance: bigint, valueOf: ValueOf): ReadableStream<Uint8Array<ArrayBuffer>> {
    const kept = this.#kept.get(instance) ?? this.#begin(instance);
    this.#makeRoom();
    const encoder = new TextEncoder();
    const names = new Names(valueOf);
    let next = 0;
    let isOver = false;
    let leave = () => {};
    return new ReadableStream({
      start: (controller) => controller.enqueue(encoder.encode(`${this.header}\n`)),
      async pull(controller) {
        while (next === kept.lines.length && !kept.gone && !isOver) {
          await new Promise<void>((resolve) => {
            leave = resolve;
            kept.waiting.add(resolve);
          });
        }
        if (isOver) return;
        const batch = kept.lines.slice(next, next + BATCH);
        next += batch.length;
        const text = [...names.in(batch), ...batch].map((line) => `${line}\n`).join("");
        if (text !== "") controller.enqueue(encoder.encode(text));
        if (kept.gone && next === kept.lines.length) controller.close();
      },
      cancel() {
        isOver = true;
        kept.waiting.delete(leave);
        leave();
      },
    }, { highWaterMark: 1 });
  }

  #begin(instance: bigint): Kept {
    const kept = { lines: [], length: ENTRY_LENGTH, waiting: new Set<() => void>(), gone: false };
    this.#kept.set(instance, kept);
    this.#length += ENTRY_LENGTH;
    return kept;
  }

  #makeRoom(): void {
    for (const [oldest, one] of this.#kept) {
      if (this.#length <= this.#lengthMax || this.#kept.size === 1) break;
      this.#drop(oldest, one);
    }
  }

  #drop(instance: bigint, kept: Kept): void {
    this.#kept.delete(instance);
    this.#length -= kept.length;
    kept.gone = true;
    wake(kept);
  }
}

function wake({ waiting }: Kept): void {
  for (const resolve of waiting) resolve();
  waiting.clear();
}

/** Tells of each value once, as soon as it is known. */
class Names {
  readonly #told: Set<string> = new Set();
  readonly #unknown: Set<string> = new Set();
  readonly #valueOf: ValueOf;

  constructor(valueOf: ValueOf) {
    this.#valueOf = valueOf;
  }

  /** Lines for values that these lines are the first to name, or that have become known since. */
  in(lines: readonly string[]): string[] {
    for (const line of lines) {
      for (const [, hash] of line.matchAll(/"valueHash":"([0-9a-f]{64})"/g)) {
        if (!this.#told.has(hash!)) this.#unknown.add(hash!);
      }
    }
    return [...this.#unknown].flatMap((value) => {
      const text = this.#valueOf(value);
      if (text === undefined) return [];
      this.#unknown.delete(value);
      this.#told.add(value);
      return [JSON.stringify({ value, text })];
    });
  }
}
