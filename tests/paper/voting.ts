/**
 * PROTOCOL section 3, who may vote for what: Buried, Con2as, fresh, q, 2a-for, Decision.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { BurialRule } from "../../lib/core/types.ts";
import { History } from "../oracle/builder.ts";

function threeOfFour(burial: BurialRule = "TECHNICAL_REPORT"): History {
  return new History({ acceptors: "A B C D", learners: { X: 3 }, agree: { "X X": 3 }, burial });
}

/** A is locked on red in ballot 1; B, C and D have sent 2as for green in ballot 2. */
function lockedAndOvertaken(burial: BurialRule) {
  const h = threeOfFour(burial);
  const red = h.propose(1, "red");
  const oneBs = ["A", "B", "C"].map((signer) => h.send(signer, red));
  const m = h.send("A", ...oneBs);
  const { twoAs } = h.round(h.propose(2, "green"), "B C D");
  return { h, m, twoAs };
}

Deno.test("Buried_b(m,y): no z, not buried, however many know m", () => {
  const h = threeOfFour();
  const { twoAs: [m] } = h.round(h.propose(1, "red"), "A B C");
  const p = h.propose(2, "green");
  const others = ["B", "C", "D"].map((signer) => h.send(signer, m!, p));
  const y = h.send("A", ...others, h.propose(3, "green"));
  assertEquals(h.buried("X", m!, y), false);
});

Deno.test("Buried_b(m,y), TR: a quorum's messages w with both m and z in Tran(w)", () => {
  const { h, m, twoAs } = lockedAndOvertaken("TECHNICAL_REPORT");
  const third = h.propose(3, "green");
  const a = h.send("A", ...twoAs, third);
  assertEquals(h.buried("X", m, a), false, "A alone knows both");
  const b = h.send("B", m, third);
  const fourth = h.propose(4, "green");
  const a2 = h.send("A", b, fourth);
  assertEquals(h.buried("X", m, a2), false, "A and B are no quorum");
  const c = h.send("C", m, third);
  const a3 = h.send("A", c, h.propose(5, "green"));
  assertEquals(h.buried("X", m, a3), true, "A, B and C are");
  const a4 = h.send("A", h.propose(6, "green"));
  assertEquals(h.buried("X", m, a4), true, "what is buried stays buried");
});

Deno.test("Buried_b(m,y), TR: signers who know z but not m do not count", () => {
  const { h, m, twoAs } = lockedAndOvertaken("TECHNICAL_REPORT");
  const third = h.propose(3, "green");
  const [b, c, d] = ["B", "C", "D"].map((signer) => h.send(signer, ...twoAs, third));
  const a = h.send("A", b!, c!, d!, h.propose(4, "green"));
  assertEquals(h.buried("X", m, a), false);
});

Deno.test("Buried_b(m,y), TR: y itself is one of the w", () => {
  const { h, m, twoAs } = lockedAndOvertaken("TECHNICAL_REPORT");
  const third = h.propose(3, "green");
  const b = h.send("B", m, third);
  const c = h.send("C", m, third);
  const a = h.send("A", ...twoAs, b, c, h.propose(4, "green"));
  assertEquals(h.buried("X", m, a), true, "with A's own message they are three");
});

Deno.test("Buried_b(m,y), HP2: one such z in Tran(y) is enough. Differs between the rules", () => {
  for (const burial of ["TECHNICAL_REPORT", "HP2"] as const) {
    const { h, m, twoAs: [z] } = lockedAndOvertaken(burial);
    const a = h.send("A", z!, h.propose(3, "green"));
    assertEquals(h.buried("X", m, a), burial === "HP2", burial);
    assertEquals(h.facts(a).fresh, burial === "HP2" ? "X" : "", burial);
  }
});

Deno.test("Buried_b(m,y): z has a higher ballot", () => {
  const h = threeOfFour("HP2");
  const red = h.propose(1, "red");
  const lower = ["B", "C", "D"].map((signer) => h.send(signer, red));
  const z = h.send("B", ...lower);
  const green = h.propose(2, "green");
  const m = h.send("A", ...["A", "C", "D"].map((signer) => h.send(signer, green)));
  const y = h.send("A", z, h.propose(3, "red"));
  assertEquals(h.buried("X", m, y), false, "the 2a for red is older");
  assertEquals(h.facts(y).fresh, "");
});

Deno.test("Buried_b(m,y): z has another value", () => {
  const h = threeOfFour("HP2");
  const { twoAs: [m] } = h.round(h.propose(1, "red"), "A B C");
  const { twoAs } = h.round(h.propose(2, "red"), "B C D");
  const y = h.send("A", ...twoAs, h.propose(3, "green"));
  assertEquals(h.buried("X", m!, y), false);
  assertEquals(h.facts(y).fresh, "");
});

Deno.test("Buried_b(m,y): any z will do, not only the highest", () => {
  const h = threeOfFour("HP2");
  const first = h.propose(1, "red");
  const m = h.send("A", ...["A", "B", "C"].map((signer) => h.send(signer, first)));
  const second = h.propose(2, "green");
  const z = h.send("D", ...["B", "C", "D"].map((signer) => h.send(signer, second)));
  const third = h.propose(3, "red");
  const higher = h.send("B", ...["A", "B", "C"].map((signer) => h.send(signer, third)));
  const y = h.send("A", higher, h.propose(4, "green"));
  assertEquals(h.buried("X", m, y), false, "the highest 2a has the value of m");
  const y2 = h.send("A", z, h.propose(5, "green"));
  assertEquals(h.buried("X", m, y2), true, "D's 2a is lower than that, but above m");
});

Deno.test("Buried_b(m,y): z is a 2a for the same learner b", () => {
  const h = new History({
    acceptors: "A B C D",
    learners: { X: ["A B"], Y: ["C D"] },
    agree: { "X X": 4, "Y Y": 4 },
    burial: "HP2",
  });
  const { twoAs: [m] } = h.round(h.propose(1, "red"), "A B");
  const { twoAs: [z] } = h.round(h.propose(2, "green"), "C D");
  assertEquals([h.facts(m!).learners2a, h.facts(z!).learners2a], ["X", "Y"]);
  const y = h.send("A", z!, h.propose(3, "green"));
  assertEquals(h.buried("X", m!, y), false);
});

Deno.test("Con2as_a(x): the signer's own 2as, not other acceptors'", () => {
  const h = threeOfFour();
  const { twoAs } = h.round(h.propose(1, "red"), "A B C");
  const d = h.send("D", ...twoAs, h.propose(2, "green"));
  assertEquals(h.facts(d).fresh, "X");
  assertEquals(h.oracle.con2as(0, d), []);
});

Deno.test("Con2as_a(x): 2as for any learner connected to a", () => {
  const h = new History({
    acceptors: "A B C D",
    learners: { X: 4, Y: 2, Z: 4 },
    agree: { "X Y": 3, "Z Z": 4 },
  });
  const { twoAs: [m] } = h.round(h.propose(1, "red"), "A B");
  assertEquals(h.facts(m!).learners2a, "Y");
  const x = h.send("A", h.propose(2, "green"));
  assertEquals(h.facts(x).fresh, "Z", "X must agree with Y, Z with neither");
  assertEquals([0, 1, 2].map((a) => h.oracle.con2as(a, x).length), [1, 1, 0]);
});

Deno.test("Con2as_a(x): not those for learners that the caught have disconnected", () => {
  const h = new History({
    acceptors: "A B C D",
    learners: { X: 4, Y: 2 },
    agree: { "X X": ["A B C"], "Y Y": ["A B C"], "X Y": ["A B C D"] },
  });
  const red = h.propose(1, "red");
  h.round(red, "A B");
  const forked = [h.send("D", red), h.sendAfter(undefined, "D", h.propose(2, "green"))];
  const x = h.send("A", ...forked, h.propose(3, "green"));
  assertEquals(h.facts(x).connected, { X: "X", Y: "Y" });
  assertEquals(h.facts(x).fresh, "X", "A's 2a for Y binds it for Y alone");
});

Deno.test("Con2as_a(x): the b tested for burial is the 2a's own learner, not a", () => {
  const h = new History({
    acceptors: "A B C D",
    learners: { X: 4, Y: 2 },
    agree: { "X X": 4, "Y Y": 4, "X Y": 4 },
  });
  const { twoAs: [m] } = h.round(h.propose(1, "red"), "A B");
  const { twoAs } = h.round(h.propose(2, "green"), "C D");
  const third = h.propose(3, "green");
  const a = h.send("A", ...twoAs, third);
  assertEquals(h.facts(a).fresh, "");
  const b = h.send("B", m!, ...twoAs, third);
  const x = h.send("A", b, h.propose(4, "green"));
  assertEquals(h.oracle.buried(1, m!, x), true, "A and B, a quorum of Y, know m and z");
  assertEquals(h.oracle.buried(0, m!, x), false, "there is no 2a for X at all");
  assertEquals(h.facts(x).fresh, "X Y");
});

Deno.test("fresh_a(x): every m in Con2as_a(x) has V(m) = V(x)", () => {
  const h = threeOfFour();
  h.round(h.propose(1, "red"), "A B C");
  assertEquals(h.facts(h.send("A", h.propose(2, "red"))).fresh, "X", "the same value");
  assertEquals(h.facts(h.send("B", h.propose(3, "green"))).fresh, "", "another");
  assertEquals(h.facts(h.send("D", h.propose(4, "green"))).fresh, "X", "D is not bound");
});

Deno.test("q_a(x): signers of the fresh 1bs in Tran(x) of ballot b(x)", () => {
  const h = threeOfFour();
  h.round(h.propose(1, "red"), "A B C");
  const green = h.propose(2, "green");
  const a = h.send("A", green);
  assertEquals(h.facts(a).q, { X: "" }, "not fresh");
  const again = h.propose(3, "red");
  const [a2, b2, d2] = ["A", "B", "D"].map((signer) => h.send(signer, again));
  assertEquals(h.facts(d2!).q, { X: "D" });
  const x = h.send("A", b2!, d2!);
  assertEquals(h.facts(x).q, { X: "A B D" });
  const last = h.send("C", a2!, b2!, d2!, h.propose(4, "red"));
  assertEquals(h.facts(last).q, { X: "C" }, "1bs of a lower ballot do not count");
});

Deno.test("2a for a: q_a(x) contains a quorum of a; one message for several learners at once", () => {
  const h = new History({
    acceptors: "A B C D",
    learners: { X: 2, Y: 3, Z: 4 },
    agree: { "X X": 4, "Y Y": 3, "Z Z": 2 },
  });
  const { twoAs } = h.round(h.propose(1, "red"), "A B C");
  assertEquals(twoAs.map((m) => h.facts(m).learners2a), ["X Y", "X Y", "X Y"]);
});

Deno.test("2a for a: x's signer is in q_a(x)", () => {
  const h = threeOfFour();
  const red = h.propose(1, "red");
  const oneBs = ["A", "B", "C"].map((signer) => h.send(signer, red));
  h.send("A", ...oneBs);
  const green = h.propose(2, "green");
  const [a, b, c, d] = ["A", "B", "C", "D"].map((signer) => h.send(signer, green));
  assertEquals(h.facts(a!).fresh, "", "A is locked on red");
  assertEquals(h.refused("A", b!, c!, d!), "BAD_2A", "the others' quorum is not A's");
  const m = h.send("B", a!, c!, d!);
  assertEquals([h.facts(m).learners2a, h.facts(m).q.X], ["X", "B C D"]);
});

Deno.test("Decision_a(v): 2as for a of one ballot whose signers contain a quorum of a", () => {
  const h = threeOfFour();
  const red = h.propose(1, "red");
  const { twoAs: [a, b, c] } = h.round(red, "A B C");
  assertEquals(h.oracle.decisions(0, [a!, b!]), []);
  assertEquals(h.oracle.decisions(0, [a!, b!, c!]), [red.ballot]);
});

Deno.test("Decision_a(v): 2as of different ballots do not count together", () => {
  const h = threeOfFour();
  const { twoAs: [a, b] } = h.round(h.propose(1, "red"), "A B C");
  const { twoAs: [, , d] } = h.round(h.propose(2, "red"), "B C D");
  assertEquals(h.oracle.decisions(0, [a!, b!, d!]), []);
});

Deno.test("Decision_a(v): 2as for another learner do not count", () => {
  const h = new History({
    acceptors: "A B C D",
    learners: { X: 2, Y: 3 },
    agree: { "X X": 4, "Y Y": 3 },
  });
  const red = h.propose(1, "red");
  const [a, b, c] = ["A", "B", "C"].map((signer) => h.send(signer, red));
  const all = [h.send("A", b!), h.send("B", a!), h.send("C", a!)];
  assertEquals(h.oracle.decisions(0, all), [red.ballot]);
  assertEquals(h.oracle.decisions(1, all), []);
  const wider = [h.send("A", c!), h.send("B", c!), h.send("C", b!)];
  assertEquals(h.oracle.decisions(1, wider), [red.ballot]);
});
