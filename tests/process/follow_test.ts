import { assertEquals, assertGreater } from "@std/assert";
import type { ValueHash } from "../../lib/core/types.ts";
import { DecisionBook } from "../../lib/node/decision_book.ts";
import { Ledger } from "../../lib/node/ledger.ts";
import { followDecisions, followDecisionsIn } from "../../lib/process/follow.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { inventedId, settled as handled } from "../node/harness.ts";

/** A follower tells what it is woken for a turn later. */
async function settled(): Promise<void> {
  await handled();
  await new Promise((resolve) => setImmediate(resolve));
  await handled();
}

/** A book and the ledger that it reads. */
function openBook() {
  const ledger = new Ledger(openMemoryJournal());
  const book = new DecisionBook(ledger);
  const valueHash = inventedId("value") as string as ValueHash;
  const decide = (instance: bigint) => {
    const ballot = { seconds: 1, nanos: 0, valueHash, proposer: 0 };
    const proposal = inventedId("proposal");
    ledger.decide({ learner: "Eve", instance, ballot, proposal, signers: ["Alice"] });
  };
  /** Decides as a node does: kept first, then told. */
  const add = (instance: bigint) => {
    decide(instance);
    ledger.flush(false);
    book.announce();
  };
  return { book, ledger, decide, add, valueHash };
}

/** An abort signal that counts who listens. */
function watchedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listeners.add(listener);
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listeners.delete(listener);
    remove(type, listener);
  };
  return { controller, signal, listeners };
}

/** Follows a book; what has been seen so far, and whether it is over. */
function watch(book: DecisionBook, signal: AbortSignal, skipped = 0) {
  const seen: bigint[] = [];
  const state = { seen, over: false };
  void (async () => {
    for await (const { instance } of followDecisions(book, signal, skipped)) seen.push(instance);
    state.over = true;
  })();
  return state;
}

Deno.test("followers see all decisions, or only new ones, in order", async () => {
  const { book, add } = openBook();
  add(1n);
  const { controller, signal, listeners } = watchedSignal();
  const all = watch(book, signal);
  const fresh = watch(book, signal, book.count);
  await settled();
  add(2n);
  add(3n);
  await settled();
  add(4n);
  await settled();
  assertEquals(all.seen, [1n, 2n, 3n, 4n]);
  assertEquals(fresh.seen, [2n, 3n, 4n]);
  assertEquals([all.over, fresh.over], [false, false]);
  controller.abort();
  await settled();
  assertEquals([all.over, fresh.over], [true, true]);
  assertEquals(listeners.size, 0);
  add(5n);
  await settled();
  assertEquals(all.seen.length, 4);
});

Deno.test("a follower of thousands of decisions leaves everybody else their turns", async () => {
  const { book, ledger, decide } = openBook();
  const count = 5_000;
  for (let instance = 0; instance < count; instance++) decide(BigInt(instance));
  ledger.flush(false);
  const { controller, signal } = watchedSignal();
  const { seen } = watch(book, signal);
  let turns = 0;
  while (seen.length < count) {
    await handled();
    turns++;
  }
  assertGreater(turns, count / 100);
  controller.abort();
  await handled();
});

Deno.test("a follower that comes too late sees nothing", async () => {
  const { book, add } = openBook();
  add(1n);
  const { controller, signal, listeners } = watchedSignal();
  controller.abort();
  const state = watch(book, signal);
  await settled();
  assertEquals(state, { seen: [], over: true });
  assertEquals(listeners.size, 0);
});

Deno.test("a follower that leaves by itself leaves nothing behind", async () => {
  const { book, add } = openBook();
  const { signal, listeners } = watchedSignal();
  for (let i = 0; i < 100; i++) {
    add(BigInt(i));
    for await (const _ of followDecisions(book, signal)) break;
  }
  assertEquals(listeners.size, 0);
  const waiting = followDecisions(book, signal, book.count);
  const next = waiting.next();
  const left = waiting.return(undefined);
  add(100n);
  assertEquals((await next).value?.instance, 100n);
  await left;
  assertEquals(listeners.size, 0);
});

Deno.test("a slow follower misses nothing, and one that aborts between decisions stops", async () => {
  const { book, add } = openBook();
  const { controller, signal } = watchedSignal();
  const iterator = followDecisions(book, signal);
  for (let i = 0; i < 10; i++) add(BigInt(i));
  assertEquals((await iterator.next()).value?.instance, 0n);
  assertEquals((await iterator.next()).value?.instance, 1n);
  controller.abort();
  assertEquals((await iterator.next()).done, true);
});

Deno.test("what is not kept yet is not told, and thousands are told in order", async () => {
  const { book, ledger, decide } = openBook();
  const { controller, signal } = watchedSignal();
  const state = watch(book, signal);
  for (let i = 0; i < 1_000; i++) decide(BigInt(i));
  book.announce();
  await settled();
  assertEquals([state.seen.length, book.count, book.newest(5)], [0, 0, []]);
  ledger.flush(true);
  book.announce();
  while (state.seen.length < 1_000) await settled();
  assertEquals(state.seen, Array.from({ length: 1_000 }, (_, i) => BigInt(i)));
  assertEquals(book.newest(2).map(({ instance }) => instance), [998n, 999n]);
  assertEquals(book.newest(5_000).length, 1_000);
  controller.abort();
  await settled();
});

Deno.test("a decision is told with its value, if that is here", async () => {
  const { book, ledger, add, valueHash } = openBook();
  const { signal } = watchedSignal();
  add(1n);
  const before = await followDecisions(book, signal).next();
  assertEquals(before.value?.value, undefined);
  ledger.putValue(valueHash, new Uint8Array([7]));
  const after = await followDecisions(book, signal).next();
  assertEquals(after.value?.value, new Uint8Array([7]));
  assertEquals(book.newest(1)[0]?.value, new Uint8Array([7]));
});

/** A book with `decided` decisions, whose journal counts the decisions that it hands out. */
function countedBook(decided: number) {
  const journal = openMemoryJournal();
  let handedOut = 0;
  const counted = new Proxy(journal, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, args);
        if (Array.isArray(result) && /^decisions/.test(String(name))) handedOut += result.length;
        return result;
      };
    },
  });
  const ledger = new Ledger(counted);
  const book = new DecisionBook(ledger);
  const add = (instance: bigint, learner = "Eve") => {
    const ballot = {
      seconds: 1,
      nanos: 0,
      valueHash: inventedId("v") as string as ValueHash,
      proposer: 0,
    };
    const proposal = inventedId("proposal");
    ledger.decide({ learner, instance, ballot, proposal, signers: ["Alice"] });
    ledger.flush(false);
    book.announce();
  };
  for (let instance = 0n; instance < decided; instance++) add(instance);
  return { book, add, handedOut: () => handedOut };
}

Deno.test("one instance is found at the same cost among ten as among five thousand", async () => {
  const costs: number[] = [];
  for (const decided of [10, 5_000]) {
    const { book, add, handedOut } = countedBook(decided);
    const { controller, signal, listeners } = watchedSignal();
    const seen: string[] = [];
    const over = (async () => {
      const wanted = [7n, 9_999_999n];
      for await (const { instance, learner } of followDecisionsIn(book, wanted, signal)) {
        seen.push(`${instance} ${learner}`);
      }
    })();
    await settled();
    assertEquals(seen, ["7 Eve"]);
    costs.push(handedOut());
    // What comes later is seen too, once, and what is of no interest is not.
    add(9_999_998n);
    add(7n, "Fay");
    add(9_999_999n);
    await settled();
    assertEquals(seen, ["7 Eve", "7 Fay", "9999999 Eve"]);
    controller.abort();
    await over;
    assertEquals(listeners.size, 0);
  }
  assertEquals(costs, [1, 1]);
});

Deno.test("who follows an instance may leave out what is known already", async () => {
  const { book, add } = countedBook(3);
  const { controller, signal } = watchedSignal();
  const seen: bigint[] = [];
  const over = (async () => {
    for await (const { instance } of followDecisionsIn(book, [1n, 5n], signal, true)) {
      seen.push(instance);
    }
  })();
  await settled();
  add(5n);
  await settled();
  controller.abort();
  await over;
  assertEquals(seen, [5n]);
});

Deno.test("who follows from the start begins at the first decision that is not forgotten", async () => {
  const { ledger: before, add: decideBefore } = openBook();
  for (const instance of [0n, 1n, 2n]) decideBefore(instance);
  const { journal } = before;
  journal.forget(2n, 100);
  // Nothing of it is in memory any more.
  const ledger = new Ledger(journal);
  const book = new DecisionBook(ledger);
  const { controller, signal } = watchedSignal();
  const { seen } = watch(book, signal);
  await settled();
  assertEquals(seen, [2n]);
  assertEquals([book.first, book.count], [2, 3]);
  controller.abort();
  await settled();
});
