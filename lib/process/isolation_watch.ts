/**
 * Notices that nobody is reached, and an address at which nobody can reach us.
 *
 * @module
 */

import { formatHostPort, type HostPort, isLoopback } from "../config/addresses.ts";
import { listNames } from "../wire/names.ts";
import type { Cancel, Clock } from "../node/clock.ts";
import type { Identity } from "../config/configuration.ts";
import type { Logger } from "../node/logger.ts";
import type { Peers } from "./peers.ts";

/** How long nobody may be reached before it is said, in milliseconds. */
export const ISOLATED_MS = 60_000;

/** How often that is looked at, in milliseconds. */
const LOOK_MS = 10_000;

/**
 * A warning if we listen where only this machine can reach us, while others are elsewhere; undefined
 * if not. Debian's installer, for one, gives a machine's own name the address 127.0.1.1.
 *
 * @param listens The address that the system has bound, not a name.
 */
export function loopbackWarning(
  listens: HostPort,
  self: Identity,
  acceptors: readonly Identity[],
): string | undefined {
  if (!isLoopback(listens.host)) return undefined;
  const away = acceptors.filter(({ host }) => host !== self.host && !isLoopback(host));
  if (away.length === 0) return undefined;
  const where = away.map(({ name, host }) => `${name} (${host})`);
  return `listens on ${formatHostPort(listens)}, which only this machine can reach, while others ` +
    `are elsewhere: ${listNames(where, 3)}; set "listen": "0.0.0.0:${listens.port}"`;
}

/** Says once, each time, that no acceptor has been reached for a minute. */
export class IsolationWatch {
  readonly #peers: Pick<Peers, "connectedCount" | "status">;
  readonly #clock: Clock;
  readonly #log: Logger;
  #sinceMs: number;
  #said = false;
  #cancel: Cancel = () => {};

  /** Begins to watch. */
  constructor(peers: Pick<Peers, "connectedCount" | "status">, clock: Clock, log: Logger) {
    this.#peers = peers;
    this.#clock = clock;
    this.#log = log;
    this.#sinceMs = clock.elapsedMs();
    this.#schedule();
  }

  /** Watches no more. */
  close(): void {
    this.#cancel();
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(LOOK_MS, () => {
      // First, since whoever is told may close it.
      this.#schedule();
      this.#look();
    });
  }

  #look(): void {
    const nowMs = this.#clock.elapsedMs();
    const missing = this.#peers.status().filter(({ connected }) => !connected);
    if (this.#peers.connectedCount > 0 || missing.length === 0) {
      this.#sinceMs = nowMs;
      this.#said = false;
      return;
    }
    if (this.#said || nowMs - this.#sinceMs < ISOLATED_MS) return;
    this.#said = true;
    const why = missing.map(({ name, lastError }) => `${name} (${lastError})`);
    this.#log("warn", `no acceptor has been reached for a minute: ${listNames(why, 4)}`);
  }
}
