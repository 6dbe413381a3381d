/**
 * How many 1as are let in, and from whom: each costs every acceptor a signature.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import type { WireProposal } from "../wire/codec.ts";
import type { Clock } from "./clock.ts";
import { Rates } from "./rates.ts";
import { Stash } from "./stash.ts";

/**
 * So many times more 1as may come because something refers to them, or offers them: a peer that
 * returns after an absence gets thousands. But an acceptor may refer to as many as it likes.
 */
const REFERRED_FACTOR = 20;

/** The 1as of one process that come too fast. */
export class ProposalGate {
  readonly #clock: Clock;
  readonly #stash: Stash = new Stash();
  readonly #isWelcome: (id: MessageId) => boolean;
  readonly #referred: Rates<string>;

  /**
   * @param perSecond 1as a second that a peer may send in one instance, unasked.
   * @param isWelcome Whether a 1a has been asked for.
   */
  constructor(clock: Clock, perSecond: number, isWelcome: (id: MessageId) => boolean) {
    this.#clock = clock;
    this.#isWelcome = isWelcome;
    this.#referred = new Rates(REFERRED_FACTOR * perSecond);
  }

  /**
   * Whether a 1a may go on; counts it if so. Otherwise it is held for a while.
   *
   * @param mayPropose Whether its sender may send one unasked.
   */
  admits(
    id: MessageId,
    wire: WireProposal,
    source: string,
    mayPropose: (instance: bigint) => boolean,
  ): boolean {
    const { instance } = wire;
    if (this.#isWelcome(id) ? this.#mayRefer(instance, source) : mayPropose(instance)) return true;
    this.#stash.put(id, wire);
    return false;
  }

  /**
   * Takes out a 1a that is held and missing, if one may go on that `source` refers to; undefined if
   * none is held, or not yet.
   */
  release(instance: bigint, id: MessageId, source: string): WireProposal | undefined {
    if (!this.#stash.has(id) || !this.#mayRefer(instance, source)) return undefined;
    return this.#stash.take(id);
  }

  #mayRefer(instance: bigint, source: string): boolean {
    return this.#referred.take(`${instance} ${source}`, this.#clock.elapsedMs());
  }
}
