/**
 * Who gets a connection, and how many.
 *
 * @module
 */
import type { NetBounds, NetLimits } from "./bounds.ts";
import { InFlight } from "./in_flight.ts";
import { UnsentAccount } from "./unsent.ts";
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

interface Account {
  connections: number;
  readonly rate: TokenBucket;
  readonly links: TokenBucket;
  readonly inFlight: InFlight;
  readonly unsent: UnsentAccount;
}

/** Keeps count of the connections of each identity. */
export class Admission {
  readonly #pins: Pins;
  readonly #bounds: NetBounds;
  readonly #connectionsMax: number;
  readonly #accounts = new Map<string, Account>();
  readonly #inClear: InFlight;
  readonly #linksInClear: TokenBucket;
  readonly #unsentInClear = new UnsentAccount();

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
    this.#linksInClear = new TokenBucket(...bounds.linkRate, nowMs);
    this.#connectionsMax = limits.connectionsPerIdentityMax;
    for (const { name } of admitted) {
      const rate = new TokenBucket(...bounds.connectionRate, nowMs);
      const links = new TokenBucket(...bounds.linkRate, nowMs);
      const inFlight = new InFlight(limits.bytesInFlightMax);
      const unsent = new UnsentAccount();
      this.#accounts.set(name, { connections: 0, rate, links, inFlight, unsent });
    }
  }

  /**
   * Decides on a connection whose handshake is over: the owner's name, or why it is refused, and
   * whose it is if that is known.
   */
  admit(
    der: Uint8Array | undefined,
    nowMs: number,
  ): { readonly name: string } | { readonly refused: RefusalReason; readonly owner?: string } {
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

  /** Links that an identity may open, over all its connections; nobody in the clear. */
  linksOf(name: string): TokenBucket {
    return this.#accounts.get(name)?.links ?? this.#linksInClear;
  }

  /** What has not left for an identity, over all its connections; for nobody in the clear. */
  unsentOf(name: string): UnsentAccount {
    return this.#accounts.get(name)?.unsent ?? this.#unsentInClear;
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
}
