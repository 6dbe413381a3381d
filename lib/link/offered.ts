/**
 * What a peer offers, on its way to be fetched: what is here already is left out first, and to find
 * that out may take a while, for so much may be looked for in the journal because of one peer.
 *
 * @module
 */

import type { Cancel, Clock } from "../node/clock.ts";
import type { Named } from "../node/envelopes.ts";
import type { Ledger } from "../node/ledger.ts";

/** How long a stretch waits before more of it is looked for, in milliseconds. */
const PAUSE_MS = 100;

/** What {@linkcode Offered} needs. */
export interface OfferedOptions {
  /** Where to look. */
  readonly ledger: Ledger;
  /** When to go on. */
  readonly clock: Clock;
  /** Whether one more message may be looked for in the journal; counts it if so. */
  mayRead(): boolean;
  /** All of a stretch has been looked for: these are not here. */
  lacking(named: readonly Named[], position: number): void;
}

interface Stretch {
  readonly named: readonly Named[];
  readonly position: number;
  readonly lacking: Named[];
  at: number;
}

/** The stretch of one peer that is being looked at. Whoever offers another before loses it. */
export class Offered {
  readonly #options: OfferedOptions;
  #stretch: Stretch | undefined;
  #cancel: Cancel = () => {};

  /** Nothing has been offered. */
  constructor(options: OfferedOptions) {
    this.#options = options;
  }

  /** Takes a stretch. */
  take(named: readonly Named[], position: number): void {
    this.#stretch = { named, position, lacking: [], at: 0 };
    this.#look();
  }

  /** Looks for nothing more. */
  close(): void {
    this.#stretch = undefined;
    this.#cancel();
  }

  #look(): void {
    this.#cancel();
    const stretch = this.#stretch;
    if (stretch === undefined) return;
    const { ledger, clock } = this.#options;
    for (; stretch.at < stretch.named.length; stretch.at++) {
      const named = stretch.named[stretch.at]!;
      if (ledger.recent(named.id) !== undefined) continue;
      if (!this.#options.mayRead()) {
        this.#cancel = clock.after(PAUSE_MS, () => this.#look());
        return;
      }
      if (!ledger.has(named)) stretch.lacking.push(named);
    }
    this.#stretch = undefined;
    this.#options.lacking(stretch.lacking, stretch.position);
  }
}
