/**
 * What several peers have waiting: whatever one of them sends, what waits on account of others stays,
 * and everything is counted.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { newAccounts } from "../../lib/core/accounts.ts";
import { expire, newInbox, release, wait } from "../../lib/core/inbox.ts";
import { type AcceptorMessage, addMs, type MessageId } from "../../lib/core/types.ts";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { disorderOf, miscounted } from "../../lib/sim/soundness.ts";
import { inventedId } from "../node/harness.ts";

const FLOODER = "a flooder";
const SOURCES = ["Alice", "Bob", FLOODER];
const BEGINNING = { seconds: 1_000, nanos: 0 };
const LIMITS = { inboxRefsPerPeerMax: 14, inboxWaitMsMax: 500 };

/** One inbox, and what may happen to it. */
class Stage {
  readonly #prng: Prng;
  readonly #accounts = newAccounts();
  readonly #inbox = newInbox(this.#accounts.inbox);
  readonly #messages: AcceptorMessage[] = [];
  readonly #known = new Set<MessageId>();
  readonly #held = new Map<MessageId, unknown>();
  /** What need not wait any more. */
  readonly #gone = new Set<MessageId>();

  constructor(seed: number) {
    this.#prng = makePrng(seed);
  }

  /** Something happens, by somebody. Returns what is wrong then. */
  step(step: number): string | undefined {
    const prng = this.#prng;
    const now = addMs(BEGINNING, 20 * step);
    const by = prng.chance(0.5) ? FLOODER : prng.pick(SOURCES)!;
    const others = this.#waitingFor((source) => source !== by);
    const dice = prng.below(10);
    if (dice < 6 || this.#messages.length < 4) {
      const message = prng.chance(0.4) ? prng.pick(this.#messages) ?? this.#make() : this.#make();
      const missing = message.refs.filter((id) => !this.#known.has(id));
      if (this.#known.has(message.id)) return undefined;
      if (missing.length === 0) this.#deliver(message.id);
      else wait(this.#inbox, LIMITS, message, missing, by, now);
    } else if (dice < 8) {
      this.#deliver(this.#lowest(prng.pick(this.#messages)!.id));
    } else if (dice === 8) {
      if (this.#held.size > 0 && prng.chance(0.5)) this.#held.clear();
      else for (const id of this.#inbox.waitingFor.keys().take(1)) this.#held.set(id, true);
    } else {
      const dropped = expire(this.#inbox, LIMITS, now, this.#held);
      for (const { message: { id } } of dropped) this.#gone.add(id);
    }
    const still = new Set(this.#waitingFor(() => true).map(({ key }) => key));
    const lost = others.find(({ id, key }) => !this.#gone.has(id) && !still.has(key));
    if (lost !== undefined) return `${lost.key} has gone because of ${by}`;
    const places = { inbox: this.#inbox, future: [], held: new Map() };
    return disorderOf(this.#inbox) ?? miscounted([places], this.#accounts);
  }

  #make(): AcceptorMessage {
    const recent = this.#messages.slice(-6).map(({ id }) => id);
    const unknown = inventedId(`unknown ${this.#prng.below(6)}`);
    const refs = this.#prng.shuffled([...recent, unknown])
      .slice(0, this.#prng.between(1, 3)).toSorted();
    const id = inventedId(this.#messages.length);
    const message = { kind: "acceptor" as const, id, signer: 0, prev: undefined, refs };
    this.#messages.push(message);
    return message;
  }

  #deliver(id: MessageId): void {
    this.#known.add(id);
    for (const { message } of release(this.#inbox, id)) {
      this.#gone.add(message.id);
      this.#deliver(message.id);
    }
  }

  /** The message itself if all that it refers to is known, or else what has to come first. */
  #lowest(id: MessageId): MessageId {
    const refs = this.#messages.find((each) => each.id === id)?.refs ?? [];
    const missing = refs.find((ref) => !this.#known.has(ref));
    return missing === undefined ? id : this.#lowest(missing);
  }

  #waitingFor(counts: (source: string) => boolean): { id: MessageId; key: string }[] {
    return [...this.#inbox.waiting.values()].flatMap(({ message: { id }, sources }) =>
      [...sources].filter(counts).map((source) => ({ id, key: `${id.slice(0, 8)} of ${source}` }))
    );
  }
}

Deno.test("inbox: whatever one peer sends, what others have sent goes on waiting, and all is counted", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const stage = new Stage(seed);
    for (let step = 0; step < 150; step++) {
      assertEquals(stage.step(step), undefined, `seed ${seed}, step ${step}`);
    }
  }
});
