/**
 * Connections that have not shown yet whose they are. Anybody can make them, so there is a limit for
 * all; at it, one of those from the address with the most of them has to go.
 *
 * @module
 */

/** A socket before anything is known about it. */
export interface PendingSocket {
  /** Of the other end. */
  readonly remoteAddress?: string | undefined;
  /** Of the other end. */
  readonly remotePort?: number | undefined;
  /** Closes it at once. */
  destroy(): unknown;
  /** As in node. */
  once(event: "close", listener: () => void): unknown;
}

interface Entry {
  readonly socket: PendingSocket;
  readonly remote: string;
  readonly network: string;
  readonly sinceMs: number;
}

/** Connections from one network, each kind in order. */
interface Network {
  /** Have said nothing yet. */
  readonly silent: Set<Entry>;
  /** Have begun to shake hands. */
  readonly spoken: Set<Entry>;
}

/** `address:port` of the other end. */
export function remoteOf(
  socket: { remoteAddress?: string | undefined; remotePort?: number | undefined },
): string {
  return `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
}

/**
 * What of an address tells its owners apart: all of IPv4, the first 64 bits of IPv6, of which one
 * machine may have as many addresses as it likes.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.split("%")[0]!.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const rest = tail.split(":").filter((group) => group !== "");
  const zeros = address.includes("::") ? Math.max(0, 8 - groups.length - rest.length) : 0;
  return [...groups, ...Array(zeros).fill("0"), ...rest].slice(0, 4).join(":");
}

/** The connections that have not shown whose they are. */
export class Pending {
  readonly #max: number;
  /** By remote address and port; in order of arrival. */
  readonly #entries = new Map<string, Entry>();
  /** Those that have any. */
  readonly #networks = new Map<string, Network>();

  /** @param max How many there may be. */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many there are. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Notes one more. Returns the remote end of the connection that had to go for it, if one had: of
   * the network with the most of them, and there of the silent or of those that have spoken,
   * whichever are more, the oldest. Whoever is honest speaks at once and is done in milliseconds.
   *
   * @param onGone Called if it closes by itself before it is settled.
   */
  add(socket: PendingSocket, nowMs: number, onGone: () => void): string | undefined {
    const remote = remoteOf(socket);
    const network = networkOf(socket.remoteAddress ?? "?");
    const entry = { socket, remote, network, sinceMs: nowMs };
    this.#forget(this.#entries.get(remote));
    this.#entries.set(remote, entry);
    const beside = this.#networks.get(network) ?? { silent: new Set(), spoken: new Set() };
    beside.silent.add(entry);
    this.#networks.set(network, beside);
    socket.once("close", () => {
      if (this.#forget(entry)) onGone();
    });
    return this.#entries.size > this.#max ? this.dropOne() : undefined;
  }

  /** It has said something. False if it is not pending. */
  spoke(remote: string): boolean {
    const entry = this.#entries.get(remote);
    if (entry === undefined) return false;
    const { silent, spoken } = this.#networks.get(entry.network)!;
    silent.delete(entry);
    spoken.add(entry);
    return true;
  }

  /** It has come to something, or to nothing. Undefined if it is not pending. */
  settle(remote: string): PendingSocket | undefined {
    const entry = this.#entries.get(remote);
    this.#forget(entry);
    return entry?.socket;
  }

  /** Closes one, chosen as for a newcomer; returns its end, undefined if there is none. */
  dropOne(): string | undefined {
    let most: Network | undefined;
    let count = 0;
    for (const network of this.#networks.values()) {
      if (sizeOf(network) <= count) continue;
      most = network;
      count = sizeOf(network);
    }
    if (most === undefined) return undefined;
    const { silent, spoken } = most;
    const [oldest] = silent.size > spoken.size ? silent : spoken;
    return this.#drop(oldest);
  }

  /** Closes those that have come before `sinceMs`; returns their ends. */
  expire(sinceMs: number): string[] {
    const late: Entry[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.sinceMs > sinceMs) break; // the rest arrived later
      late.push(entry);
    }
    for (const entry of late) this.#drop(entry);
    return late.map(({ remote }) => remote);
  }

  #drop(entry: Entry | undefined): string | undefined {
    this.#forget(entry);
    entry?.socket.destroy();
    return entry?.remote;
  }

  #forget(entry: Entry | undefined): boolean {
    if (entry === undefined || this.#entries.get(entry.remote) !== entry) return false;
    this.#entries.delete(entry.remote);
    const beside = this.#networks.get(entry.network)!;
    beside.silent.delete(entry);
    beside.spoken.delete(entry);
    if (sizeOf(beside) === 0) this.#networks.delete(entry.network);
    return true;
  }
}

function sizeOf({ silent, spoken }: Network): number {
  return silent.size + spoken.size;
}
