/**
 * PROTOCOL section 3, what a message is and who is caught: Tran, Get1a, 1b and 2a, Caught, Con,
 * WellFormed.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { MessageId } from "../../lib/core/types.ts";
import { History } from "../oracle/builder.ts";
import { acceptorMessage } from "../../lib/sim/ids.ts";

function threeOfFour(): History {
  return new History({ acceptors: "A B C D", learners: { X: 3 }, agree: { "X X": 3 } });
}

function twoOfThree(): History {
  return new History({ acceptors: "A B C", learners: { X: 2 }, agree: { "X X": 2 } });
}

Deno.test("Tran(x): x and everything it refers to, transitively", () => {
  const h = threeOfFour();
  const p = h.propose(1, "red");
  const a = h.send("A", p);
  const b = h.send("B", p);
  const q = h.propose(2, "green");
  const c = h.send("C", a, q);
  assertEquals(new Set(h.oracle.tran(c)), new Set([c, a, p, q]));
  assertEquals(h.oracle.tran(c).has(b), false);
});

Deno.test("Get1a(x): the 1a of highest ballot in Tran(x); b(x), V(x)", () => {
  const h = threeOfFour();
  const p = h.propose(1, "red");
  const q = h.propose(2, "green");
  const a = h.send("A", q);
  assertEquals(h.facts(p).value, "red");
  const b = h.send("B", p, q);
  assertEquals([h.facts(b).time, h.facts(b).value], [2, "green"]);
  const late = h.propose(3, "blue");
  const c = h.send("C", a, late);
  assertEquals([h.facts(c).time, h.facts(c).value], [3, "blue"]);
});

Deno.test("ballots: timestamp first, then value hash", () => {
  const h = threeOfFour();
  const [one, two] = [h.propose(1, "red"), h.propose(1, "green")];
  const [low, high] = one.ballot.valueHash < two.ballot.valueHash ? [one, two] : [two, one];
  const a = h.send("A", low);
  const b = h.send("B", a, high);
  assertEquals(h.facts(b).value, h.facts(high).value);
  assertEquals(h.refused("C", b, low), "BAD_2A", "the lower of one time is not the highest");
});

Deno.test("1b: refers directly to Get1a(x)", () => {
  const h = threeOfFour();
  const p = h.propose(1, "red");
  const a = h.send("A", p);
  assertEquals(h.facts(a).kind, "1b");
  const q = h.propose(2, "green");
  assertEquals(h.facts(h.send("B", a, p, q)).kind, "1b", "and to others");
});

Deno.test("2a: any other acceptor message must qualify as one", () => {
  const h = twoOfThree();
  const p = h.propose(1, "red");
  const a = h.send("A", p);
  const b = h.send("B", p);
  assertEquals(h.refused("A"), "BAD_2A", "one fresh 1b is no quorum");
  assertEquals(h.facts(h.send("A", b)).kind, "2a");
  const q = h.propose(2, "green");
  const c = h.send("C", q);
  assertEquals(h.refused("B", c, p), "BAD_2A", "p is not the highest: no 1b");
  assertEquals(h.refused("C", a, b), "BAD_2A", "the 1bs of a lower ballot are none of this");
});

Deno.test("Caught(x): two messages of one signer, neither in the other's Tran", () => {
  const h = threeOfFour();
  const p = h.propose(1, "red");
  const q = h.propose(2, "green");
  const one = h.send("A", p);
  const two = h.sendAfter(undefined, "A", q);
  assertEquals(h.facts(two).caught, "");
  const b = h.send("B", one, q);
  assertEquals(h.facts(b).caught, "", "B has seen one of the two");
  const late = h.propose(3, "blue");
  const c = h.send("C", two, b, late);
  assertEquals(h.facts(c).caught, "A");
  const later = h.propose(4, "blue");
  assertEquals(h.facts(h.send("D", c, later)).caught, "A", "by way of C's message, too");
});

Deno.test("Caught(x): not the signer of a chain, however long", () => {
  const h = threeOfFour();
  const p = h.propose(1, "red");
  const { twoAs } = h.round(p, "A B C");
  const d = h.send("D", ...twoAs, h.propose(2, "green"));
  assertEquals(h.facts(d).caught, "");
});

Deno.test("Caught(x): the branches may part long ago and go on long (HP2: equal prev)", () => {
  const h = threeOfFour();
  const first = h.send("A", h.propose(1, "red"));
  const [one, two] = [h.propose(2, "red"), h.propose(2, "green")];
  h.sendAfter(first, "A", one);
  const left = h.send("A", h.propose(3, "red"));
  h.sendAfter(first, "A", two);
  const right = h.send("A", h.propose(3, "green"));
  const b = h.send("B", left, right, h.propose(4, "blue"));
  assertEquals(h.facts(b).caught, "A");
  assertEquals(h.oracle.caughtByPrev(b), new Set([0]));
});

Deno.test("Con_a(x): a safe set of {a,b} in the closed graph without anybody in Caught(x)", () => {
  const h = new History({
    acceptors: "A B C D",
    learners: { X: 3, Y: 3, Z: 3 },
    agree: { "X Y": ["A B", "B C"], "Y Z": ["C D"] },
  });
  const p = h.propose(1, "red");
  const q = h.propose(2, "green");
  const clean = h.facts(h.send("B", p));
  assertEquals(clean.connected, { X: "X Y Z", Y: "X Y Z", Z: "X Y Z" });
  const caughtA = [h.send("A", p), h.sendAfter(undefined, "A", q)];
  const withA = h.facts(h.send("B", ...caughtA, h.propose(3, "red")));
  assertEquals(withA.caught, "A");
  assertEquals(withA.connected, { X: "X Y Z", Y: "X Y Z", Z: "X Y Z" }, "B C is left");
  const caughtD = [h.send("D", p), h.sendAfter(undefined, "D", q)];
  const withD = h.facts(h.send("B", ...caughtD, h.propose(4, "red")));
  assertEquals(withD.caught, "A D");
  assertEquals(
    withD.connected,
    { X: "X Y", Y: "X Y", Z: "" },
    "nobody is left to Z, itself included",
  );
});

Deno.test("WellFormed 1b: no other acceptor message in Tran(x) has ballot b(x)", () => {
  const h = threeOfFour();
  const p = h.propose(1, "red");
  const a = h.send("A", p);
  assertEquals(h.refused("B", a, p), "BAD_1B", "somebody else's");
  assertEquals(h.refused("A", p), "BAD_1B", "one's own");
  const q = h.propose(2, "green");
  assertEquals(h.facts(h.send("B", a, q)).kind, "1b", "of a lower ballot");
});

Deno.test("WellFormed 2a: a 2a for at least one learner", () => {
  const h = new History({
    acceptors: "A B C D",
    learners: { X: ["A B C D"], Y: ["A B"] },
    agree: { "X Y": ["A B"] },
  });
  const p = h.propose(1, "red");
  const [a, b, c] = ["A", "B", "C"].map((signer) => h.send(signer, p));
  assertEquals(h.refused("A", c!), "BAD_2A");
  assertEquals(h.facts(h.send("A", b!, c!)).learners2a, "Y");
  assertEquals(h.refused("D", a!, b!, c!), "BAD_2A", "D has sent no 1b of its own");
});

Deno.test("WellFormed 2a: for one not already served by the same signer in this ballot", () => {
  const h = new History({
    acceptors: "A B C D E",
    learners: { X: 2, Y: 4 },
    agree: { "X X": 5, "Y Y": 4 },
  });
  const p = h.propose(1, "red");
  const [, b, c, d, e] = ["A", "B", "C", "D", "E"].map((signer) => h.send(signer, p));
  assertEquals(h.facts(h.send("A", b!)).learners2a, "X");
  assertEquals(h.refused("A", c!), "REPEATED_2A", "an extra 1b changes nothing");
  assertEquals(h.facts(h.send("A", c!, d!)).learners2a, "X Y", "but now it serves Y, too");
  assertEquals(h.refused("A", e!), "REPEATED_2A");
  const q = h.propose(2, "red");
  const [, b2] = ["A", "B"].map((signer) => h.send(signer, q));
  assertEquals(h.facts(h.send("A", b2!)).learners2a, "X", "a new ballot, a new 2a");
});

Deno.test("WellFormed: prev is among refs", () => {
  const h = threeOfFour();
  const p = h.propose(1, "red");
  const a = h.send("A", p);
  const b = h.send("B", a, h.propose(2, "green"));
  const q = h.propose(3, "blue");
  assertEquals(h.refusedAs(h.draft(a, "A", [b, q])), "BAD_PREV", "only in the past of B's");
  assertEquals(h.refusedAs(h.draft(a, "A", [a, b, q])), undefined);
  const unknown = "0".repeat(64) as MessageId;
  assertEquals(h.refusedAs(acceptorMessage(3, unknown, [q.id])), "BAD_PREV");
});

Deno.test("WellFormed: prev is the latest message of the signer in Tran(x) - {x}", () => {
  const h = threeOfFour();
  const first = h.send("A", h.propose(1, "red"));
  const second = h.send("A", h.propose(2, "green"));
  const q = h.propose(3, "blue");
  assertEquals(h.refusedAs(h.draft(first, "A", [first, second, q])), "BAD_PREV");
  const b = h.send("B", second, q);
  const r = h.propose(4, "blue");
  assertEquals(h.refusedAs(h.draft(first, "A", [first, b, r])), "BAD_PREV", "the later is in Tran");
  assertEquals(h.refusedAs(h.draft(b, "A", [b, second, r])), "BAD_PREV", "somebody else's");
  assertEquals(h.refusedAs(h.draft(q, "A", [q, second, r])), "BAD_PREV", "a 1a");
  assertEquals(h.refusedAs(h.draft(second, "A", [second, b, r])), undefined);
});

Deno.test("WellFormed: all others are ancestors of prev", () => {
  const h = threeOfFour();
  const one = h.send("A", h.propose(1, "red"));
  const two = h.sendAfter(undefined, "A", h.propose(2, "green"));
  const q = h.propose(3, "blue");
  assertEquals(h.refusedAs(h.draft(one, "A", [one, two, q])), "BAD_PREV");
  assertEquals(h.refusedAs(h.draft(two, "A", [one, two, q])), "BAD_PREV");
  assertEquals(h.refusedAs(h.draft(two, "A", [two, q])), undefined, "hiding the other is possible");
});

Deno.test("WellFormed: no prev only if Tran(x) - {x} holds no message of the signer", () => {
  const h = threeOfFour();
  const a = h.send("A", h.propose(1, "red"));
  const b = h.send("B", a, h.propose(2, "green"));
  const q = h.propose(3, "blue");
  assertEquals(h.refusedAs(h.draft(undefined, "A", [a, q])), "BAD_PREV");
  assertEquals(h.refusedAs(h.draft(undefined, "A", [b, q])), "BAD_PREV");
  assertEquals(h.refusedAs(h.draft(undefined, "C", [b, q])), undefined);
});

Deno.test("WellFormed: a message without a 1a in its past has no ballot", () => {
  const h = threeOfFour();
  assertEquals(h.refusedAs(h.draft(undefined, "A", [])), "NO_BALLOT");
});
