/**
 * PROTOCOL section 4, the learner: one test per sentence.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Effect } from "../../lib/core/instance.ts";
import type { AcceptorMessage } from "../../lib/core/types.ts";
import { History, type NamedGraph } from "../oracle/builder.ts";
import { deliveredIn, Driver, kindsOf } from "./driver.ts";

const GRAPH: NamedGraph = { acceptors: "A B C D", learners: { X: 3 }, agree: { "X X": 3 } };

/** Learner, time of the ballot, signers: of each decision. */
function decisionsIn(effects: readonly Effect[]): [number, number, bigint][] {
  return effects.flatMap((effect) =>
    effect.kind === "decide"
      ? [[effect.decision.learner, effect.decision.ballot.seconds, effect.decision.signers]]
      : []
  );
}

Deno.test("Learner: deliver in the same way, sign nothing", () => {
  const h = new History(GRAPH);
  const observer = new Driver(GRAPH);
  const p = h.propose(1, "red");
  const { oneBs, twoAs } = h.round(p, "A B C");
  assertEquals(kindsOf(observer.receive(...oneBs)), ["request", "request", "request"]);
  const effects = observer.receive(p, ...twoAs);
  assertEquals(deliveredIn(effects), [p, ...oneBs, ...twoAs]);
  assertEquals(kindsOf(effects).includes("send"), false);
  assertEquals(observer.named, []);
});

Deno.test("Learner: after each delivery check Decision_a; the completing message counts", () => {
  const h = new History(GRAPH);
  const observer = new Driver(GRAPH);
  const p = h.propose(1, "red");
  const { oneBs, twoAs: [a, b, c] } = h.round(p, "A B C");
  assertEquals(decisionsIn(observer.receive(p, ...oneBs, a!, b!)), []);
  assertEquals(decisionsIn(observer.receive(c!)), [[0, 1, 0b0111n]]);
});

Deno.test("Learner: the same value decided again is no news", () => {
  const h = new History(GRAPH);
  const observer = new Driver(GRAPH);
  const p = h.propose(1, "red");
  const { oneBs, twoAs } = h.round(p, "A B C D");
  const effects = observer.receive(p, ...oneBs, ...twoAs);
  assertEquals(decisionsIn(effects).length, 1, "a fourth 2a");
  const q = h.propose(2, "red");
  const later = h.round(q, "A B C");
  assertEquals(decisionsIn(observer.receive(q, ...later.oneBs, ...later.twoAs)), []);
});

Deno.test("Learner: one process reports the decisions of every learner", () => {
  const graph: NamedGraph = {
    acceptors: "A B C D",
    learners: { X: 2, Y: 3, Z: 4 },
    agree: { "X X": 4, "Y Y": 3, "Z Z": 3 },
  };
  const h = new History(graph);
  const observer = new Driver(graph);
  const p = h.propose(1, "red");
  const { oneBs, twoAs } = h.round(p, "A B C");
  const effects = observer.receive(p, ...oneBs, ...twoAs);
  assertEquals(decisionsIn(effects), [[0, 1, 0b0011n], [1, 1, 0b0111n]]);
});

Deno.test("Learner: an acceptor learns as well, from its own 2a, too", () => {
  const graph: NamedGraph = { acceptors: "A B", learners: { X: 2 }, agree: { "X X": 2 } };
  const h = new History(graph);
  const alice = new Driver(graph, "A");
  const p = h.propose(1, "red");
  h.send("A", p);
  const b = h.send("B", p);
  const a = h.oracle.known.get(alice.answers(p)[0]!.id)!;
  const twoA = h.send("B", a);
  const effects = alice.receive(b, twoA);
  assertEquals(kindsOf(effects), ["deliver", "send", "deliver", "decide"]);
});

/** Two and two of four, although X wants to agree with itself under any three. */
function splitBrain(agree: NamedGraph["agree"]) {
  const graph: NamedGraph = { acceptors: "A B C D", learners: { X: ["A B", "B C D"] }, agree };
  const h = new History(graph);
  const red = h.propose(1, "red");
  const left = h.round(red, "A B");
  const green = h.propose(2, "green");
  const b = h.sendAfter(undefined, "B", green);
  const [c, d] = ["C", "D"].map((signer) => h.send(signer, green));
  const right = [h.send("B", c!, d!), h.send("C", b, d!), h.send("D", b, c!)];
  const first: readonly (typeof red | AcceptorMessage)[] = [red, ...left.oneBs, ...left.twoAs];
  return { graph, first, second: [green, b, c!, d!, ...right] };
}

Deno.test("Learner: a second, different decision is reported with the evidence", () => {
  const { graph, first, second } = splitBrain({ "X X": ["A C D"] });
  const observer = new Driver(graph);
  assertEquals(decisionsIn(observer.receive(...first)), [[0, 1, 0b0011n]]);
  const effects = observer.receive(...second);
  const caught = effects.flatMap((effect) => effect.kind === "caught" ? [effect] : []);
  assertEquals(caught.map((effect) => effect.acceptor), [1]);
  assertEquals(caught[0]!.evidence.map((entry) => (entry.message as AcceptorMessage).prev), [
    undefined,
    undefined,
  ]);
  const disagreements = effects
    .flatMap((effect) => effect.kind === "disagree" ? [effect.disagreement] : []);
  assertEquals(disagreements.length, 1);
  const { caught: blamed, entangled, first: one, second: two } = disagreements[0]!;
  assertEquals([blamed, entangled], [0b0010n, true], "the graph promised what it cannot keep");
  assertEquals([one.ballot.seconds, two.ballot.seconds], [1, 2]);
  assertEquals(kindsOf(effects).slice(-2), ["decide", "disagree"]);
});

Deno.test("Learner: a disagreement that the caught explain is reported as such", () => {
  const { graph, first, second } = splitBrain({ "X X": ["A B C D"] });
  const effects = new Driver(graph).receive(...first, ...second);
  const disagreements = effects
    .flatMap((effect) => effect.kind === "disagree" ? [effect.disagreement] : []);
  assertEquals(disagreements.map(({ entangled }) => entangled), [false]);
});
