import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { MessageId } from "../../lib/core/types.ts";
import type { Named } from "../../lib/node/envelopes.ts";
import type { Fetcher, Supplier } from "../../lib/node/fetcher.ts";
import { makeFetcher, PromptClock } from "./fetcher_stage.ts";
import { inventedId } from "./harness.ts";

const PATIENCE_MS = 5_000;

/** A fetcher, and what is in its log. */
class Stage {
  readonly clock = new PromptClock();
  readonly known: Set<MessageId> = new Set();
  readonly fetcher: Fetcher = makeFetcher(this.clock, {
    isKnown: ({ id }) => this.known.has(id),
  });

  /** A supplier that notes what it is asked for. */
  supplier(
    peer = "a peer",
  ): Supplier & {
    readonly asked: MessageId[];
    readonly taken: number[];
    readonly incomplete: number[];
  } {
    const asked: MessageId[] = [];
    const taken: number[] = [];
    const incomplete: number[] = [];
    return {
      peer,
      incomplete,
      asked,
      taken,
      fetch: (named) => asked.push(...named.map(({ id }) => id)),
      tookIn: (position, isAllHere) => {
        taken.push(position);
        if (!isAllHere) incomplete.push(position);
      },
    };
  }

  arrive(...ids: MessageId[]): void {
    for (const id of ids) {
      this.known.add(id);
      this.fetcher.arrived(id);
    }
  }
}

function ids(from: number, to: number): MessageId[] {
  return Array.from({ length: to - from }, (_, i) => inventedId(from + i));
}

function named(all: readonly MessageId[]): Named[] {
  return all.map((id) => ({ instance: 1n, id }));
}

Deno.test("what two offer is fetched from one, and both are told when it is here", () => {
  const stage = new Stage();
  const [a, b] = [stage.supplier(), stage.supplier()];
  stage.arrive(...ids(0, 2));
  stage.fetcher.offered(a, named(ids(0, 5)), 10);
  stage.fetcher.offered(b, named(ids(3, 8)), 20);
  assertEquals([a.asked, b.asked], [ids(2, 5), ids(5, 8)]);
  assert(stage.fetcher.isWanted(inventedId(4), 1n));
  stage.arrive(...ids(2, 5));
  assertEquals([a.taken, b.taken], [[10], []]);
  stage.arrive(...ids(5, 8));
  assertEquals([a.taken, b.taken], [[10], [20]]);
  assert(!stage.fetcher.isWanted(inventedId(4), 1n));
});

Deno.test("a stretch of which everything is here is taken at once", () => {
  const stage = new Stage();
  const a = stage.supplier();
  stage.arrive(...ids(0, 3));
  stage.fetcher.offered(a, named(ids(0, 3)), 3);
  stage.fetcher.offered(a, [], 9);
  assertEquals([a.asked, a.taken, stage.clock.pending], [[], [3, 9], 0]);
});

Deno.test("what a supplier has not brought when it dies is fetched from another", () => {
  const stage = new Stage();
  const [a, b] = [stage.supplier(), stage.supplier()];
  stage.fetcher.offered(a, named(ids(0, 6)), 6);
  stage.fetcher.offered(b, named(ids(2, 8)), 8);
  stage.arrive(...ids(0, 3));
  stage.fetcher.lost(a);
  assertEquals(b.asked, [...ids(6, 8), ...ids(3, 6)]);
  stage.arrive(...ids(3, 8));
  assertEquals([a.taken, b.taken], [[], [8]]);
  stage.fetcher.lost(b);
  assert(!ids(0, 8).some((id) => stage.fetcher.isWanted(id, 1n)));
});

Deno.test("one that never supplies holds nobody up for long, and is asked but once", async () => {
  const stage = new Stage();
  const [bad, good] = [stage.supplier(), stage.supplier()];
  stage.fetcher.offered(bad, named(ids(0, 100)), 100);
  stage.fetcher.offered(good, named(ids(0, 100)), 50);
  assertEquals(good.asked, []);
  await stage.clock.advance(2 * PATIENCE_MS);
  assertEquals(good.asked, ids(0, 100));
  stage.arrive(...ids(0, 100));
  assertEquals([good.taken, bad.taken], [[50], [100]]);
  // What it alone has offered is neither asked for again nor given up: it may only be slow.
  stage.fetcher.offered(bad, named(ids(200, 300)), 200);
  await stage.clock.advance(600_000);
  assertEquals(bad.asked, [...ids(0, 100), ...ids(200, 300)]);
  stage.arrive(...ids(200, 300));
  assertEquals(bad.taken, [100, 200]);
  await stage.clock.advance(2 * PATIENCE_MS);
  assertEquals(stage.clock.pending, 0);
});

Deno.test("a slow supplier that was passed over is told too when all is here", async () => {
  const stage = new Stage();
  const [slow, other] = [stage.supplier(), stage.supplier()];
  stage.fetcher.offered(slow, named(ids(0, 10)), 10);
  stage.fetcher.offered(other, named(ids(0, 10)), 20);
  await stage.clock.advance(2 * PATIENCE_MS);
  stage.fetcher.lost(other);
  assertEquals(slow.asked.length, 20, "asked again, since there is nobody else");
  stage.arrive(...ids(0, 10));
  assertEquals([slow.taken, other.taken], [[10], []]);
});

Deno.test("what came but had to be refused is asked for again, of one after the other", async () => {
  const stage = new Stage();
  const [a, b] = [stage.supplier(), stage.supplier()];
  const [id] = ids(0, 1);
  stage.fetcher.offered(a, named([id!]), 1);
  stage.fetcher.offered(b, named([id!]), 1);
  for (let i = 0; i < 6; i++) {
    stage.fetcher.refused(id!, "RATE_LIMITED", "a peer");
    await stage.clock.advance(2 * PATIENCE_MS);
  }
  assert(a.asked.length >= 3 && b.asked.length >= 3, `${a.asked.length} and ${b.asked.length}`);
  assertLessOrEqual(a.asked.length + b.asked.length, 13);
  stage.arrive(id!);
  assertEquals([a.taken, b.taken], [[1], [1]]);
});

Deno.test("one that offers without waiting keeps no more than its last stretch", () => {
  const stage = new Stage();
  const a = stage.supplier();
  for (let i = 0; i < 100; i++) stage.fetcher.offered(a, named(ids(10 * i, 10 * i + 10)), i);
  assertEquals(ids(0, 990).filter((id) => stage.fetcher.isWanted(id, 1n)), []);
  stage.arrive(...ids(990, 1_000));
  assertEquals(a.taken, [99]);
});

Deno.test("nothing is fetched after the end", async () => {
  const stage = new Stage();
  const [a, b] = [stage.supplier(), stage.supplier()];
  stage.fetcher.offered(a, named(ids(0, 10)), 10);
  stage.fetcher.offered(b, named(ids(0, 10)), 10);
  stage.fetcher.close();
  await stage.clock.advance(60_000);
  assertEquals([b.asked, stage.clock.pending], [[], 0]);
});

Deno.test("one that brings a little all the time holds nobody up for long, nor a second time", async () => {
  const stage = new Stage();
  const [slow, good] = [stage.supplier(), stage.supplier()];
  const trickle = async (from: number) => {
    for (let i = 0; i < 11; i++) {
      await stage.clock.advance(2_000);
      stage.arrive(...ids(from + i, from + i + 1));
    }
  };
  stage.fetcher.offered(slow, named(ids(0, 1_000)), 1_000);
  stage.fetcher.offered(good, named(ids(0, 1_000)), 500);
  await trickle(0);
  assert(good.asked.length > 980, `${good.asked.length} asked of others`);
  stage.arrive(...ids(0, 1_000));
  good.asked.length = 0;
  // It has offered first again, but is known by now.
  stage.fetcher.offered(slow, named(ids(1_000, 2_000)), 2_000);
  stage.fetcher.offered(good, named(ids(1_000, 2_000)), 1_500);
  assertEquals(good.asked.length, 1_000);
  stage.arrive(...ids(1_000, 2_000));
  assertEquals([slow.taken, good.taken], [[1_000, 2_000], [500, 1_500]]);
  // Nobody else, and it brings all at once: it is trusted again.
  stage.fetcher.offered(slow, named(ids(2_000, 2_010)), 2_010);
  stage.arrive(...ids(2_000, 2_010));
  stage.fetcher.offered(slow, named(ids(3_000, 3_010)), 3_010);
  stage.fetcher.offered(good, named(ids(3_000, 3_010)), 1_510);
  assertEquals(good.asked.length, 1_000);
});

Deno.test("what is refused whoever sends it has been dealt with, but not taken in", () => {
  const stage = new Stage();
  const [a, b] = [stage.supplier("a"), stage.supplier("b")];
  stage.fetcher.offered(a, named(ids(0, 3)), 3);
  stage.fetcher.offered(b, named(ids(0, 3)), 9);
  stage.arrive(...ids(0, 2));
  stage.fetcher.refused(inventedId(2), "FAR_FUTURE", "a");
  assertEquals([a.taken, b.taken], [[3], [9]]);
  assertEquals([a.incomplete, b.incomplete], [[3], [9]]);
  assert(stage.fetcher.hasRefused(inventedId(2)));
});

Deno.test("a spoilt copy keeps nobody from getting a good one from others", () => {
  const stage = new Stage();
  const [bad, good] = [stage.supplier("bad"), stage.supplier("good")];
  stage.fetcher.offered(bad, named(ids(0, 1)), 1);
  stage.fetcher.offered(good, named(ids(0, 1)), 2);
  stage.fetcher.refused(inventedId(0), "BAD_SIGNATURE", "bad");
  assertEquals([bad.taken, good.taken, good.asked], [[1], [], ids(0, 1)]);
  stage.arrive(...ids(0, 1));
  assertEquals([good.taken, good.incomplete], [[2], []]);
});
