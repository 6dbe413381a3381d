/**
 * Messages that have come and had to go, because too much waited or what they refer to did not come:
 * whoever sent them thinks that they are here, so they are asked for again.
 *
 * @module
 */

import type { Source } from "../core/inbox.ts";
import type { MessageId } from "../core/types.ts";
import type { Cancel, Clock } from "./clock.ts";
import type { Named } from "./envelopes.ts";
import type { Request } from "./lack.ts";
import { Turns } from "./turns.ts";

/** Messages of one peer that are remembered, the latest: what those before lack they bring along. */
const REMEMBERED_MAX = 1_024;

/** Pauses before a message is asked for again, in milliseconds: the first and the longest. */
const PAUSE_MS_MIN = 5_000;
const PAUSE_MS_MAX = 60_000;

/** Requests in a row without an answer after which a message is forgotten. */
const UNANSWERED_MAX = 3;

/** A message that had to go. */
interface Gone extends Named {
  /** Those who have sent it; never empty. */
  readonly sources: readonly Source[];
  /** How often it has been asked for. */
  requests: number;
  /** How often since it came last. */
  unanswered: number;
}

/** What {@linkcode Again} needs. */
export interface AgainOptions {
  /** For pauses. */
  readonly clock: Clock;
  /** Whether a message is here, and waits. */
  isHere(named: Named): boolean;
  /** Asks for what had to go, in the order in which it went. */
  ask(requests: readonly Request[]): void;
}

/** What had to go, of all peers. Bounded for each; what is remembered, forgotten or asked costs O(1). */
export class Again {
  readonly #options: AgainOptions;
  readonly #gone: Map<MessageId, Gone> = new Map();
  /** By the first who has sent them. */
  readonly #bySource: Map<Source, Set<MessageId>> = new Map();
  readonly #turns: Turns<Gone> = new Turns();
  #cancel: Cancel | undefined;
  #closed = false;

  /** Nothing has gone. */
  constructor(options: AgainOptions) {
    this.#options = options;
  }

  /** Whether a message has been asked for. */
  has(id: MessageId): boolean {
    return (this.#gone.get(id)?.requests ?? 0) > 0;
  }

  /** A message has had to go that these had sent. */
  remember({ instance, id }: Named, sources: readonly Source[]): void {
    const known = this.#gone.get(id);
    if (known !== undefined) {
      known.unanswered = 0;
      return;
    }
    const gone = { instance, id, sources, requests: 0, unanswered: 0 };
    const [first] = sources;
    const same = this.#bySource.get(first!) ?? new Set();
    this.#bySource.set(first!, same.add(id));
    this.#gone.set(id, gone);
    for (const oldest of same) {
      if (same.size <= REMEMBERED_MAX) break;
      this.forget(oldest);
    }
    this.#turns.set(gone, this.#options.clock.elapsedMs(), PAUSE_MS_MIN);
    this.#watch();
  }

  /** A message is in the ledger, or will never be. */
  forget(id: MessageId): void {
    const gone = this.#gone.get(id);
    if (gone === undefined) return;
    this.#gone.delete(id);
    this.#turns.delete(gone);
    const same = this.#bySource.get(gone.sources[0]!)!;
    same.delete(id);
    if (same.size === 0) this.#bySource.delete(gone.sources[0]!);
  }

  /** Asks for nothing any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #watch(): void {
    if (this.#cancel !== undefined || this.#gone.size === 0 || this.#closed) return;
    this.#cancel = this.#options.clock.after(PAUSE_MS_MIN, () => {
      this.#cancel = undefined;
      const due = this.#turns.due(this.#options.clock.elapsedMs());
      const requests = due.flatMap((gone) => this.#takeTurn(gone));
      if (requests.length > 0) this.#options.ask(requests);
      this.#watch();
    });
  }

  /** What waits again may have to go again. */
  #takeTurn(gone: Gone): Request[] {
    const { instance, id, sources } = gone;
    const isHere = this.#options.isHere(gone);
    if (isHere) gone.unanswered = 0;
    if (gone.unanswered >= UNANSWERED_MAX) {
      this.forget(id);
      return [];
    }
    const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** Math.min(16, gone.requests + 1));
    this.#turns.set(gone, this.#options.clock.elapsedMs(), pauseMs);
    if (isHere) return [];
    gone.requests++;
    gone.unanswered++;
    return [{ kind: "message", instance, id, sources }];
  }
}
