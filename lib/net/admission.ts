/**
 * Who gets a connection, and how many.
 *
 * @module
 */
import type { NetBounds, NetLimits } from "./bounds.ts";
import { InFlight } from "./in_flight.ts";
import { makePins, type PeerCertificate, type Pins } from "./tls.ts";
import { TokenBucket } from "../wire/token_bucket.ts";

/** Why a connection was refused or cut, for counting. */
export type RefusalReason =
  | "HANDSHAKE" // no TLS, no certificate, a certificate nobody here signed, an old version
  | "STRANGER" // a valid certificate whose key is not one of ours
  | "PENDING_FULL" // pushed out by newer connections before it showed a certificate
  | "TOO_MANY_CONNECTIONS"
  | "CONNECTS_TOO_FAST"
  | "FLOOD"
  | "PROTOCOL" // HTTP that is none
  | "SILENT" // does not answer pings
  | "IDLE"; // no call for too long, or a request that does not end

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

interface Account {
  connections: number;
  readonly rate: TokenBucket;
  readonly inFlight: InFlight;
}

/** `address:port` of the other end. */
export function remoteOf(
  socket: { remoteAddress?: string | undefined; remotePort?: number | undefined },
): string {
  return `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
}

/** Keeps count of connections: of strangers together, and of each identity. */
export class Admission {
  readonly #pins: Pins;
  readonly #bounds: NetBounds;
  readonly #connectionsMax: number;
  readonly #accounts = new Map<string, Account>();
  readonly #inClear: InFlight;
  /** By remote address and port; in order of arrival. */
  readonly #pending = new Map<string, { socket: PendingSocket; sinceMs: number }>();

  /** Everybody begins with nothing open and a full rate. */
  constructor(
    admitted: readonly PeerCertificate[],
    limits: NetLimits,
    bounds: NetBounds,
    nowMs: number,
  ) {
    this.#pins = makePins(admitted);
    this.#bounds = bounds;
    this.#inClear = new InFlight(limits.bytesInFlightMax);
    this.#connectionsMax = limits.connectionsPerIdentityMax;
    for (const { name } of admitted) {
      const rate = new TokenBucket(...bounds.connectionRate, nowMs);
      const inFlight = new InFlight(limits.bytesInFlightMax);
      this.#accounts.set(name, { connections: 0, rate, inFlight });
    }
  }

  /**
   * Notes a connection that has yet to say who it is. Returns the remote end of the connection that
   * had to go for it, if one had: the oldest, since an honest handshake takes milliseconds.
   *
   * @param onGone Called if it closes by itself before it is settled.
   */
  arrived(socket: PendingSocket, nowMs: number, onGone: () => void): string | undefined {
    const remote = remoteOf(socket);
    this.#pending.set(remote, { socket, sinceMs: nowMs });
    socket.once("close", () => {
      if (this.#pending.get(remote)?.socket === socket && this.settle(remote)) onGone();
    });
    if (this.#pending.size <= this.#bounds.pendingMax) return undefined;
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined) this.#drop(oldest);
    return oldest;
  }

  /** Closes the connections that have not said for too long who they are; returns their ends. */
  expire(nowMs: number): string[] {
    const late: string[] = [];
    for (const [remote, { sinceMs }] of this.#pending) {
      if (nowMs - sinceMs < this.#bounds.handshakeMs) break; // the rest arrived later
      late.push(remote);
    }
    for (const remote of late) this.#drop(remote);
    return late;
  }

  /** A pending connection has come to something, or to nothing. False if it was not pending. */
  settle(remote: string): boolean {
    return this.#pending.delete(remote);
  }

  /**
   * Decides on a connection whose handshake is over: the owner's name, or why it is refused, and
   * whose it is if that is known.
   */
  admit(
    der: Uint8Array | undefined,
    remote: string,
    nowMs: number,
  ): { readonly name: string } | { readonly refused: RefusalReason; readonly owner?: string } {
    this.settle(remote);
    const name = this.#pins.ownerOf(der);
    const account = name === undefined ? undefined : this.#accounts.get(name);
    if (name === undefined || account === undefined) return { refused: "STRANGER" };
    if (account.connections >= this.#connectionsMax) {
      return { refused: "TOO_MANY_CONNECTIONS", owner: name };
    }
    if (!account.rate.take(1, nowMs)) return { refused: "CONNECTS_TOO_FAST", owner: name };
    account.connections++;
    return { name };
  }

  /** What has come in part from an identity, over all its connections; from nobody in the clear. */
  inFlightOf(name: string): InFlight {
    return this.#accounts.get(name)?.inFlight ?? this.#inClear;
  }

  /** An admitted connection has closed. */
  left(name: string): void {
    const account = this.#accounts.get(name);
    if (account !== undefined) account.connections--;
  }

  /** An admitted connection has misbehaved: its owner waits before the next one. */
  misbehaved(name: string, nowMs: number): void {
    this.#accounts.get(name)?.rate.charge(this.#bounds.misbehaviourCost, nowMs);
  }

  /** Closes everything that is pending. */
  close(): void {
    for (const remote of [...this.#pending.keys()]) this.#drop(remote);
  }

  #drop(remote: string): void {
    const pending = this.#pending.get(remote);
    this.#pending.delete(remote);
    pending?.socket.destroy();
  }
}
