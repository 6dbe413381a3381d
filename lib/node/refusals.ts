/**
 * What has been refused, counted by reason.
 *
 * @module
 */

import type { Rejection, RejectionCode } from "../core/rejection.ts";
import type { Logger } from "./logger.ts";

/** The refusals of one process. */
export class Refusals {
  /** How often each kind of refusal has happened; a kind that never has is absent. */
  readonly counts: Map<RejectionCode, number> = new Map();
  readonly #log: Logger;

  /** Nothing has been refused. */
  constructor(log: Logger) {
    this.#log = log;
  }

  /** Counts one, of something that a peer has sent. */
  add({ rejected, detail }: Rejection, peer: string): void {
    this.counts.set(rejected, (this.counts.get(rejected) ?? 0) + 1);
    this.#log("debug", `refused a message: ${detail}`, { code: rejected, peer });
  }
}
