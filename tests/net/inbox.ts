/**
 * What has come on a stream and has not been taken.
 *
 * @module
 */

/** A queue for one consumer, which may leave it by leaving its loop. */
export class Inbox<T> implements AsyncIterableIterator<T, void> {
  /** Called when all that has come has been taken. */
  onEmpty: () => void = () => {};
  /** Called once, when the consumer has left. */
  onLeft: () => void = () => {};
  readonly #items: T[] = [];
  #end: { readonly error?: unknown } | undefined;
  #waiting: PromiseWithResolvers<IteratorResult<T, void>> | undefined;

  /** How many wait to be taken. */
  get size(): number {
    return this.#items.length;
  }

  /** Adds one; does nothing after the end. */
  push(item: T): void {
    if (this.#end !== undefined) return;
    if (this.#waiting === undefined) {
      this.#items.push(item);
      return;
    }
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve({ done: false, value: item });
  }

  /** No more come; the first end counts. What has come before can still be taken. */
  end(): void {
    this.#finish({});
  }

  /** The same, but the consumer is told of an error. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** The next one, when it is there. For one consumer at a time. */
  next(): Promise<IteratorResult<T, void>> {
    const item = this.#items.shift();
    if (item !== undefined) {
      if (this.#items.length === 0) this.onEmpty();
      return Promise.resolve({ done: false, value: item });
    }
    const end = this.#end;
    if (end === undefined) return (this.#waiting = Promise.withResolvers()).promise;
    if (!("error" in end)) return Promise.resolve({ done: true, value: undefined });
    this.#end = {};
    return Promise.reject(end.error);
  }

  /** The consumer takes no more. */
  return(): Promise<IteratorResult<T, void>> {
    this.#items.length = 0;
    this.end();
    this.#end = {};
    this.onLeft();
    this.onLeft = () => {};
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if (!("error" in end)) return waiting.resolve({ done: true, value: undefined });
    this.#end = {};
    waiting.reject(end.error);
  }
}
