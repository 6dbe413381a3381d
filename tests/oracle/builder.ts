/**
 * Small histories by hand, with names. Every message goes to the oracle and to lib/core, and what
 * both say about it must be the same; so a test states once what the paper wants.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { membersOf } from "../../lib/core/acceptor_set.ts";
import { isBuried } from "../../lib/core/buried.ts";
import { type Dag, newDag } from "../../lib/core/dag.ts";
import { admit } from "../../lib/core/facts.ts";
import {
  type LearnerGraph,
  type LearnerGraphSpec,
  makeLearnerGraph,
} from "../../lib/core/learner_graph.ts";
import { anyOf, type SetRule, thresholdOf } from "../../lib/core/quorum.ts";
import { isRejection, type RejectionCode } from "../../lib/core/rejection.ts";
import type { AcceptorMessage, BurialRule, Message, Proposal } from "../../lib/core/types.ts";
import { closeGraph } from "./closed_graph.ts";
import { acceptorMessage, hashOf, proposalOf } from "../../lib/sim/ids.ts";
import { Oracle } from "./oracle.ts";

/** So many of all acceptors; or any of these sets, each a string of names; or a rule. */
export type NamedRule = number | readonly string[] | SetRule;

/** A learner graph by names; lists of names are strings with blanks between. */
export interface NamedGraph {
  readonly acceptors: string;
  /** Quorums by learner; the learners in order of name. */
  readonly learners: Readonly<Record<string, NamedRule>>;
  /** Safe sets by pair: "X Y", or "X X" for a self-edge. */
  readonly agree: Readonly<Record<string, NamedRule>>;
  readonly burial?: BurialRule;
}

/** A message's facts, by names. */
export interface NamedFacts {
  readonly kind: "1a" | "1b" | "2a";
  /** The name of the value. */
  readonly value: string;
  readonly time: number;
  readonly caught: string;
  /** Learners by learner. */
  readonly connected: Readonly<Record<string, string>>;
  readonly fresh: string;
  /** Signers by learner; empty for a 1a. */
  readonly q: Readonly<Record<string, string>>;
  readonly learners2a: string;
}

const words = (text: string) => text.split(" ").filter((word) => word !== "");

/** Turns names into indices. */
export function specOf(named: NamedGraph): LearnerGraphSpec {
  const acceptors = words(named.acceptors);
  const learners = Object.keys(named.learners);
  const rule = (given: NamedRule): SetRule => {
    if (typeof given === "number") return thresholdOf(given, acceptors.map((_, index) => index));
    if ("kind" in given) return given;
    return anyOf(given.map((set) => words(set).map((name) => acceptors.indexOf(name))));
  };
  return {
    acceptors,
    learners,
    quorums: Object.values(named.learners).map(rule),
    safety: Object.entries(named.agree).map(([pair, safe]) => {
      const [a, b] = words(pair).map((name) => learners.indexOf(name));
      return { a: a!, b: b!, safe: rule(safe) };
    }),
    burial: named.burial ?? "TECHNICAL_REPORT",
  };
}

/** A history in the making. */
export class History {
  readonly spec: LearnerGraphSpec;
  readonly graph: LearnerGraph;
  readonly oracle: Oracle;
  readonly #dag: Dag = newDag();
  readonly #latest = new Map<number, AcceptorMessage>();
  readonly #values = new Map<string, string>();

  constructor(named: NamedGraph) {
    this.spec = specOf(named);
    this.graph = makeLearnerGraph(this.spec);
    this.oracle = new Oracle(closeGraph(this.spec));
  }

  /** A 1a. */
  propose(time: number, value: string): Proposal {
    this.#values.set(hashOf(value), value);
    const proposal = proposalOf({ seconds: time, nanos: 0, valueHash: hashOf(value), proposer: 0 });
    assertEquals(this.#judge(proposal), undefined);
    return proposal;
  }

  /** A well-formed acceptor message that follows the signer's latest; prev is among the refs. */
  send(signer: string, ...refs: readonly Message[]): AcceptorMessage {
    return this.sendAfter(this.#latest.get(this.#index(signer)), signer, ...refs);
  }

  /** A well-formed acceptor message with a prev of its own. */
  sendAfter(
    prev: Message | undefined,
    signer: string,
    ...refs: readonly Message[]
  ): AcceptorMessage {
    const message = this.draft(prev, signer, prev === undefined ? refs : [prev, ...refs]);
    assertEquals(this.#judge(message), undefined, "should be well-formed");
    this.#latest.set(message.signer, message);
    return message;
  }

  /** Why a message that follows the signer's latest is not well-formed. */
  refused(signer: string, ...refs: readonly Message[]): RejectionCode | undefined {
    const prev = this.#latest.get(this.#index(signer));
    return this.refusedAs(this.draft(prev, signer, prev === undefined ? refs : [prev, ...refs]));
  }

  /** Why any message is not well-formed. */
  refusedAs(message: AcceptorMessage): RejectionCode | undefined {
    return this.#judge(message);
  }

  /** A message with exactly these refs, not judged. */
  draft(prev: Message | undefined, signer: string, refs: readonly Message[]): AcceptorMessage {
    return acceptorMessage(this.#index(signer), prev?.id, refs.map((ref) => ref.id));
  }

  /** 1bs of all voters, each on the 1a alone, then 2as of all, each on all the 1bs. */
  round(
    proposal: Proposal,
    voters: string,
  ): { oneBs: AcceptorMessage[]; twoAs: AcceptorMessage[] } {
    const oneBs = words(voters).map((voter) => this.send(voter, proposal));
    return { oneBs, twoAs: words(voters).map((voter) => this.send(voter, ...oneBs)) };
  }

  /** What the oracle and lib/core both say about a message. */
  facts(message: Message): NamedFacts {
    const { oracle, graph, spec } = this;
    const { facts } = this.#entry(message);
    const acceptors = (set: Iterable<number>) => this.#names(spec.acceptors, set);
    const learners = (set: Iterable<number>) => this.#names(spec.learners, set);
    const byLearner = (of: (a: number) => string) =>
      Object.fromEntries(spec.learners.map((name, a) => [name, of(a)]));
    const ballot = oracle.b(message);
    const is1b = oracle.is1b(message);
    const expected: NamedFacts = {
      kind: message.kind === "1a" ? "1a" : is1b ? "1b" : "2a",
      value: this.#values.get(ballot.valueHash)!,
      time: ballot.seconds,
      caught: acceptors(oracle.caught(message)),
      connected: byLearner((a) => learners(oracle.con(a, message))),
      fresh: learners(
        oracle.learners.filter((a) => is1b && oracle.fresh(a, message as AcceptorMessage)),
      ),
      q: byLearner((a) => acceptors(oracle.q(a, message))),
      learners2a: learners(oracle.learners2a(message)),
    };
    const actual: NamedFacts = {
      kind: facts.kind,
      value: this.#values.get(facts.ballot.valueHash)!,
      time: facts.ballot.seconds,
      caught: acceptors(membersOf(facts.caught)),
      connected: byLearner((a) => learners(membersOf(graph.connected(facts.caught)[a]!))),
      fresh: learners(membersOf(facts.fresh)),
      q: byLearner((a) => acceptors(membersOf(facts.freshSigners[a] ?? 0n))),
      learners2a: learners(membersOf(facts.learners2a)),
    };
    assertEquals(actual, expected, "lib/core and the oracle differ");
    return expected;
  }

  /** Buried_b(m, y), as the oracle and lib/core both say; m and y are of one signer. */
  buried(learner: string, m: AcceptorMessage, y: AcceptorMessage): boolean {
    const b = this.spec.learners.indexOf(learner);
    const expected = this.oracle.buried(b, m, y);
    assertEquals(isBuried(this.graph, this.#entry(m), this.#entry(y).facts, b), expected);
    return expected;
  }

  #judge(message: Message): RejectionCode | undefined {
    const expected = this.oracle.rejection(message);
    const entry = admit(this.graph, this.#dag, message);
    const actual = isRejection(entry) ? entry.rejected : undefined;
    assertEquals(actual, expected, "lib/core and the oracle differ");
    if (expected === undefined) this.oracle.learn(message);
    return expected;
  }

  #entry(message: Message) {
    const entry = this.#dag.get(message.id);
    if (entry === undefined) throw new Error(`${message.id} is not known`);
    return entry;
  }

  #index(name: string): number {
    const index = this.spec.acceptors.indexOf(name);
    if (index < 0) throw new Error(`no acceptor ${name}`);
    return index;
  }

  #names(names: readonly string[], set: Iterable<number>): string {
    return [...set].sort((left, right) => left - right).map((index) => names[index]).join(" ");
  }
}
