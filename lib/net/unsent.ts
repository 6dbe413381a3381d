/**
 * Bytes that we have written and that have not left. Under Deno (2.8.3) a write on HTTP/2 is done at
 * once, whether or not the peer reads: whoever waits for writes, as streams do, writes without end.
 *
 * @module
 */

/** Written before it is looked how much of it has left. */
const LOOK_BYTES = 32 << 10;

/** What of one connection has not left. */
export class Unsent {
  readonly #sentBytes: () => number;
  #written = 0;
  #base: number;

  /** @param sentBytes How much has left on the connection so far, frames and all. */
  constructor(sentBytes: () => number) {
    this.#sentBytes = sentBytes;
    this.#base = sentBytes();
  }

  /** So much more has been written, frames not counted. */
  wrote(bytes: number): void {
    this.#written += bytes;
    if (this.#written > LOOK_BYTES) this.#settle();
  }

  /** At most so much has not left: a little less than it is, by the frames sent meanwhile. */
  get bytes(): number {
    this.#settle();
    return Math.max(0, this.#written - (this.#sentBytes() - this.#base));
  }

  /** At least as many as have not left. */
  get written(): number {
    return this.#written;
  }

  /** Whether fewer have not left. To look how many have takes longer than most writes: often it need not. */
  isBelow(bytes: number): boolean {
    return this.#written < bytes || this.bytes < bytes;
  }

  /** When more has left than was written all has: what frames have added is forgotten. */
  #settle(): void {
    const sent = this.#sentBytes();
    if (sent - this.#base < this.#written) return;
    this.#base = sent;
    this.#written = 0;
  }
}

/** How much of one identity's has not left, over all its connections. */
export class UnsentAccount {
  readonly #connections = new Set<Unsent>();

  /** A connection has come. */
  add(connection: Unsent): void {
    this.#connections.add(connection);
  }

  /** A connection has gone, and with it what was to be sent on it. */
  remove(connection: Unsent): void {
    this.#connections.delete(connection);
  }

  /** Whether fewer have not left, in all. */
  isBelow(bytes: number): boolean {
    let sum = 0;
    for (const connection of this.#connections) sum += connection.written;
    if (sum < bytes) return true;
    sum = 0;
    for (const connection of this.#connections) sum += connection.bytes;
    return sum < bytes;
  }
}

/** Between two looks whether there is room, in milliseconds: nothing tells when bytes leave. */
const LOOK_MS = 10;

/** Lets one connection's calls write only while there is room. */
export class Outlet {
  readonly #hasRoom: () => boolean;
  readonly #waiting = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** @param hasRoom Whether somebody may write, and how much that is. */
  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether somebody may write now. */
  get hasRoom(): boolean {
    return this.#isClosed || (this.#waiting.size === 0 && this.#hasRoom());
  }

  /** Settles when there is room, in the order of asking; at once when it is closed, or `signal` is. */
  async room(signal?: AbortSignal): Promise<void> {
    if (this.hasRoom || signal?.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    this.#timer ??= setTimeout(() => this.#look(), LOOK_MS);
    signal?.addEventListener("abort", () => resolve());
    await promise;
    this.#waiting.delete(resolve);
  }

  /** Nothing will be written any more: whoever waits goes on. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** One at a time: what it writes may leave no room for the next. */
  #look(): void {
    this.#timer = undefined;
    if (this.#hasRoom()) {
      for (const resolve of this.#waiting) {
        this.#waiting.delete(resolve);
        resolve();
        break;
      }
    }
    if (this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => this.#look(), this.#hasRoom() ? 0 : LOOK_MS);
  }
}

/** Passes on what `source` yields, and asks for the next only when there is room. */
export async function* whileRoom<T>(
  source: AsyncIterable<T>,
  room: () => Promise<void>,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      await room();
      const { value, done } = await iterator.next();
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
