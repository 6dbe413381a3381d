import { Fetcher, type FetcherOptions } from "../../lib/node/fetcher.ts";
import type { Cancel } from "../../lib/node/clock.ts";
import { FakeClock } from "./harness.ts";

/** How long a fetcher of {@linkcode makeFetcher} waits before it asks for what is referred to. */
export const DELAY_MS = 50;

/** Bounds on what it holds. */
export const HELD_LIMITS = { futureProposalsMax: 3, inboxWaitMsMax: 100 };

/** What is to happen when the turn is over happens at once. */
export class PromptClock extends FakeClock {
  override after(ms: number, callback: () => void): Cancel {
    if (ms > 0) return super.after(ms, callback);
    callback();
    return () => {};
  }
}

/** A fetcher in an empty world: nothing is known, and nothing waits, unless told otherwise. */
export function makeFetcher(clock: FakeClock, options: Partial<FetcherOptions>): Fetcher {
  return new Fetcher({
    ...{ clock, limits: HELD_LIMITS, delayMs: DELAY_MS },
    ...{
      isKnown: () => false,
      isMissing: () => false,
      isHere: () => false,
      mayRefer: () => true,
      ask: () => {},
    },
    ...options,
  });
}
