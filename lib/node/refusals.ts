/**
 * What has been refused, counted by reason, and by who has sent it.
 *
 * @module
 */

import type { Rejection, RejectionCode } from "../core/rejection.ts";
import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";

/** What one peer has sent that was refused for one reason. */
export interface RefusedFrom {
  /** The name of its identity. */
  readonly peer: string;
  /** Why. */
  readonly code: RejectionCode;
  /** How often. */
  readonly count: number;
  /** When the last was, on the clock of `elapsedMs`. */
  readonly lastMs: number;
  /** The last of them, as a line for a person. */
  readonly detail: string;
}

/** What {@linkcode Refusals} needs. */
export interface RefusalsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Names of identities: of nobody else anything is kept. */
  readonly names: Iterable<string>;
}

/** The refusals of one process. Bounded by identities and codes. */
export class Refusals {
  /** How often each kind of refusal has happened; a kind that never has is absent. */
  readonly counts: Map<RejectionCode, number> = new Map();
  readonly #options: RefusalsOptions;
  readonly #byPeer: ReadonlyMap<string, Map<RejectionCode, RefusedFrom>>;

  /** Nothing has been refused. */
  constructor(options: RefusalsOptions) {
    this.#options = options;
    this.#byPeer = new Map(Array.from(options.names, (name) => [name, new Map()]));
  }

  /** Counts one, of something that a peer has sent. */
  add({ rejected, detail }: Rejection, peer: string): void {
    const { clock, log } = this.#options;
    this.counts.set(rejected, (this.counts.get(rejected) ?? 0) + 1);
    const known = this.#byPeer.get(peer);
    if (known !== undefined) {
      const count = (known.get(rejected)?.count ?? 0) + 1;
      known.set(rejected, { peer, code: rejected, count, lastMs: clock.elapsedMs(), detail });
    }
    log("debug", `refused a message: ${detail}`, { code: rejected, peer });
  }

  /** By whom, in the order of the configuration. */
  get from(): RefusedFrom[] {
    return [...this.#byPeer.values()].flatMap((codes) => [...codes.values()]);
  }
}
