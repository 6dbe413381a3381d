/**
 * A wire that takes its time, as between machines that are far apart.
 *
 * @module
 */

/** Passes TCP connections on to a port on loopback; every byte arrives so much later. */
export class DelayingWire {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  /** Bytes that have come in, in both directions. */
  bytes = 0;
  readonly #listener: Deno.TcpListener;
  readonly #target: number;
  readonly #delayMs: number;
  readonly #open: Set<Deno.Conn> = new Set();
  readonly #serving: Promise<void>;

  /**
   * Passes on to `target`.
   *
   * @param delayMs One way, in either direction.
   */
  constructor(target: number, delayMs: number) {
    this.#target = target;
    this.#delayMs = delayMs;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#serving = this.#serve();
  }

  /** Passes nothing on any more. */
  async close(): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) close(connection);
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const passing: Promise<void>[] = [];
    for await (const near of this.#listener) passing.push(this.#pass(near));
    await Promise.all(passing);
  }

  async #pass(near: Deno.TcpConn): Promise<void> {
    this.#open.add(near);
    try {
      await pause(this.#delayMs);
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      this.#open.add(far);
      near.setNoDelay(true);
      far.setNoDelay(true);
      await Promise.all([this.#copy(near, far), this.#copy(far, near)]);
      this.#open.delete(far);
    } catch {
      // One end is gone, or both.
    } finally {
      this.#open.delete(near);
      close(near);
    }
  }

  /** What has been read is on its way: more is read meanwhile, however much that is. */
  async #copy(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    let last = Promise.resolve();
    for (;;) {
      const buffer = new Uint8Array(64 << 10);
      const count = await from.read(buffer).catch(() => null);
      this.bytes += count ?? 0;
      const arrives = pause(this.#delayMs);
      const before = last;
      last = (async () => {
        await Promise.all([before, arrives]);
        if (count === null) return close(to);
        for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
      })().catch(() => {
        close(from);
        close(to);
      });
      if (count === null) return await last;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
