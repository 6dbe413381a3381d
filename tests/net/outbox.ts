/**
 * What waits to be sent on a stream.
 *
 * @module
 */

/** Bounds of an {@linkcode Outbox}. */
export interface OutboxBounds {
  /** How many items may wait. */
  readonly countMax: number;
  /** How many bytes may wait, as `sizeOf` counts them. */
  readonly bytesMax: number;
}

type Waiter<T> = (result: IteratorResult<T, undefined>) => void;

/**
 * A bounded queue that one consumer iterates: push on one side, the request (or response) of a
 * stream on the other. When the consumer stops, for whatever reason, the queue ends and is emptied.
 */
export class Outbox<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #bounds: OutboxBounds;
  readonly #sizeOf: (item: T) => number;
  #items: { item: T; bytes: number }[] = [];
  #head = 0;
  #bytes = 0;
  #ended = false;
  #waiter: Waiter<T> | undefined;
  readonly #whenStopped = Promise.withResolvers<void>();
  #stopped = false;

  /**
   * Makes an empty one.
   *
   * @param sizeOf Size of an item in bytes; 0 if only the count matters.
   */
  constructor(bounds: OutboxBounds, sizeOf: (item: T) => number = () => 0) {
    this.#bounds = bounds;
    this.#sizeOf = sizeOf;
  }

  /** How many items wait. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True once nothing can be added. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when the consumer is done: it has seen the end, or has gone away early. */
  get stopped(): Promise<void> {
    return this.#whenStopped.promise;
  }

  /**
   * Adds an item at the end. False, and adds nothing, if the queue has ended or is full. A single
   * item beyond `bytesMax` is taken when nothing else waits: it must be possible to send it at all.
   */
  push(item: T): boolean {
    if (this.#ended) return false;
    if (this.#waiter !== undefined) {
      const waiter = this.#waiter;
      this.#waiter = undefined;
      waiter({ done: false, value: item });
      return true;
    }
    const bytes = this.#sizeOf(item);
    const full = this.size >= this.#bounds.countMax ||
      (this.size > 0 && this.#bytes + bytes > this.#bounds.bytesMax);
    if (full) return false;
    this.#items.push({ item, bytes });
    this.#bytes += bytes;
    return true;
  }

  /** Says that nothing follows; what waits is still sent. */
  end(): void {
    this.#ended = true;
    if (this.#waiter !== undefined) this.#stop();
  }

  /** The next item, when there is one. At most one call may be pending. */
  next(): Promise<IteratorResult<T, undefined>> {
    const entry = this.#items[this.#head];
    if (entry !== undefined) {
      this.#head++;
      this.#bytes -= entry.bytes;
      // Shifting would cost the length of the queue each time; this costs a constant on average.
      if (this.#head * 2 > this.#items.length) {
        this.#items = this.#items.slice(this.#head);
        this.#head = 0;
      }
      return Promise.resolve({ done: false, value: entry.item });
    }
    if (this.#ended) {
      this.#stop();
      return Promise.resolve({ done: true, value: undefined });
    }
    if (this.#waiter !== undefined) {
      return Promise.reject(new Error("an outbox has one consumer, and it is waiting already"));
    }
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  /** The consumer stops early: ends and empties the queue. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The consumer has failed: ends and empties the queue. The error is the stream's, told there. */
  throw(_error?: unknown): Promise<IteratorResult<T, undefined>> {
    return this.return();
  }

  /** Itself: it can be iterated once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** So that a compiler's `await using` ends it too. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #stop(): void {
    this.#ended = true;
    this.#items = [];
    this.#head = 0;
    this.#bytes = 0;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.({ done: true, value: undefined });
    if (this.#stopped) return;
    this.#stopped = true;
    this.#whenStopped.resolve();
  }
}
