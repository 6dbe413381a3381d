/**
 * What honest acceptors refer to: their `prev`, the maximal acceptor messages of the past, a 1a that
 * is answered, and nothing else, whatever they have received.
 *
 * That they send just what the literal rules say is in step_property_test.ts; here is proved that
 * the histories it runs through have in them what makes refs differ, and that refs stay few.
 *
 * @module
 */

import { assert, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { draft2a, draftRefsMax, follow, newAcceptor, remember } from "../../lib/core/acceptor.ts";
import { type Dag, type Entry, newDag } from "../../lib/core/dag.ts";
import { admit } from "../../lib/core/facts.ts";
import { type CoreContext, newInstance, step } from "../../lib/core/instance.ts";
import { type LearnerGraph, makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { isRejection } from "../../lib/core/rejection.ts";
import type { AcceptorMessage, Message, MessageId } from "../../lib/core/types.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { acceptorMessage, hashOf, identify, proposalOf } from "../../lib/sim/ids.ts";
import { makeWorld, type View, type World } from "../oracle/world.ts";

const GRAPH: LearnerGraph = makeLearnerGraph(thresholds(4, [3], "TECHNICAL_REPORT"));
const LIMITS = {
  inboxRefsPerPeerMax: 100_000,
  inboxWaitMsMax: 1_000,
  futureProposalsMax: 10,
  clockSkewMsMax: 10_000,
};
const NOW = { seconds: 100_000, nanos: 0 };

/** How often each thing must be seen in the drafts of 400 worlds. */
const AT_LEAST = {
  "drafts": 5_000,
  "received since, but in another's past: not a ref": 2_000,
  "prev is in another's past, and a ref": 10,
  "two branches of one signer are refs": 100,
  "a branch is left aside": 5,
};
type Sight = keyof typeof AT_LEAST;

/** Holds each own message of an honest face against everything that it has delivered. */
function tallyDrafts({ oracle }: World, view: View, saw: (sight: Sight) => void): void {
  let since: AcceptorMessage[] = [];
  for (const deed of view.deeds) {
    if ("delivered" in deed) {
      const message = oracle.known.get(deed.delivered)!;
      if (message.kind === "acceptor") since.push(message);
      continue;
    }
    const draft = oracle.known.get(deed.sent) as AcceptorMessage;
    const { prev } = draft;
    const maximal = oracle.maximal(since);
    const ids = new Set(maximal.map(({ id }) => id));
    const refs = draft.refs.filter((id) => oracle.known.get(id)!.kind === "acceptor");
    saw("drafts");
    // Fewer than the maximal ones only if branches are left aside.
    const isWhole = refs.length === new Set([...ids, ...(prev === undefined ? [] : [prev])]).size;
    if (!isWhole) saw("a branch is left aside");
    for (const ref of refs) assert(ref === prev || ids.has(ref) || !isWhole, "a needless ref");
    assertEquals(draft.refs.length - refs.length, oracle.is1b(draft) ? 1 : 0);
    if (since.length > maximal.length) saw("received since, but in another's past: not a ref");
    if (prev !== undefined && !ids.has(prev)) saw("prev is in another's past, and a ref");
    const signers = refs.map((id) => (oracle.known.get(id) as AcceptorMessage).signer);
    if (new Set(signers).size < signers.length) saw("two branches of one signer are refs");
    since = [];
  }
}

Deno.test("refs: the maximal messages of the past, by walking sets, in histories with equivocators", () => {
  const seen = new Map<Sight, number>();
  for (let seed = 1; seed <= 400; seed++) {
    const world = makeWorld(seed);
    for (const view of world.views.filter(({ honest }) => honest)) {
      tallyDrafts(world, view, (sight) => seen.set(sight, (seen.get(sight) ?? 0) + 1));
    }
  }
  console.log(Object.fromEntries(seen));
  for (const [sight, minimum] of Object.entries(AT_LEAST)) {
    assert((seen.get(sight as Sight) ?? 0) >= minimum, `${sight}: ${seen.get(sight as Sight)}`);
  }
});

/** Alice, whose messages are collected. */
function startAlice() {
  const context: CoreContext = { graph: GRAPH, limits: LIMITS, self: 0 };
  const state = newInstance(context, identify);
  const sent: AcceptorMessage[] = [];
  const receive = (...messages: readonly Message[]) => {
    for (const message of messages) {
      const input = { kind: "message" as const, message, source: "peer", now: NOW };
      for (const effect of step(context, state, input)) {
        assert(effect.kind !== "reject", "ill-formed");
        if (effect.kind === "send") sent.push(effect.entry.message as AcceptorMessage);
      }
    }
  };
  return { context, state, sent, receive };
}

const propose = (seconds: number, value = "red") =>
  proposalOf({ seconds, nanos: 0, valueHash: hashOf(value), proposer: 0 });

Deno.test("refs: after 2,000 ballots missed there are two messages to refer to, not 4,000", () => {
  const { context, state, sent, receive } = startAlice();
  step(context, state, { kind: "vote", allowed: false, now: NOW });
  let [bob, carol]: (MessageId | undefined)[] = [];
  for (let ballot = 1; ballot <= 2_000; ballot++) {
    const proposal = propose(ballot);
    const ofBob = acceptorMessage(
      1,
      bob,
      [bob, carol, proposal.id].filter((id) => id !== undefined),
    );
    const ofCarol = acceptorMessage(
      2,
      carol,
      [carol, bob, proposal.id].filter((id) => id !== undefined),
    );
    receive(proposal, ofBob, ofCarol);
    [bob, carol] = [ofBob.id, ofCarol.id];
  }
  assertEquals(sent, []);
  const effects = step(context, state, { kind: "vote", allowed: true, now: NOW });
  assertEquals(effects.filter(({ kind }) => kind === "send"), [], "that ballot has gone by");
  const next = propose(2_001);
  receive(next);
  assertEquals(sent.map(({ refs }) => refs), [[bob!, carol!, next.id].sort()]);
});

/** 1as that make as many different first messages of one signer as one likes. */
function forkOf(signer: number, index: number, proposals: readonly Message[]): AcceptorMessage {
  const chosen = proposals.filter((_, bit) => ((index + 1) >> bit) & 1);
  return acceptorMessage(signer, undefined, chosen.map(({ id }) => id));
}

Deno.test("refs: whatever two liars do with their branches, no draft has more than the limit", () => {
  const { state, sent, receive } = startAlice();
  const proposals = Array.from({ length: 8 }, (_, i) => propose(i + 1, `${i}`));
  receive(...proposals);
  const carols = Array.from({ length: 200 }, (_, i) => forkOf(2, i, proposals));
  const daves = Array.from({ length: 200 }, (_, i) => forkOf(3, i, proposals));
  receive(...carols, ...daves, propose(10));
  assertEquals(sent.at(-1)!.refs.length, 1 + 4 + 4 + 1);
  assertEquals(state.acceptor!.recent.length, 1);
  // Bob's message brings all of Carol's branches, and then each of them grows by itself.
  const next = propose(9);
  const bundle = acceptorMessage(1, undefined, [...carols.map(({ id }) => id), next.id]);
  receive(next, bundle, ...carols.map(({ id }) => acceptorMessage(2, id, [id, next.id])));
  receive(propose(11));
  assertEquals(sent.at(-1)!.refs.length, 1 + 1 + 4 + 1);
  for (const { refs } of sent) assertLessOrEqual(refs.length, draftRefsMax(4));
});

Deno.test("refs: a received message that lists more means the same", () => {
  const dag: Dag = newDag();
  const known = (message: Message): Entry => {
    const entry = admit(GRAPH, dag, message);
    assert(!isRejection(entry));
    return entry;
  };
  const proposal = known(propose(1));
  const p = proposal.message.id;
  const first = known(acceptorMessage(1, undefined, [p])).message.id;
  const second = known(acceptorMessage(2, undefined, [p])).message.id;
  const third = known(acceptorMessage(3, undefined, [p])).message.id;
  const vote = known(acceptorMessage(1, first, [first, second, third])).message.id;
  const few = known(acceptorMessage(2, second, [second, vote]));
  const many = known(acceptorMessage(2, second, [first, second, third, vote]));
  assertEquals(few.facts.kind, "2a");
  const { tips: _few, own2as: _ownFew, ...expected } = few.facts;
  const { tips: _many, own2as: _ownMany, ...actual } = many.facts;
  assertEquals(actual, expected);
});

Deno.test("refs: a draft beyond the limit is never signed", () => {
  const dag: Dag = newDag();
  const known = (message: Message): Entry => {
    const entry = admit(GRAPH, dag, message);
    assert(!isRejection(entry));
    return entry;
  };
  const p = known(propose(1)).message.id;
  const own = known(acceptorMessage(0, undefined, [p]));
  const others = [1, 2].map((signer) => known(acceptorMessage(signer, undefined, [p])));
  const ready = () => {
    const state = newAcceptor(GRAPH, 0);
    follow(GRAPH, state, own);
    for (const other of others) remember(state, other);
    return state;
  };
  assertEquals(draft2a(GRAPH, ready(), identify)?.facts.kind, "2a");
  const state = ready();
  const many = Array.from(
    { length: draftRefsMax(4) },
    (_, i) => known(acceptorMessage(3, undefined, [p, known(propose(0, `${i}`)).message.id])),
  );
  state.recent = [...state.recent, ...many];
  assertThrows(() => draft2a(GRAPH, state, identify), Error, "refs");
});
