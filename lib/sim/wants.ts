/**
 * What a simulated process lacks: asked of the peer whose message referred to it, then of the others
 * in turn.
 *
 * @module
 */

import type { InstanceState } from "../core/instance.ts";
import type { MessageId } from "../core/types.ts";

/** What is missing may be on its way for so long. */
const DELAY_MS = 20;

/** The next peer is asked after so long. */
const PAUSE_MS = 100;

interface Want {
  dueMs: number;
  first: number;
  asked: number;
}

/** See the module. Bounded by what may wait in the inbox. */
export class Wants {
  readonly #wants: Map<MessageId, Want> = new Map();
  /** Nothing is to be asked before. */
  #nextMs = Infinity;

  /** Whether a message is missing. */
  has(id: MessageId): boolean {
    return this.#wants.has(id);
  }

  /** These are missing; `source` is the number of a peer, as text. */
  add(ids: readonly MessageId[], source: string, nowMs: number): void {
    for (const id of ids) {
      const want = { dueMs: nowMs + DELAY_MS, first: Number(source), asked: 0 };
      if (this.#wants.has(id)) continue;
      this.#wants.set(id, want);
      this.#nextMs = Math.min(this.#nextMs, want.dueMs);
    }
  }

  /** This one has come. */
  delete(id: MessageId): void {
    this.#wants.delete(id);
  }

  /** What is to be asked now, and of whom. Forgets what nothing waits for any more. */
  due(
    nowMs: number,
    { inbox }: InstanceState,
    peers: readonly number[],
  ): { id: MessageId; peer: number }[] {
    const due: { id: MessageId; peer: number }[] = [];
    if (this.#nextMs > nowMs) return due;
    this.#nextMs = Infinity;
    for (const [id, want] of this.#wants) {
      if (!inbox.waitingFor.has(id)) {
        this.#wants.delete(id);
        continue;
      }
      if (want.dueMs <= nowMs) {
        want.dueMs = nowMs + PAUSE_MS;
        due.push({ id, peer: want.asked === 0 ? want.first : peers[want.asked % peers.length]! });
        want.asked++;
      }
      this.#nextMs = Math.min(this.#nextMs, want.dueMs);
    }
    return due;
  }

  /** Nothing is to be asked before; infinite if nothing is missing. */
  nextMs(): number {
    return this.#nextMs;
  }
}
