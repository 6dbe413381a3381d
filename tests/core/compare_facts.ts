/**
 * Holds the facts that a core computes against the oracle, message by message.
 *
 * @module
 */

import { membersOf, setOf } from "../../lib/core/acceptor_set.ts";
import type { Entry } from "../../lib/core/dag.ts";
import type { LearnerGraph } from "../../lib/core/learner_graph.ts";
import { isRejection } from "../../lib/core/rejection.ts";
import type { AcceptorMessage, LearnerIndex, Message } from "../../lib/core/types.ts";
import { describeGraph, describeMessages } from "../oracle/describe.ts";
import { isAbove, isSame, type Oracle } from "../oracle/oracle.ts";
import type { Case, World } from "../oracle/world.ts";
import type { Core } from "./core_under_test.ts";
import { saw, type Sight, type Tally } from "./tally.ts";

/** Where a core and the oracle part. */
export interface Mismatch {
  /** Position of the message among the cases. */
  readonly index: number;
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

interface Comparison {
  readonly core: Core;
  readonly graph: LearnerGraph;
  readonly oracle: Oracle;
  readonly dag: Map<string, Entry>;
  readonly expect: (what: string, actual: unknown, expected: unknown) => void;
  readonly tally: Tally | undefined;
}

class Parted extends Error {
  constructor(readonly what: string, readonly actual: string, readonly expected: string) {
    super(what);
  }
}

/**
 * Runs the cases through a core.
 *
 * @param cases Closed under refs, refs first.
 * @returns The first mismatch, if any. An exception of the core counts as one.
 */
export function compareCases(
  core: Core,
  world: World,
  cases: readonly Case[],
  tally?: Tally,
): Mismatch | undefined {
  const graph = core.makeLearnerGraph(world.spec);
  const dag = core.newDag();
  const comparison = { core, graph, oracle: world.oracle, dag, expect, tally };
  const learner = core.newLearner(graph);
  const learned: Message[] = [];
  for (const [index, { message, rejection }] of cases.entries()) {
    try {
      const entry = core.admit(graph, dag, message);
      const refused = isRejection(entry) ? entry.rejected : undefined;
      expect("rejection", refused, rejection);
      expect("in the dag", dag.has(message.id), rejection === undefined);
      if (tally !== undefined && rejection !== undefined) saw(tally, rejection as Sight);
      if (isRejection(entry)) continue;
      compareFacts(comparison, entry);
      learned.push(message);
      core.learn(graph, learner, entry, entry.facts.caught);
      compareDecisions(comparison, entry, learned, learner.decisions);
    } catch (error) {
      if (error instanceof Parted) {
        return { index, what: error.what, expected: error.expected, actual: error.actual };
      }
      const actual = error instanceof Error ? error.stack ?? error.message : String(error);
      return { index, what: "no exception", expected: "none", actual };
    }
  }
  return undefined;
}

/**
 * Compares the facts of one message that a core has admitted, and what its learners have decided.
 *
 * @param learned All messages that the core has admitted, this one included.
 * @param decisions By learner.
 */
export function compareEntry(
  { core, graph, oracle, dag }: Pick<Comparison, "core" | "graph" | "oracle" | "dag">,
  entry: Entry,
  learned: readonly Message[],
  decisions: readonly { readonly ballot: { readonly valueHash: string } }[][],
): Omit<Mismatch, "index"> | undefined {
  try {
    const comparison = { core, graph, oracle, dag, expect, tally: undefined };
    compareFacts(comparison, entry);
    compareDecisions(comparison, entry, learned, decisions);
    return undefined;
  } catch (error) {
    if (error instanceof Parted) return error;
    throw error;
  }
}

/** The mismatch, the least history that shows it, and how to see it again. */
export function report(core: Core, world: World, mismatch: Mismatch): string {
  const { oracle, cases, spec, seed } = world;
  const culprit = cases[mismatch.index]!;
  const past = oracle.tran(culprit.message);
  const shrunk = cases.filter((each) => past.has(each.message));
  const again = compareCases(core, world, shrunk);
  const history = again === undefined ? cases.slice(0, mismatch.index + 1) : shrunk;
  const { what, expected, actual } = again ?? mismatch;
  return [
    `the last of these messages: ${what}: expected ${expected}, got ${actual}`,
    describeGraph(spec),
    describeMessages(spec, history.map((each) => each.message)),
    `repeat: HETPAXOS_SEED=${seed} deno test -A tests/core/facts_property_test.ts`,
  ].join("\n");
}

function expect(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Parted(what, String(actual), String(expected));
}

function compareFacts(comparison: Comparison, entry: Entry): void {
  const { graph, oracle, tally } = comparison;
  const { message: x, facts } = entry;
  const kind = x.kind === "1a" ? "1a" : oracle.is1b(x) ? "1b" : "2a";
  expect("kind", facts.kind, kind);
  const { seconds, nanos, valueHash } = oracle.b(x);
  expect("seconds of b(x)", facts.ballot.seconds, seconds);
  expect("nanos of b(x)", facts.ballot.nanos, nanos);
  expect("V(x)", facts.ballot.valueHash, valueHash);
  const caught = oracle.caught(x);
  expect("HP2's Caught", setOf(oracle.caughtByPrev(x)), setOf(caught));
  expect("Caught", facts.caught, setOf(caught));
  if (tally !== undefined) saw(tally, kind);
  if (tally !== undefined) saw(tally, caught.size > 0 ? "somebody caught" : "nobody caught");
  const connected = graph.connected(facts.caught);
  for (const a of oracle.learners) {
    expect(`Con of ${a}`, connected[a], setOf(oracle.con(a, x)));
    if (x.kind === "1a") continue;
    expect(`q of ${a}`, facts.freshSigners[a], setOf(oracle.q(a, x)));
    if (tally !== undefined) countConnections(tally, oracle, x, a);
  }
  compareFresh(comparison, entry, kind);
  expect("learners of the 2a", facts.learners2a, setOf(oracle.learners2a(x)));
  if (tally !== undefined && kind === "2a") count2a(tally, oracle, x);
  if (x.kind === "acceptor") compareBurials(comparison, entry, x);
}

function compareFresh({ oracle, tally }: Comparison, { message, facts }: Entry, kind: string) {
  const x = message as AcceptorMessage;
  const fresh = kind === "1b" ? oracle.learners.filter((a) => oracle.fresh(a, x)) : [];
  expect("fresh", facts.fresh, setOf(fresh));
  if (tally === undefined || kind !== "1b") return;
  for (const a of oracle.learners) {
    if (fresh.includes(a)) countFresh(tally, oracle, x, a);
    else countNotFresh(tally, oracle, x, a);
  }
}

function compareBurials(comparison: Comparison, entry: Entry, y: AcceptorMessage): void {
  const { core, graph, oracle, dag, tally } = comparison;
  for (const m of oracle.acceptorMessages(y)) {
    if (m.signer !== y.signer || m === y) continue;
    const learners = oracle.learners2a(m);
    const buried = learners.filter((b) => oracle.buried(b, m, y));
    for (const b of learners) {
      const actual = core.isBuried(graph, dag.get(m.id)!, entry.facts, b);
      expect(`Buried_${b} of ${m.id.slice(0, 8)}`, actual, buried.includes(b));
      if (tally !== undefined) countBurial(tally, oracle, b, m, y);
    }
    if (tally !== undefined && buried.length > 0 && buried.length < learners.length) {
      saw(tally, "2a for several learners, buried for some only");
    }
  }
}

function compareDecisions(
  { oracle, tally }: Comparison,
  { facts }: Entry,
  learned: readonly Message[],
  actual: readonly { readonly ballot: { readonly valueHash: string } }[][],
): void {
  for (const a of membersOf(facts.learners2a)) {
    const values = new Set(oracle.decisions(a, learned).map((ballot) => ballot.valueHash));
    const decided = actual[a]!.map((decision) => decision.ballot.valueHash);
    expect(`decisions of ${a}`, decided.toSorted().join(" "), [...values].sort().join(" "));
    if (tally === undefined || values.size === 0) continue;
    saw(tally, "decision");
    if (values.size > 1) saw(tally, "two decisions of one learner that differ");
  }
}

function countConnections(tally: Tally, oracle: Oracle, x: Message, a: LearnerIndex): void {
  const connected = oracle.con(a, x);
  for (const b of oracle.learners) {
    if (connected.includes(b)) saw(tally, "pair connected");
    else if (oracle.graph.safeSets[a]![b]!.length > 0) {
      saw(tally, "pair disconnected by the caught");
      if (a === b) saw(tally, "learner disconnected from itself by the caught");
    }
  }
}

function count2a(tally: Tally, oracle: Oracle, x: Message): void {
  const learners = oracle.learners2a(x);
  if (learners.length > 1) saw(tally, "2a for several learners");
  if (learners.length < oracle.learners.length) saw(tally, "2a for some learners, not all");
  const earlier = oracle.acceptorMessages(x).some((y) =>
    y !== x && y.signer === (x as AcceptorMessage).signer && isSame(oracle.b(y), oracle.b(x)) &&
    oracle.learners2a(y).length > 0
  );
  if (earlier) saw(tally, "2a that adds a learner to an earlier one of its ballot");
}

function conflicting2as(oracle: Oracle, x: AcceptorMessage): AcceptorMessage[] {
  return oracle.acceptorMessages(x).filter((m) =>
    m.signer === x.signer && m !== x && oracle.v(m) !== oracle.v(x)
  );
}

function countFresh(tally: Tally, oracle: Oracle, x: AcceptorMessage, a: LearnerIndex): void {
  saw(tally, "fresh");
  const conflicting = conflicting2as(oracle, x);
  const connected = oracle.con(a, x);
  const binds = (b: LearnerIndex) => conflicting.some((m) => oracle.is2aFor(b, m));
  if (connected.some(binds)) saw(tally, "fresh only because the 2a is buried");
  const unburied = (b: LearnerIndex) =>
    conflicting.some((m) => oracle.is2aFor(b, m) && !oracle.buried(b, m, x));
  const lost = oracle.learners.filter((b) =>
    !connected.includes(b) && oracle.graph.safeSets[a]![b]!.length > 0
  );
  if (lost.some(unburied)) saw(tally, "fresh only because the 2a's learner is disconnected");
}

function countNotFresh(tally: Tally, oracle: Oracle, x: AcceptorMessage, a: LearnerIndex): void {
  saw(tally, "not fresh");
  const ownBinds = conflicting2as(oracle, x)
    .some((m) => oracle.is2aFor(a, m) && !oracle.buried(a, m, x));
  if (!ownBinds) saw(tally, "not fresh only because of another learner's 2a");
}

function countBurial(
  tally: Tally,
  oracle: Oracle,
  b: LearnerIndex,
  m: AcceptorMessage,
  y: AcceptorMessage,
): void {
  const buried = oracle.buried(b, m, y);
  saw(tally, buried ? "2a buried" : "2a not buried");
  if (!oracle.buried(b, m, y, "TECHNICAL_REPORT") && oracle.buried(b, m, y, "HP2")) {
    saw(tally, "2a buried by HP2, not by TR");
  }
  if (!buried) return;
  const all2as = [...oracle.tran(y)].filter((z) => oracle.is2aFor(b, z));
  const highest = all2as.reduce((z, w) => isAbove(oracle.b(w), oracle.b(z)) ? w : z);
  if (oracle.v(highest) === oracle.v(m)) {
    saw(tally, "2a buried although the highest 2a has its value");
  }
}
