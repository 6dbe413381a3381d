/**
 * The facts of a message: everything the protocol asks about it, computed once, from the facts of
 * its refs. They depend on its past and the configuration, never on who received it.
 *
 * @module
 */

import { hasMember } from "./acceptor_set.ts";
import { chainAfter, judgedOnce } from "./dag.ts";
import type { Dag, Entry, Facts, Highest2a, Own2as } from "./entry.ts";
import { binding2as, freshFor } from "./fresh.ts";
import { raise2a } from "./highest_2a.ts";
import { violated } from "./invariant.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import { emptyPast, include, type Past } from "./past.ts";
import { isRejection, reject, type Rejection } from "./rejection.ts";
import type { AcceptorIndex, AcceptorMessage, LearnerSet, Message, Proposal } from "./types.ts";

export type { Facts } from "./entry.ts";

/**
 * Judges a message all of whose refs are known and, if it is well-formed, adds it to `dag`.
 *
 * @param judged What has been judged before, here or in another instance of the same world; added to.
 * @returns its entry (the existing one if it was known), or why it is not well-formed.
 * @throws InvariantError if a ref is not known: that is for the inbox to prevent.
 */
export function admit(
  graph: LearnerGraph,
  dag: Dag,
  message: Message,
  judged?: Dag,
): Entry | Rejection {
  const known = dag.get(message.id);
  if (known !== undefined) return known;
  const entry = judged?.get(message.id) ??
    (message.kind === "1a" ? proposalEntry(message) : judge(graph, dag, message));
  if (isRejection(entry)) return entry;
  dag.set(message.id, judgedOnce(judged, entry));
  return entry;
}

function judge(graph: LearnerGraph, dag: Dag, message: AcceptorMessage): Entry | Rejection {
  const past = emptyPast(graph);
  for (const ref of message.refs) {
    const entry = dag.get(ref);
    if (entry === undefined) violated("refs-known", `${message.id} refers to ${ref}`);
    include(past, entry);
  }
  const { prev: prevId } = message;
  if (prevId !== undefined && !message.refs.includes(prevId)) {
    return reject("BAD_PREV", "prev is not among the refs");
  }
  const prev = prevId === undefined ? undefined : dag.get(prevId);
  return conclude(graph, past, message.signer, prev, () => message);
}

function proposalEntry(message: Proposal): Entry {
  const facts = {
    kind: "1a" as const,
    ballot: message.ballot,
    proposal: undefined as unknown as Entry,
    caught: 0n,
    fresh: 0n,
    freshSigners: [],
    learners2a: 0n,
    served: 0n,
    tips: [],
    highest2a: [],
    own2as: [],
  };
  const entry: Entry = { message, facts, chain: undefined };
  facts.proposal = entry;
  return entry;
}

/**
 * Concludes the facts of an acceptor message from the merged past of its refs, or refuses it as
 * not well-formed (TR and HPaxos_2.tla, WellFormed).
 *
 * @param past Of exactly the refs. If the message is well-formed it becomes part of its facts: the
 * caller must not use it again.
 * @param prev The entry of the message's `prev`.
 * @param message Called once, if well-formed: so a draft is hashed only if it will be sent.
 */
export function conclude(
  graph: LearnerGraph,
  past: Past,
  signer: AcceptorIndex,
  prev: Entry | undefined,
  message: () => AcceptorMessage,
): Entry | Rejection {
  const proposal = past.highest1a;
  if (proposal === undefined) return reject("NO_BALLOT", "no 1a in the message's past");
  const latest = past.tips[signer]!;
  if (prev === undefined ? latest.length > 0 : latest[0] !== prev) {
    return reject("BAD_PREV", "prev is not the signer's latest message in the past");
  }
  if (latest.length > 1) {
    return reject("BAD_PREV", "the past holds messages of the signer that prev does not follow");
  }
  return past.refersTo1a
    ? conclude1b(graph, past, proposal, signer, prev, message)
    : conclude2a(graph, past, proposal, signer, prev, message);
}

function conclude1b(
  graph: LearnerGraph,
  past: Past,
  proposal: Entry,
  signer: AcceptorIndex,
  prev: Entry | undefined,
  message: () => AcceptorMessage,
): Entry | Rejection {
  if (past.highestVoted === proposal) {
    return reject("BAD_1B", "another acceptor message of the same ballot in the past of a 1b");
  }
  const [entry, facts] = newEntry(past, proposal, signer, prev, message());
  facts.kind = "1b";
  facts.own2as = prev === undefined ? noOwn2as(graph) : binding2as(graph, facts, prev.facts.own2as);
  facts.fresh = freshFor(graph, facts, facts.own2as);
  const own = 1n << BigInt(signer);
  facts.freshSigners = facts.own2as.map((_, learner) =>
    ((facts.fresh >> BigInt(learner)) & 1n) === 1n ? own : 0n
  );
  return checked(entry, signer);
}

function conclude2a(
  graph: LearnerGraph,
  past: Past,
  proposal: Entry,
  signer: AcceptorIndex,
  prev: Entry | undefined,
  message: () => AcceptorMessage,
): Entry | Rejection {
  const learners = past.highestVoted === proposal ? learnersOf2a(graph, past, signer) : 0n;
  if (learners === 0n) return reject("BAD_2A", "neither a 1b nor a 2a for any learner");
  const before = prev !== undefined && prev.facts.proposal === proposal ? prev.facts.served : 0n;
  if ((learners & ~before) === 0n) {
    return reject("REPEATED_2A", "the signer has sent a 2a for the same learners in this ballot");
  }
  const [entry, facts] = newEntry(past, proposal, signer, prev, message());
  facts.kind = "2a";
  facts.freshSigners = past.freshSigners;
  facts.learners2a = learners;
  facts.served = before | learners;
  const own2as: (Entry | undefined)[] = [];
  for (let learner = 0; learner < graph.learnerCount; learner++) {
    const serves = ((learners >> BigInt(learner)) & 1n) === 1n;
    own2as.push(serves ? entry : prev?.facts.own2as[learner]);
    if (serves) facts.highest2a[learner] = raise2a(facts.highest2a[learner], proposal);
  }
  facts.own2as = own2as;
  return checked(entry, signer);
}

/** The learners a with a quorum in q_a that includes the signer (TR, 2a). */
function learnersOf2a(graph: LearnerGraph, past: Past, signer: AcceptorIndex): LearnerSet {
  const own = 1n << BigInt(signer);
  let learners = 0n;
  for (let learner = 0; learner < graph.learnerCount; learner++) {
    const signers = past.freshSigners[learner]!;
    if ((signers & own) !== 0n && graph.quorums[learner]!.satisfiedBy(signers)) {
      learners |= 1n << BigInt(learner);
    }
  }
  return learners;
}

type UnfinishedFacts =
  & { -readonly [K in Exclude<keyof Facts, "highest2a">]: Facts[K] }
  & { highest2a: (Highest2a | undefined)[] };

function newEntry(
  past: Past,
  proposal: Entry,
  signer: AcceptorIndex,
  prev: Entry | undefined,
  message: AcceptorMessage,
): [Entry, UnfinishedFacts] {
  const { tips, highest2a } = past;
  const facts: UnfinishedFacts = {
    kind: "1b",
    ballot: proposal.facts.ballot,
    proposal,
    caught: past.caught,
    fresh: 0n,
    freshSigners: [],
    learners2a: 0n,
    served: 0n,
    tips,
    highest2a,
    own2as: [],
  };
  const entry: Entry = { message, facts, chain: chainAfter(prev) };
  tips[signer] = [entry];
  return [entry, facts];
}

/** Costs O(acceptors + learners). */
function checked(entry: Entry, signer: AcceptorIndex): Entry {
  const { tips, caught, own2as } = entry.facts;
  for (let acceptor = 0; acceptor < tips.length; acceptor++) {
    const branches = tips[acceptor]!.length;
    if (branches <= 1 || hasMember(caught, acceptor)) continue;
    violated("one-tip-unless-caught", `acceptor ${acceptor} has ${branches}`);
  }
  for (let learner = 0; learner < own2as.length; learner++) {
    const m = own2as[learner];
    if (m === undefined) continue;
    const { message, facts: { learners2a } } = m;
    if ((message as AcceptorMessage).signer === signer && hasMember(learners2a, learner)) continue;
    violated("own-2as-are-own", `${message.id} binds acceptor ${signer} for learner ${learner}`);
  }
  return entry;
}

function noOwn2as(graph: LearnerGraph): Own2as {
  return new Array<Entry | undefined>(graph.learnerCount).fill(undefined);
}
