/**
 * How many 1as are let in, and from whom: each costs every acceptor signatures and a place in its
 * journal. The rates are remembered by peer: a new link is no new beginning.
 *
 * @module
 */

import type { Past } from "../core/past.ts";
import { reject, type Rejection } from "../core/rejection.ts";
import type { WireMessage } from "../wire/codec.ts";
import type { Limits } from "../wire/limits.ts";
import type { Clock } from "./clock.ts";
import { Rates } from "./rates.ts";

/**
 * How many times more may come because something refers to it, or offers it: a peer that returns
 * after an absence gets thousands. But an acceptor may refer to as many as it likes.
 */
const REFERRED_FACTOR = 20;

/** What an acceptor message takes besides its refs, in bytes, about. */
const MESSAGE_BYTES = 256;
const REF_BYTES = 32;

/** Rates of one peer: in each instance, over all of them, and in bytes. */
class Allowance {
  readonly #inInstance: Rates<bigint>;
  readonly #inAll: Rates<"count">;
  readonly #bytes: Rates<"bytes">;

  constructor(limits: Limits, factor: number) {
    this.#inInstance = new Rates(factor * limits.proposalsPerSecondMax);
    this.#inAll = new Rates(factor * limits.proposalsPerPeerPerSecondMax);
    this.#bytes = new Rates(factor * limits.proposalBytesPerSecondMax);
  }

  take({ instance }: WireMessage, bytes: number, nowMs: number): boolean {
    return this.#inInstance.take(instance, nowMs) && this.#bytes.take("bytes", nowMs, bytes) &&
      this.#inAll.take("count", nowMs);
  }
}

/** Says what comes too fast. */
export class ProposalGate {
  readonly #clock: Clock;
  readonly #limits: Limits;
  /** By peer; there are as many as the configuration has identities. */
  readonly #unasked: Map<string, Allowance> = new Map();
  readonly #referred: Map<string, Allowance> = new Map();

  /** No message has come yet. */
  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Counts a 1a, or what costs as much.
   *
   * @param isWanted Whether it has been asked for, or something waits for it.
   * @returns Why it may not come now, if it is one too many.
   */
  judge(wire: WireMessage, source: string, isWanted: boolean): Rejection | undefined {
    if (isWanted ? this.mayRefer(wire, source) : this.#mayCome(wire, source)) return undefined;
    return reject("RATE_LIMITED", `too much by ${source}, at last in instance ${wire.instance}`);
  }

  /** Counts a message that is referred to because of `source`; false if it is one too many. */
  mayRefer(wire: WireMessage, source: string): boolean {
    return this.#take(this.#referred, REFERRED_FACTOR, wire, source);
  }

  #mayCome(wire: WireMessage, source: string): boolean {
    return this.#take(this.#unasked, 1, wire, source);
  }

  #take(
    allowances: Map<string, Allowance>,
    factor: number,
    wire: WireMessage,
    source: string,
  ): boolean {
    let allowance = allowances.get(source);
    if (allowance === undefined) {
      allowance = new Allowance(this.#limits, factor);
      allowances.set(source, allowance);
    }
    return allowance.take(wire, bytesOf(wire), this.#clock.elapsedMs());
  }
}

/** An equivocator can make as many messages as it likes: once it is caught, they count as 1as. */
export function countsAs1a({ caught }: Past, wire: WireMessage): boolean {
  return wire.kind === "acceptor" && ((caught >> BigInt(wire.content.signer)) & 1n) !== 0n;
}

function bytesOf(wire: WireMessage): number {
  const varying = wire.kind === "1a"
    ? wire.value?.length ?? 0
    : REF_BYTES * wire.content.refs.length;
  return MESSAGE_BYTES + varying;
}
