/**
 * The network of a world of the spoiler: it chooses how late messages are, within their bounds.
 *
 * @module
 */

import type { Message } from "../../core/types.ts";
import { scramble } from "../prng.ts";
import type { SpoilScenario } from "./scenario.ts";

/** Messages that the spoiler lets take as long as they may. Sets are of positions among the sites. */
export interface Lag {
  /** From whom. */
  readonly from: number;
  /** To whom. */
  readonly to: number;
  /** Which. */
  readonly what: "1a" | "acceptor" | "all";
  /** Whether all others are as fast as they can be, rather than as it happens. */
  readonly isRestFast: boolean;
}

/** As many lags hold at once; of more, the latest. */
export const LAGS_MAX = 3;

/** How long a message takes, in milliseconds. */
export function delayOf(
  { delayMs, delayMsMin, seed }: SpoilScenario,
  lags: readonly Lag[],
  message: Message,
  from: number,
  to: number,
): number {
  let isFast = false;
  for (const { from: senders, to: receivers, what, isRestFast } of lags) {
    const isLate = ((senders >> from) & (receivers >> to) & 1) === 1 &&
      (what === "all" || what === message.kind);
    if (isLate) return delayMs;
    isFast ||= isRestFast;
  }
  if (isFast) return delayMsMin;
  const number = parseInt(message.id, 36);
  const draw = scramble(seed ^ Math.imul(number * 31 + to * 7 + from, 0x9e3779b1));
  return delayMsMin + draw % (delayMs - delayMsMin + 1);
}
