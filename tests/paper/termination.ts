/**
 * PROTOCOL section 6, what the protocol itself cannot decide any more: starvation.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { membersOf, setOf } from "../../lib/core/acceptor_set.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { findStarved } from "../../lib/core/starvation.ts";
import type { BurialRule, Message } from "../../lib/core/types.ts";
import { History, type NamedGraph, specOf } from "../oracle/builder.ts";
import { Driver } from "./driver.ts";

const RULES: readonly BurialRule[] = ["TECHNICAL_REPORT", "HP2"];

/** A history and somebody who hears of it message by message. */
function stage(named: NamedGraph) {
  const h = new History(named);
  const observer = new Driver(named);
  const spec = specOf(named);
  const graph = makeLearnerGraph(spec);
  const starved = (silent = "") => {
    const set = setOf(
      silent.split(" ").filter((name) => name !== "").map((name) => spec.acceptors.indexOf(name)),
    );
    return membersOf(findStarved(graph, observer.state, set))
      .map((learner) => spec.learners[learner]).join(" ");
  };
  const hear = (...messages: readonly Message[]) => {
    for (const message of messages) observer.receive(message);
    return starved();
  };
  return { h, hear, starved };
}

const FOUR_AND_THREE: NamedGraph = {
  acceptors: "A B C D E",
  learners: { X: 4, Y: 3 },
  agree: { "X X": 4, "X Y": 5, "Y Y": 5 },
};

Deno.test("Starvation: X is starved once Y has decided without the two who hold X's old value", () => {
  for (const burial of RULES) {
    const { h, hear } = stage({ ...FOUR_AND_THREE, burial });
    const first = h.propose(1, "first");
    const oneBs = ["A", "B", "C", "D"].map((signer) => h.send(signer, first));
    assertEquals(hear(first, ...oneBs), "", burial);
    assertEquals(hear(h.send("A", ...oneBs)), "", burial);
    assertEquals(hear(h.send("B", ...oneBs)), "", burial);
    const second = h.propose(2, "second");
    const { oneBs: fresh, twoAs: [c, d, e] } = h.round(second, "C D E");
    assertEquals(hear(second, ...fresh, c!), "", burial);
    assertEquals(hear(d!), "", "two of Y's three may still leave, and bury what they have sent");
    assertEquals(hear(e!), "X", "Y has decided");
  }
});

Deno.test("Starvation: not with the value that the others hold, nor without an edge to them", () => {
  const run = (agree: NamedGraph["agree"], value: string) => {
    const { h, hear } = stage({ ...FOUR_AND_THREE, agree });
    const first = h.propose(1, "first");
    const oneBs = ["A", "B", "C", "D"].map((signer) => h.send(signer, first));
    hear(first, ...oneBs, h.send("A", ...oneBs), h.send("B", ...oneBs));
    const second = h.propose(2, value);
    const { oneBs: fresh, twoAs } = h.round(second, "C D E");
    return hear(second, ...fresh, ...twoAs);
  };
  assertEquals(run(FOUR_AND_THREE.agree, "second"), "X");
  assertEquals(run(FOUR_AND_THREE.agree, "first"), "");
  assertEquals(run({ "X X": 4, "Y Y": 5 }, "second"), "");
});

Deno.test("Starvation: a 2a is known to be missing only from who cannot send it any more", () => {
  const { h, hear, starved } = stage(FOUR_AND_THREE);
  const first = h.propose(1, "first");
  const oneBs = ["A", "B", "C", "D"].map((signer) => h.send(signer, first));
  hear(first, ...oneBs, ...["A", "B", "C"].map((signer) => h.send(signer, ...oneBs)));
  assertEquals(starved("E"), "", "D's 2a completes a quorum");
  assertEquals(starved("D"), "", "E may vote in a later ballot");
  assertEquals(starved("D E"), "X");
  assertEquals(starved("A B C"), "", "what they have sent is enough for D's");
  assertEquals(starved("A B C D"), "", "and for E's, who may still join their ballot");
});

Deno.test("Starvation: TR wants a quorum to hear of what buries, HP2 does not", () => {
  const run = (burial: BurialRule) => {
    const { h, hear, starved } = stage({ ...FOUR_AND_THREE, burial });
    const red = h.propose(1, "red");
    const oneBs = ["A", "B", "C", "D"].map((signer) => h.send(signer, red));
    const locked = h.send("A", ...oneBs);
    const green = h.propose(2, "green");
    const { oneBs: fresh, twoAs: [b] } = h.round(green, "B C D E");
    assertEquals(hear(red, ...oneBs, locked, green, ...fresh, b!), "");
    return starved("D E");
  };
  // A, B and C are enough for Y if A's 2a for X is buried, but too few to bury it by TR.
  assertEquals(run("HP2"), "X");
  assertEquals(run("TECHNICAL_REPORT"), "X Y");
});

Deno.test("Starvation: not while a liar may free the others of their promise", () => {
  const { h, hear, starved } = stage({
    acceptors: "A B C D",
    learners: { X: 3 },
    agree: { "X X": 4 },
  });
  const red = h.propose(1, "red");
  const one = h.send("A", red);
  assertEquals(hear(red, one), "");
  assertEquals(starved("B C"), "X");
  hear(h.sendAfter(undefined, "A", h.propose(2, "green")));
  assertEquals(starved("C D"), "X");
  assertEquals(starved("A"), "", "who is caught is never taken to be silent");
});
