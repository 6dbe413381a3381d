/**
 * Messages that have come and had to go, because too much waited or what they refer to did not come:
 * whoever sent them thinks that they are here, so they are asked for again, as soon as all they lacked
 * is here, or else after a while.
 *
 * @module
 */

import type { Source } from "../core/inbox.ts";
import type { MessageId } from "../core/types.ts";
import type { Cancel, Clock } from "./clock.ts";
import type { Named } from "./envelopes.ts";
import type { Request } from "./lack.ts";
import { Turns } from "./turns.ts";

/** Messages of one peer that are remembered, the latest, of those asked for and of others each. */
const REMEMBERED_MAX = 1_024;

/** Of one that lacked more than so many it is not remembered what they were. */
const LACKING_MAX = 64;

/** Asked for at once, when what they lacked comes: one after the other they need no room. */
const AT_ONCE_MAX = 256;

/** Pauses before a message is asked for again, in milliseconds: the first and the longest. */
const PAUSE_MS_MIN = 5_000;
const PAUSE_MS_MAX = 60_000;

/** Requests in a row without an answer after which a message is forgotten. */
const UNANSWERED_MAX = 3;

/** A message that has had to go. */
export interface Going extends Named {
  /** Those who have sent it; never empty. */
  readonly sources: readonly Source[];
  /** What it refers to and is not in the ledger. */
  readonly lacking: readonly MessageId[];
  /** Whether it had been asked for: others rest on it. */
  readonly wasAsked: boolean;
}

interface Gone extends Named {
  readonly sources: readonly Source[];
  /** Among which it is counted. */
  readonly place: string;
  /** What has to come first; undefined if that is not known. */
  readonly lacking: Set<MessageId> | undefined;
  /** How often it has been asked for. */
  requests: number;
  /** How often since it came last. */
  unanswered: number;
  /** When it was asked for last. */
  askedMs: number;
}

/** What {@linkcode Again} needs. */
export interface AgainOptions {
  /** For pauses. */
  readonly clock: Clock;
  /** Whether a message is here, and waits. */
  isHere(named: Named): boolean;
  /** Asks for what had to go, what others rest on first. */
  ask(requests: readonly Request[]): void;
}

/** What had to go, of all peers. Bounded for each; each message costs no more if many have gone. */
export class Again {
  readonly #options: AgainOptions;
  readonly #gone: Map<MessageId, Gone> = new Map();
  readonly #byPlace: Map<string, Set<MessageId>> = new Map();
  /** By what they lack. */
  readonly #above: Map<MessageId, Set<Gone>> = new Map();
  readonly #turns: Turns<Gone> = new Turns();
  /** What has come in this turn, and some lacked. */
  #come: MessageId[] = [];
  #cancel: Cancel | undefined;
  #cancelSoon: Cancel | undefined;
  #closed = false;

  /** Nothing has gone. */
  constructor(options: AgainOptions) {
    this.#options = options;
  }

  /** Whether a message has been asked for. */
  has(id: MessageId): boolean {
    return (this.#gone.get(id)?.requests ?? 0) > 0;
  }

  /** A message has had to go. */
  remember({ instance, id, sources, lacking, wasAsked }: Going): void {
    const known = this.#gone.get(id);
    if (known !== undefined) {
      known.unanswered = 0;
      return;
    }
    const place = `${wasAsked} ${sources[0]}`;
    const isKnown = lacking.length > 0 && lacking.length <= LACKING_MAX;
    const gone: Gone = {
      ...{ instance, id, sources, place, lacking: isKnown ? new Set(lacking) : undefined },
      ...{ requests: 0, unanswered: 0, askedMs: -Infinity },
    };
    this.#gone.set(id, gone);
    for (const lack of gone.lacking ?? []) addTo(this.#above, lack, gone);
    const same = addTo(this.#byPlace, place, id);
    for (const oldest of same) {
      if (same.size <= REMEMBERED_MAX) break;
      this.forget(oldest);
    }
    this.#turns.set(gone, this.#nowMs, PAUSE_MS_MIN);
    this.#watch();
  }

  /** A message is in the ledger: what lacked nothing else can be asked for. */
  arrived(id: MessageId): void {
    this.forget(id);
    if (!this.#above.has(id) || this.#closed) return;
    this.#come.push(id);
    this.#cancelSoon ??= this.#options.clock.after(0, () => {
      this.#cancelSoon = undefined;
      this.#askAbove(this.#come.splice(0));
    });
  }

  /** A message is in the ledger, or will never be. */
  forget(id: MessageId): void {
    const gone = this.#gone.get(id);
    if (gone === undefined) return;
    this.#gone.delete(id);
    this.#turns.delete(gone);
    for (const lack of gone.lacking ?? []) removeFrom(this.#above, lack, gone);
    removeFrom(this.#byPlace, gone.place, id);
  }

  /** Asks for nothing any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#cancelSoon?.();
  }

  get #nowMs(): number {
    return this.#options.clock.elapsedMs();
  }

  /** Those that lack nothing any more, and what lacks nothing but those, and so on. */
  #askAbove(come: readonly MessageId[]): void {
    for (const id of come) {
      const above = [...this.#above.get(id) ?? []];
      this.#above.delete(id);
      for (const { lacking } of above) lacking!.delete(id);
      const ready = above.filter(({ lacking }) => lacking!.size === 0);
      const coming = new Set<MessageId>();
      for (const gone of ready) {
        if (ready.length >= AT_ONCE_MAX) break;
        coming.add(gone.id);
        for (const next of this.#above.get(gone.id) ?? []) {
          if ([...next.lacking!].every((lack) => coming.has(lack))) ready.push(next);
        }
      }
      const due = ready.filter((gone) =>
        this.#nowMs - gone.askedMs >= PAUSE_MS_MIN && !this.#options.isHere(gone)
      );
      if (due.length > 0) this.#options.ask(due.map((gone) => this.#request(gone)));
    }
  }

  #watch(): void {
    if (this.#cancel !== undefined || this.#gone.size === 0 || this.#closed) return;
    this.#cancel = this.#options.clock.after(PAUSE_MS_MIN, () => {
      this.#cancel = undefined;
      const requests = this.#turns.due(this.#nowMs).flatMap((gone) => this.#takeTurn(gone));
      if (requests.length > 0) this.#options.ask(requests);
      this.#watch();
    });
  }

  /** What waits again may have to go again. */
  #takeTurn(gone: Gone): Request[] {
    const isHere = this.#options.isHere(gone);
    if (isHere) gone.unanswered = 0;
    if (gone.unanswered >= UNANSWERED_MAX) {
      this.forget(gone.id);
      return [];
    }
    const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** Math.min(16, gone.requests + 1));
    this.#turns.set(gone, this.#nowMs, pauseMs);
    return isHere ? [] : [this.#request(gone)];
  }

  #request(gone: Gone): Request {
    gone.requests++;
    gone.unanswered++;
    gone.askedMs = this.#nowMs;
    const { instance, id, sources } = gone;
    return { kind: "message", instance, id, sources };
  }
}

function addTo<K, V>(sets: Map<K, Set<V>>, key: K, value: V): Set<V> {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(value));
  return set;
}

function removeFrom<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
