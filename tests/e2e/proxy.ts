/**
 * A wire that counts what passes, and that can be cut for a moment or for a while.
 *
 * @module
 */

/** Passes TCP connections on to a port on loopback. */
export class Proxy {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  /** Bytes towards whoever dialed. */
  bytesDown = 0;
  /** Bytes from whoever dialed. */
  bytesUp = 0;
  /** Nothing passes: who dials is hung up on. */
  isDown = false;
  readonly #listener: Deno.TcpListener;
  readonly #target: number;
  readonly #open: Set<Deno.TcpConn> = new Set();
  readonly #serving: Promise<void>;

  /** Passes on to `target`. */
  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#serving = this.#serve();
  }

  /** Ends all connections; new ones may be made. Returns how many there were. */
  cut(): number {
    const count = this.#open.size;
    for (const connection of this.#open) {
      // One that is being read is closed for the other side only when the read ends.
      connection.closeWrite().catch(() => {});
      close(connection);
    }
    this.#open.clear();
    return count / 2;
  }

  /** Passes nothing on any more. */
  async close(): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const passing: Promise<void>[] = [];
    for await (const near of this.#listener) {
      if (this.isDown) close(near);
      else passing.push(this.#pass(near));
    }
    await Promise.all(passing);
  }

  async #pass(near: Deno.TcpConn): Promise<void> {
    this.#open.add(near);
    let far: Deno.TcpConn | undefined;
    try {
      far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      if (!this.#open.has(near)) return;
      this.#open.add(far);
      await Promise.all([
        copy(near, far, (count) => this.bytesUp += count),
        copy(far, near, (count) => this.bytesDown += count),
      ]);
    } catch {
      // One end is gone, or both.
    } finally {
      for (const connection of [near, far]) {
        if (connection === undefined) continue;
        this.#open.delete(connection);
        close(connection);
      }
    }
  }
}

async function copy(
  from: Deno.Conn,
  to: Deno.Conn,
  counted: (count: number) => void,
): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) break;
    counted(count);
    for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
  }
  close(from);
  close(to);
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
