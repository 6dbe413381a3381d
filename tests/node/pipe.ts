/**
 * A stream in memory: what is put in at one end comes out at the other, later, in order.
 *
 * @module
 */

/** Items on their way to one reader. */
export class Pipe<T> implements AsyncIterable<T> {
  #items: T[] = [];
  #end: { readonly error: Error | undefined } | undefined;
  #wake: () => void = () => {};

  /** Adds an item; nothing once the pipe has ended. */
  push(item: T): void {
    if (this.#end === undefined) this.#items.push(item);
    this.#wake();
  }

  /** Nothing follows. */
  end(): void {
    this.#end ??= { error: undefined };
    this.#wake();
  }

  /** Loses what has not been read, and fails. */
  break(error: Error): void {
    if (this.#end !== undefined) return;
    this.#items = [];
    this.#end = { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const woken = new Promise<void>((resolve) => this.#wake = resolve);
      if (this.#items.length > 0) yield this.#items.shift()!;
      else if (this.#end === undefined) await woken;
      else if (this.#end.error === undefined) return;
      else throw this.#end.error;
    }
  }
}
