import { assertEquals } from "@std/assert";
import type { ValueHash } from "../../lib/core/types.ts";
import { DecisionBook, type DecisionRecord } from "../../lib/runtime/decision_book.ts";
import { inventedId, settled } from "./harness.ts";

function decision(instance: bigint): DecisionRecord {
  return {
    learner: "Eve",
    instance,
    ballot: { seconds: 1, nanos: 0, valueHash: inventedId("value") as string as ValueHash },
    proposal: inventedId("proposal"),
    value: undefined,
    signers: ["Alice"],
  };
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
function follow(book: DecisionBook, signal: AbortSignal, onlyNew = false) {
  const seen: bigint[] = [];
  const state = { seen, over: false };
  void (async () => {
    for await (const { instance } of book.follow(signal, onlyNew)) seen.push(instance);
    state.over = true;
  })();
  return state;
}

Deno.test("followers see all decisions, or only new ones, in order", async () => {
  const book = new DecisionBook();
  book.add(decision(1n));
  const { controller, signal, listeners } = watchedSignal();
  const all = follow(book, signal);
  const fresh = follow(book, signal, true);
  await settled();
  book.add(decision(2n));
  book.add(decision(3n));
  await settled();
  book.add(decision(4n));
  await settled();
  assertEquals(all.seen, [1n, 2n, 3n, 4n]);
  assertEquals(fresh.seen, [2n, 3n, 4n]);
  assertEquals([all.over, fresh.over], [false, false]);
  controller.abort();
  await settled();
  assertEquals([all.over, fresh.over], [true, true]);
  assertEquals(listeners.size, 0);
  book.add(decision(5n));
  await settled();
  assertEquals(all.seen.length, 4);
});

Deno.test("a follower that comes too late sees nothing", async () => {
  const book = new DecisionBook();
  book.add(decision(1n));
  const { controller, signal, listeners } = watchedSignal();
  controller.abort();
  const state = follow(book, signal);
  await settled();
  assertEquals(state, { seen: [], over: true });
  assertEquals(listeners.size, 0);
});

Deno.test("a follower that leaves by itself leaves nothing behind", async () => {
  const book = new DecisionBook();
  const { signal, listeners } = watchedSignal();
  for (let i = 0; i < 100; i++) {
    book.add(decision(BigInt(i)));
    for await (const _ of book.follow(signal)) break;
  }
  assertEquals(listeners.size, 0);
  const waiting = book.follow(signal, true);
  const next = waiting.next();
  const left = waiting.return(undefined);
  book.add(decision(100n));
  assertEquals((await next).value?.instance, 100n);
  await left;
  assertEquals(listeners.size, 0);
});

Deno.test("a slow follower misses nothing, and one that aborts between decisions stops", async () => {
  const book = new DecisionBook();
  const { controller, signal } = watchedSignal();
  const iterator = book.follow(signal);
  for (let i = 0; i < 10; i++) book.add(decision(BigInt(i)));
  assertEquals((await iterator.next()).value?.instance, 0n);
  assertEquals((await iterator.next()).value?.instance, 1n);
  controller.abort();
  assertEquals((await iterator.next()).done, true);
});
