/**
 * PROTOCOL section 4, the acceptor: one test per sentence.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { History, type NamedGraph } from "../oracle/builder.ts";
import { acceptorMessage } from "../../lib/sim/ids.ts";
import { deliveredIn, Driver, kindsOf, sentIn } from "./driver.ts";

const GRAPH: NamedGraph = { acceptors: "A B C", learners: { X: 2 }, agree: { "X X": 3 } };

function setUp() {
  return { h: new History(GRAPH), alice: new Driver(GRAPH, "A") };
}

function refsOf(...messages: readonly { readonly id: string }[]): string[] {
  return messages.map(({ id }) => id).sort();
}

Deno.test("deliver(m): all refs known; until then it waits and missing refs are asked for", () => {
  const { h, alice } = setUp();
  const p = h.propose(1, "red");
  const b = h.send("B", p);
  const early = alice.receive(b);
  assertEquals(kindsOf(early), ["request"]);
  assertEquals(alice.state.dag.size, 0);
  const late = alice.receive(p);
  assertEquals(deliveredIn(late), [p, b], "causes first");
});

Deno.test("deliver(m): m not known", () => {
  const { h, alice } = setUp();
  const p = h.propose(1, "red");
  assertEquals(kindsOf(alice.receive(p)), ["deliver", "send"]);
  assertEquals(kindsOf(alice.receive(p)), []);
  const b = h.send("B", p);
  assertEquals(kindsOf(alice.receive(b)), ["deliver", "send"]);
  assertEquals(kindsOf(alice.receive(b)), []);
});

Deno.test("deliver(m): m well-formed; others are refused and never known", () => {
  const { h, alice } = setUp();
  const p = h.propose(1, "red");
  const b = h.send("B", p);
  const bad = h.draft(b, "B", [b, p]);
  alice.receive(p, b);
  assertEquals(kindsOf(alice.receive(bad)), ["reject"]);
  assertEquals(alice.state.dag.has(bad.id), false);
  const follower = acceptorMessage(2, undefined, [bad.id, p.id]);
  assertEquals(kindsOf(alice.receive(follower)), ["request"], "what refers to it waits");
});

Deno.test("known += m; echo m: every delivery is an effect, before the answer to it", () => {
  const { h, alice } = setUp();
  const p = h.propose(1, "red");
  const [effect, answer] = alice.receive(p);
  assertEquals([effect?.kind, answer?.kind], ["deliver", "send"]);
  assertEquals(deliveredIn([effect!]), [p]);
  assertEquals(alice.state.dag.has(p.id), true);
});

Deno.test("if m is a 1a: draft(prev, recent ∪ {m}); if a well-formed 1b: send", () => {
  const { h, alice } = setUp();
  const p = h.propose(1, "red");
  const [first] = alice.answers(p);
  assertEquals([first!.prev, [...first!.refs]], [undefined, refsOf(p)]);
  const b = h.send("B", h.propose(2, "green"));
  assertEquals(alice.answers(b), [], "B's 1b waits for its 1a");
  const [second, third] = alice.answers(h.propose(2, "green"));
  assertEquals([second!.prev, [...second!.refs]], [
    first!.id,
    refsOf(first!, h.propose(2, "green")),
  ]);
  assertEquals([third!.prev, [...third!.refs]], [second!.id, refsOf(second!, b)], "then the 2a");
});

Deno.test("otherwise the stale 1a is dropped from recent (HP2)", () => {
  const { h, alice } = setUp();
  const [low, high, next] = [1, 2, 3].map((time) => h.propose(time, "red"));
  const [own] = alice.answers(high!);
  assertEquals(alice.answers(low!), [], "a 1a of a lower ballot");
  const [answer] = alice.answers(next!);
  assertEquals([...answer!.refs], refsOf(own!, next!), "without the stale one");
});

Deno.test("else: recent += m; draft(prev, recent); if a well-formed 2a: send", () => {
  const { h, alice } = setUp();
  const p = h.propose(1, "red");
  const [own] = alice.answers(p);
  const b = h.send("B", p);
  const [vote] = alice.answers(b);
  assertEquals([vote!.prev, [...vote!.refs]], [own!.id, refsOf(own!, b)]);
  const c = h.send("C", p);
  assertEquals(alice.answers(c), [], "a repeated 2a is not well-formed");
});

Deno.test("recent holds what was delivered since the last own message", () => {
  const { h, alice } = setUp();
  const p = h.propose(1, "red");
  const b = h.send("B", p);
  const c = h.send("C", p);
  const [, vote] = alice.answers(p, b);
  alice.receive(c);
  const q = h.propose(2, "red");
  const [next] = alice.answers(q);
  assertEquals([next!.prev, [...next!.refs]], [vote!.id, refsOf(vote!, c, q)]);
});

Deno.test("send(x): deliver to self (recent = {x}, prev = x): what that allows comes at once", () => {
  const graph: NamedGraph = { acceptors: "A", learners: { X: 1 }, agree: { "X X": 1 } };
  const alone = new Driver(graph, "A");
  const effects = alone.receive(new History(graph).propose(1, "red"));
  assertEquals(kindsOf(effects), ["deliver", "send", "send", "decide"]);
  const [oneB, twoA] = sentIn(effects);
  assertEquals([twoA!.prev, [...twoA!.refs]], [oneB!.id, [oneB!.id]]);
});

Deno.test("nothing is signed that is not sent", () => {
  const { h, alice } = setUp();
  const { oneBs, twoAs } = h.round(h.propose(1, "red"), "B C");
  const inputs = [h.propose(1, "red"), ...oneBs, ...twoAs, h.propose(2, "green")];
  const sent = alice.answers(...inputs);
  assertEquals(alice.named.length, sent.length);
});

Deno.test("an acceptor never equivocates: each own message follows the one before", () => {
  const { h, alice } = setUp();
  const { oneBs, twoAs } = h.round(h.propose(1, "red"), "B C");
  const later = h.round(h.propose(2, "red"), "B C");
  const sent = alice.answers(
    h.propose(1, "red"),
    ...oneBs,
    h.propose(2, "red"),
    ...later.oneBs,
    ...twoAs,
    ...later.twoAs,
  );
  assertEquals(sent.length, 4);
  assertEquals(sent.map((x) => x.prev), [undefined, ...sent.slice(0, -1).map((x) => x.id)]);
  assertEquals(sent.every((x) => x.prev === undefined || x.refs.includes(x.prev)), true);
});

Deno.test("acceptors deliver a 1a only once their clock has passed its timestamp (section 6)", () => {
  const { h, alice } = setUp();
  const p = h.propose(5, "red");
  const early = alice.receiveAt({ seconds: 4, nanos: 0 }, p);
  assertEquals(kindsOf(early), []);
  assertEquals(early.find((effect) => effect.kind === "wake")?.at, { ...p.ballot });
  assertEquals(kindsOf(alice.tick({ seconds: 4, nanos: 999_999_999 })), []);
  assertEquals(kindsOf(alice.tick({ seconds: 5, nanos: 0 })), ["deliver", "send"]);
});

Deno.test("a timestamp too far ahead is refused, not slept on (section 6)", () => {
  const { h, alice } = setUp();
  const effects = alice.receiveAt({ seconds: 4, nanos: 0 }, h.propose(100, "red"));
  assertEquals(effects.flatMap((e) => e.kind === "reject" ? [e.rejection.rejected] : []), [
    "FAR_FUTURE",
  ]);
});

Deno.test("an acceptor that meets a message of its own that it has forgotten signs no more", () => {
  const { h, alice } = setUp();
  const forgotten = h.send("A", h.propose(1, "red"));
  assertEquals(alice.answers(h.propose(2, "red")).length, 1, "it cannot know yet");
  assertEquals(kindsOf(alice.receive(h.propose(1, "red"), forgotten)), [
    "deliver",
    "deliver",
    "caught",
    "estranged",
  ]);
  const { oneBs } = h.round(h.propose(3, "red"), "B C");
  assertEquals(alice.answers(h.propose(3, "red"), ...oneBs), []);
});
