import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { type Inbox, newInbox, release, wait } from "../../lib/core/inbox.ts";
import type { AcceptorMessage, MessageId } from "../../lib/core/types.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { inventedId } from "../node/harness.ts";

const NOW = { seconds: 1_000, nanos: 0 };

function message(name: string, refs: readonly MessageId[]): AcceptorMessage {
  const sorted = [...new Set(refs)].toSorted();
  return { kind: "acceptor", id: inventedId(name), signer: 0, prev: undefined, refs: sorted };
}

/** A process that lacks things, and one peer that has them all. */
class Behind {
  readonly inbox: Inbox = newInbox();
  readonly known: Set<MessageId> = new Set();
  readonly #limits;

  constructor(inboxRefsPerPeerMax: number) {
    this.#limits = { inboxRefsPerPeerMax, inboxWaitMsMax: 60_000 };
  }

  /** The peer sends something. */
  take(message: AcceptorMessage): void {
    if (this.known.has(message.id)) return;
    const missing = message.refs.filter((id) => !this.known.has(id));
    if (missing.length === 0) this.#deliver(message);
    else wait(this.inbox, this.#limits, message, missing, "peer", NOW);
    this.#check();
  }

  /** What is to be asked for. */
  get wanted(): MessageId[] {
    const { waiting, waitingFor } = this.inbox;
    return [...waitingFor.keys().filter((id) => !waiting.has(id))];
  }

  #deliver({ id }: AcceptorMessage): void {
    this.known.add(id);
    for (const { message } of release(this.inbox, id)) this.#deliver(message);
  }

  #check(): void {
    const { waiting, waitingFor, spare, exposed, used } = this.inbox;
    const cost = waiting.values().reduce((sum, { message }) => sum + 1 + message.refs.length, 0);
    assertEquals(used.get("peer") ?? 0, cost);
    assertLessOrEqual(cost, this.#limits.inboxRefsPerPeerMax);
    const mayGo = [...waiting.keys().filter((id) => !waitingFor.has(id))].toSorted();
    const places = [...spare.get("peer") ?? [], ...exposed.get("peer") ?? []].toSorted();
    assertEquals(places, mayGo);
  }
}

Deno.test("the way down to what is known is not given up for what comes on top", () => {
  // Room for four messages, and between a request and its answer eight more come.
  const behind = new Behind(8);
  const chain = [message("0", [inventedId("a 1a that is known")])];
  behind.known.add(chain[0]!.refs[0]!);
  const grow = () => {
    const next = message(`${chain.length}`, [chain.at(-1)!.id]);
    chain.push(next);
    return next;
  };
  while (chain.length < 30) grow();
  const byId = new Map(chain.map((each) => [each.id, each]));
  let rounds = 0;
  for (; behind.known.size === 1 && rounds < 100; rounds++) {
    const { wanted } = behind;
    for (let i = 0; i < 8; i++) {
      const top = grow();
      byId.set(top.id, top);
      behind.take(top);
    }
    for (const id of wanted) behind.take(byId.get(id)!);
  }
  assertLessOrEqual(rounds, 32, "never gets down to what it could deliver");
});

Deno.test("whatever comes in whatever order, asking for what is missing gets further", () => {
  for (let seed = 0; seed < 40; seed++) {
    const prng = makePrng(seed);
    const messages: AcceptorMessage[] = [];
    for (let i = 0; i < 60; i++) {
      const recent = messages.slice(-8).map(({ id }) => id);
      messages.push(message(`${i}`, prng.shuffled(recent).slice(0, prng.between(1, 4))));
    }
    const byId = new Map(messages.map((each) => [each.id, each]));
    const behind = new Behind(prng.between(5, 12));
    let rounds = 0;
    while (behind.known.size < messages.length) {
      const before = behind.known.size;
      // Of what it has not got it is sent something anew, as if that had had to go.
      const last = messages.findLast(({ id }) => !behind.known.has(id))!;
      behind.take(last);
      for (let down = 0; down <= messages.length && behind.known.size === before; down++) {
        const { wanted } = behind;
        for (let i = prng.between(0, 6); i > 0; i--) behind.take(prng.pick(messages)!);
        for (const id of wanted) behind.take(byId.get(id)!);
      }
      assert(behind.known.size > before, `seed ${seed}: stuck with ${before} of 60`);
      rounds++;
    }
    assertLessOrEqual(rounds, 60);
    assertEquals([behind.inbox.waiting.size, behind.inbox.used.size], [0, 0]);
  }
});

Deno.test("what something waits for does not give way to what nothing waits for", () => {
  const behind = new Behind(6);
  const low = message("low", [inventedId("missing")]);
  behind.take(message("high", [low.id]));
  behind.take(low);
  behind.take(message("spare", [inventedId("other")]));
  behind.take(message("newer", [inventedId("yet another")]));
  const names = ["low", "newer"].map(inventedId);
  assertEquals([...behind.inbox.waiting.keys()], [names[0], inventedId("spare"), names[1]]);
});
