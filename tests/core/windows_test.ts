/**
 * Windows that acceptors keep: whose they are, what waits for them, and what must not wait.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { newInstance, step } from "../../lib/core/instance.ts";
import type { Proposal } from "../../lib/core/types.ts";
import { mayIn, nextTurn, ownerOf } from "../../lib/core/windows.ts";
import { acceptorMessage, identify, proposalOf } from "../../lib/sim/ids.ts";
import { Acceptor, at, GRAPH, LIMITS, offer, RULE } from "./windows_stage.ts";

Deno.test("windows: the first is the first proposer's, then the rotation's in turn, then all others'", () => {
  const owners = Array.from({ length: 12 }, (_, index) => ownerOf(RULE, 7, index));
  assertEquals(owners, [7, 0, 1, 2, 3, "others", 0, 1, 2, 3, "others", 0]);
  const closed = { ...RULE, hasOthers: false };
  assertEquals([4, 5].map((index) => ownerOf(closed, 7, index)), [3, 0]);
  assert(
    mayIn(RULE, 0, 5, 8) && !mayIn(RULE, 0, 5, 0),
    "not the rotation's members in the open one",
  );
  assertEquals(nextTurn(RULE, 7, 7, 0), 0);
  assertEquals(nextTurn(RULE, 7, 7, 1), 5);
  assertEquals(nextTurn(RULE, 7, 2, 4), 8);
});

Deno.test("windows: a second proposer's 1a waits for its window, and does not tear the first's down", () => {
  const alice = new Acceptor();
  const first = offer(9, 0);
  alice.hear(1, first);
  assertEquals(alice.originMs, 1, "it begins when the first is delivered, whoever sent it");
  assertEquals(alice.signed.length, 1);
  const second = offer(2, 2);
  alice.hear(3, second);
  assertEquals([alice.knows(second), alice.signed.length, alice.refused], [false, 1, []]);
  // Window 3: from 600 ms after the origin.
  assertEquals(alice.wakeMs, 601);
  alice.tick(600);
  assert(!alice.knows(second));
  alice.tick(601);
  assert(alice.knows(second));
  assertEquals(alice.signed.length, 2);
  const off = new Acceptor("none");
  off.hear(1, first);
  off.hear(3, second);
  assertEquals(off.signed.length, 2, "without windows it is torn down");
});

Deno.test("windows: whoever was first has no more windows for it", () => {
  const alice = new Acceptor();
  const first = offer(7, 0);
  alice.hear(0, first);
  // Window 1 is proposer 0's, from 100 to 300 ms.
  alice.hear(150, offer(0, 150));
  assertEquals(alice.originMs, 0);
  alice.hear(160, first, offer(7, 160));
  assertEquals([alice.knows(offer(7, 160)), alice.signed.length], [false, 2]);
  // Nor in the next, which is proposer 1's.
  alice.tick(301);
  assertEquals(alice.knows(offer(7, 160)), false);
});

Deno.test("windows: the owner's pass, all of them, and what is below a ballot that is taken", () => {
  const alice = new Acceptor();
  alice.hear(10, offer(9, 10));
  alice.hear(20, offer(9, 12));
  assertEquals(alice.signed.length, 2, "the first proposer's window");
  const lower = offer(3, 11);
  alice.hear(30, lower);
  assertEquals([alice.knows(lower), alice.signed.length], [true, 2], "in nobody's way");
});

Deno.test("windows: of two that wait for the same window the higher is taken, and costs one vote", () => {
  const alice = new Acceptor();
  alice.hear(0, offer(9, 0));
  const [lower, higher] = [offer(7, 1), offer(8, 2)];
  alice.hear(3, lower!, higher!);
  assertEquals([alice.state.held.size, alice.signed.length], [2, 1]);
  // The window of all others.
  alice.tick(1_500);
  assertEquals([alice.knows(lower!), alice.knows(higher!), alice.signed.length], [true, true, 2]);
  assert(alice.signed[1]!.refs.includes(higher!.id));
});

Deno.test("windows: of each proposer the newest waits, and those for which something waits", () => {
  const alice = new Acceptor();
  alice.hear(0, offer(9, 0));
  const [old, mid, young] = [offer(2, 1), offer(2, 2), offer(2, 3)];
  alice.hear(5, mid!, young!);
  assertEquals(alice.refused, ["OVERTAKEN"]);
  alice.hear(5, old!);
  assertEquals(alice.refused, ["OVERTAKEN", "OVERTAKEN"]);
  assertEquals([...alice.state.held.keys()], [young!.id]);
  // Dave has taken the old one: it is asked for, comes again, and waits too.
  const dave = acceptorMessage(3, undefined, [old!.id]);
  alice.hear(6, dave);
  assertEquals(alice.requested, [old!.id]);
  alice.hear(7, old!);
  assertEquals([...alice.state.held.keys()].toSorted(), [old!.id, young!.id].toSorted());
  // They count as what waits for the clock does: three of one peer.
  alice.hear(8, offer(1, 4), offer(3, 5));
  assertEquals(alice.refused.slice(2), ["FUTURE_FULL"]);
});

Deno.test("windows: whatever has to go because of one 1a is refused, itself and others", () => {
  const alice = new Acceptor();
  alice.hear(0, offer(9, 0));
  const [old, mid, young] = [offer(2, 1), offer(2, 2), offer(2, 3)];
  // Dave has taken the old one, so it waits beside the young one until what he says has to go.
  alice.hear(5, old!, acceptorMessage(3, undefined, [old!.id]), young!);
  assertEquals([alice.refused, alice.state.held.size], [[], 2]);
  const missing = Array.from({ length: 99 }, (_, n) => proposalOf(offer(1, n).ballot).id);
  alice.hear(6, acceptorMessage(2, undefined, missing.toSorted()));
  assertEquals(alice.refused.splice(0), ["INBOX_FULL"]);
  alice.hear(7, mid!);
  assertEquals(alice.refused, ["OVERTAKEN", "OVERTAKEN"]);
  assertEquals([...alice.state.held.keys()], [young!.id]);
});

Deno.test("windows: one that waits goes on waiting if it comes again after the clock is set back", () => {
  const alice = new Acceptor();
  alice.hear(20_000, offer(9, 20_000));
  const held = offer(2, 20_001);
  const future = offer(9, 20_500);
  alice.hear(20_002, held, future);
  assertEquals([alice.state.held.size, alice.state.future.length], [1, 1]);
  alice.tick(0, true);
  alice.hear(1, held, future);
  assertEquals([alice.refused, alice.state.held.size, alice.state.future.length], [[], 1, 1]);
});

Deno.test("windows: what refers to a 1a that waits is neither asked for nor given up", () => {
  const alice = new Acceptor();
  alice.hear(0, offer(9, 0));
  // Window 6, of 0 again, from 2100 to 2800 ms; this is of the middle of it.
  alice.tick(2_450);
  const held = offer(2, 2_450);
  const dave = acceptorMessage(3, undefined, [held.id]);
  alice.hear(2_460, held, dave);
  assertEquals([alice.knows(held), alice.requested], [false, []]);
  assertEquals(alice.state.inbox.waiting.size, 1);
  // Far beyond the time that anything may wait for refs; the window after this is not the proposer's.
  const long = { ...RULE, windowMsMin: 10_000 };
  const slow = new Acceptor(long);
  slow.hear(0, offer(9, 0));
  slow.tick(10_100);
  const late = offer(2, 25_000);
  slow.tick(25_000);
  slow.hear(25_001, late, acceptorMessage(3, undefined, [late.id]));
  for (let ms = 25_500; ms < 29_900; ms += 400) slow.tick(ms);
  assertEquals([slow.state.inbox.waiting.size, slow.refused], [1, []]);
});

Deno.test("windows: what others took before a window began passes in it, nothing newer does", () => {
  const make = (ms: number) => {
    const alice = new Acceptor();
    alice.hear(0, offer(9, 0));
    alice.tick(2_110);
    const held = offer(2, ms);
    alice.hear(2_600, held);
    assert(!alice.knows(held), "nobody has taken it as far as is known");
    alice.hear(2_601, acceptorMessage(3, undefined, [held.id]));
    return alice.knows(held);
  };
  // Window 6 is from 2100 to 2800 ms: its first eighth ends at 2187.5.
  assertEquals([1_000, 2_099, 2_187, 2_188, 2_500].map(make), [true, true, true, false, false]);
});

Deno.test("windows: what was offered in its proposer's window passes later, what was not does not", () => {
  const passes = (proposer: number) => (ms: number) => {
    const alice = new Acceptor();
    alice.hear(0, offer(9, 0));
    // Window 6, of proposer 0, is from 2100 to 2800 ms.
    alice.tick(2_300);
    alice.hear(2_301, offer(proposer, ms));
    return alice.knows(offer(proposer, ms));
  };
  // Window 3 is from 600 to 1000 ms, and window 5, which is all others', from 1500 to 2100.
  assertEquals([599, 600, 999, 1_000].map(passes(2)), [false, true, true, false]);
  assertEquals([1_499, 1_500, 2_099, 2_100].map(passes(7)), [false, true, true, false]);
});

Deno.test("windows: what is late does not tear an owner's ballot down", () => {
  const alice = new Acceptor();
  alice.hear(0, offer(9, 0));
  alice.tick(2_275);
  // Window 6 is proposer 0's, and this is its first slot.
  alice.hear(2_276, offer(0, 2_275));
  const { length } = alice.signed;
  alice.hear(2_277, offer(2, 999), offer(7, 2_099));
  assertEquals([alice.knows(offer(2, 999)), alice.signed.length], [true, length]);
});

Deno.test("windows: two first proposers at once: the higher ballot wins where the lower leads nowhere", () => {
  const [low, high] = [offer(1, 0), offer(2, 1)];
  const make = (votes: readonly number[], ours: Proposal, other: Proposal) => {
    const alice = new Acceptor();
    alice.hear(5, ours);
    alice.hear(6, other);
    for (const signer of votes) alice.hear(7, acceptorMessage(signer, undefined, [other.id]));
    return alice.signed.length;
  };
  assertEquals(make([3], low, high), 1, "the other three are a quorum");
  assertEquals(make([2, 3], low, high), 3, "nobody can decide the lower one: a 1b and a 2a more");
  assertEquals(make([2, 3], high, low), 1, "the lower one is in nobody's way, and is not answered");
});

Deno.test("windows: when all have decided, nothing waits for a window any more", () => {
  const alice = new Acceptor();
  const first = offer(9, 0);
  const second = offer(2, 1);
  alice.hear(2, first, second);
  const ones = [1, 2, 3].map((signer) => acceptorMessage(signer, undefined, [first.id]));
  alice.hear(3, ...ones);
  const votes = [alice.signed[0]!, ...ones].map(({ id }) => id);
  const twos = [1, 2, 3].map((signer) =>
    acceptorMessage(signer, ones[signer - 1]!.id, votes.slice())
  );
  assertEquals(alice.refused, []);
  alice.hear(4, ...twos);
  assert(alice.state.learner.decisions[0]!.length > 0, "decided");
  assertEquals([alice.refused, alice.state.held.size], [["OVERTAKEN"], 0]);
  const { future, futureBytes } = alice.state.accounts;
  assertEquals([future.size, futureBytes.size], [0, 0]);
});

Deno.test("windows: after a restart they begin with the first ballot, but not long ago", () => {
  const begins = (ms: number, nowMs: number) => {
    const alice = new Acceptor();
    alice.restore(nowMs, offer(9, ms), offer(2, ms + 1));
    assert(alice.knows(offer(2, ms + 1)), "what was delivered once is not held");
    return alice.originMs;
  };
  assertEquals(begins(0, 20_000), 0);
  assertEquals(begins(-900_000, 20_000), -580_000, "a forged time would silence everybody");
  assertEquals(begins(30_000, 20_000), 20_000, "nor in the future");
});

Deno.test("windows: a clock set back does not leave them in the future", () => {
  const alice = new Acceptor();
  alice.hear(5_000, offer(9, 0));
  alice.tick(1_000, true);
  assertEquals(alice.originMs, 1_000);
});

Deno.test("windows: an observer holds nothing", () => {
  const context = { graph: GRAPH, limits: LIMITS, self: undefined, windows: RULE };
  const state = newInstance(context, identify);
  for (const message of [offer(9, 0), offer(2, 1), offer(3, 2)]) {
    step(context, state, { kind: "message", message, source: "", now: at(5) });
  }
  assertEquals([state.dag.size, state.held.size], [3, 0]);
});

Deno.test("windows: who has none, neither its own nor an open one, is told so, not looked for for ever", () => {
  const rule = { rotation: [0, 1], hasOthers: false, windowMsMin: 40 };
  assertEquals(nextTurn(rule, 2, 2, 0), 0);
  assertThrows(() => nextTurn(rule, 2, 2, 1), RangeError, "proposer 2 has no window");
  assertEquals(nextTurn({ ...rule, hasOthers: true }, 0, 2, 1), 3);
});
