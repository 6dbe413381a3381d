/**
 * What this process lacks and whom to ask for it: first the peer whose message referred to it, then
 * the others in turn, with growing pauses.
 *
 * @module
 */

import type { Source } from "../core/inbox.ts";
import type { MessageId } from "../core/types.ts";
import type { Cancel, Clock } from "./clock.ts";

/** Longest pause between two requests for one message, in milliseconds. */
const PAUSE_MS_MAX = 5_000;

interface Want {
  readonly instance: bigint;
  kind: WantKind;
  readonly sources: Source[];
  asked: number;
  askAtMs: number;
}

/** A message, or the value of a 1a. */
export type WantKind = "message" | "value";

/** One request to make. */
export interface Request {
  /** Whether the message itself is missing, or only its value. */
  readonly kind: WantKind;
  /** The instance it belongs to, 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Of the message; of the 1a if its value is missing. */
  readonly id: MessageId;
  /** Those who should have it, the next to ask first. */
  readonly sources: readonly Source[];
}

/** What {@linkcode Wants} needs of the node. */
export interface WantsHost {
  stillMissing(kind: WantKind, instance: bigint, id: MessageId): boolean;
  /** Whether a missing message is being fetched: then it is not asked for, as long as it is. */
  isOnItsWay(id: MessageId): boolean;
  ask(requests: readonly Request[]): void;
}

/** The open wants of one process. Bounded by what may wait in inboxes. */
export class Wants {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #host: WantsHost;
  readonly #wants: Map<MessageId, Want> = new Map();
  #cancel: Cancel | undefined;
  #closed = false;

  /** @param delayMs How long to wait for what may be on its way, before asking. */
  constructor(clock: Clock, delayMs: number, host: WantsHost) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#host = host;
  }

  /** Whether a message has been asked for, so that its sender must not be blamed for it. */
  hasAskedFor(id: MessageId): boolean {
    return (this.#wants.get(id)?.asked ?? 0) > 0;
  }

  /**
   * Notes that something is missing that `source` should have. Of a 1a that has come since it was
   * asked for, only the value can be missing.
   */
  note(kind: WantKind, instance: bigint, id: MessageId, source: Source): void {
    const want = this.#wants.get(id);
    if (want === undefined) {
      const askAtMs = this.#clock.elapsedMs() + this.#delayMs;
      this.#wants.set(id, { instance, kind, sources: [source], asked: 0, askAtMs });
      this.#watch();
      return;
    }
    if (kind === "value") want.kind = kind;
    if (!want.sources.includes(source)) want.sources.push(source);
  }

  /** Forgets what has arrived. */
  satisfied(id: MessageId): void {
    this.#wants.delete(id);
  }

  /** Asks for nothing any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #watch(): void {
    if (this.#cancel !== undefined || this.#wants.size === 0 || this.#closed) return;
    this.#cancel = this.#clock.after(this.#delayMs, () => {
      this.#cancel = undefined;
      const requests = this.#due();
      if (requests.length > 0) this.#host.ask(requests);
      this.#watch();
    });
  }

  /** Of a 1a whose value has not come in time, the 1a itself may be missing again. */
  #isMissing(id: MessageId, want: Want): boolean {
    const { kind, instance } = want;
    if (this.#host.stillMissing(kind, instance, id)) return true;
    want.kind = "message";
    return kind === "value" && this.#host.stillMissing(want.kind, instance, id);
  }

  /** The requests now due. What is not missing any more is forgotten. */
  #due(): Request[] {
    const nowMs = this.#clock.elapsedMs();
    const requests: Request[] = [];
    for (const [id, want] of this.#wants) {
      if (want.askAtMs > nowMs) continue;
      if (!this.#isMissing(id, want)) {
        this.#wants.delete(id);
        continue;
      }
      const { kind, instance, sources } = want;
      if (want.kind === "message" && this.#host.isOnItsWay(id)) {
        want.askAtMs = nowMs + this.#delayMs;
        continue;
      }
      const first = want.asked % sources.length;
      const order = [...sources.slice(first), ...sources.slice(0, first)];
      requests.push({ kind, instance, id, sources: order });
      want.asked++;
      want.askAtMs = nowMs + Math.min(PAUSE_MS_MAX, this.#delayMs * 2 ** Math.min(want.asked, 16));
    }
    return requests;
  }
}
