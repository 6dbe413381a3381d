/**
 * Whether every two quorums and safe set of the closed graph have a member in common.
 *
 * @module
 */

import { entangled, type LearnerGraph } from "../core/learner_graph.ts";
import { minimise } from "../core/quorum.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";
import { type Effort, finish, newEffort, type Work } from "./effort.ts";
import { learnersWith, narrowed, prepare, type PreparedGraph } from "./prepared.ts";
import { type FoundSplit, SplitSearch } from "./split.ts";

/** Why a learner graph is not valid: these three sets have no member in common. */
export interface Violation {
  /** One learner of the pair. */
  readonly a: LearnerIndex;
  /** The other; perhaps the same. */
  readonly b: LearnerIndex;
  /** A minimal quorum of `a`. */
  readonly quorumA: AcceptorSet;
  /** A minimal quorum of `b`. */
  readonly quorumB: AcceptorSet;
  /** Of the closed graph, minimal. */
  readonly safeSet: AcceptorSet;
}

/** The rules are too irregular for the validity of the graph to be decided in bounded work. */
export class ValidityTooComplexError extends Error {}

/** Dead ends of the search before a check without a driver gives up; about a minute. */
const CONFLICTS_MAX = 400_000;

/**
 * Checks `qa ∩ qb ∩ s ≠ ∅` for every pair of learners of the closed graph, every quorum of each and
 * every safe set of the pair (TR, valid learner graph).
 *
 * Learners with equal quorums are checked together, acceptors that no rule tells apart are counted
 * and not named, and like groups are tried in one order only; what is irregular nevertheless is left
 * to a solver that learns from its dead ends.
 *
 * @returns undefined if valid, else the first violation by learner order.
 * @throws ValidityTooComplexError if the graph is too irregular to be checked in bounded work.
 *
 * @example
 * ```ts
 * import { makeLearnerGraph } from "../core/learner_graph.ts";
 * import { thresholdOf } from "../core/quorum.ts";
 * import { checkValidity } from "./validity.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const names = Array.from({ length: 100 }, (_, i) => `A${i}`);
 * const graphWith = (quorum: number) => {
 *   const rule = thresholdOf(quorum, names.map((_, i) => i));
 *   return makeLearnerGraph({
 *     acceptors: names,
 *     learners: ["Eve"],
 *     quorums: [rule],
 *     safety: [{ a: 0, b: 0, safe: rule }],
 *     burial: "TECHNICAL_REPORT",
 *   });
 * };
 * assertEquals(checkValidity(graphWith(67)), undefined);
 * assertEquals(checkValidity(graphWith(66))?.a, 0);
 * ```
 */
export function checkValidity(graph: LearnerGraph): Violation | undefined {
  const effort = newEffort();
  const found = finish(effort, firstViolation(prepare(graph), effort), CONFLICTS_MAX);
  if (found !== "unknown") return found;
  throw new ValidityTooComplexError(
    `whether the learner graph is valid could not be told after ${CONFLICTS_MAX} dead ends`,
  );
}

/**
 * Finds a violation for one pair, if there is one.
 *
 * @throws ValidityTooComplexError after a bounded number of steps.
 */
export function findViolation(
  graph: LearnerGraph,
  a: LearnerIndex,
  b: LearnerIndex,
): Violation | undefined {
  const effort = newEffort();
  const found = finish(effort, violationAmong(prepare(graph), [a], [b], effort), CONFLICTS_MAX);
  if (found !== "unknown") return found;
  throw new ValidityTooComplexError(`the pair was not decided after ${CONFLICTS_MAX} dead ends`);
}

function* firstViolation(
  prepared: PreparedGraph,
  effort: Effort,
): Work<Violation | "unknown" | undefined> {
  for (const { violation } of yield* pairsInOrder(prepared, effort)) {
    if (violation !== undefined) return violation;
  }
  return undefined;
}

/** A pair of the closed graph and whether its promise can be kept. */
export interface CheckedPair {
  /** One learner. */
  readonly a: LearnerIndex;
  /** The other, not before `a`; perhaps the same. */
  readonly b: LearnerIndex;
  /** Undefined if none. */
  readonly violation: Violation | "unknown" | undefined;
}

/** All pairs of the closed graph in learner order, each checked; the first that fails ends it. */
function* pairsInOrder(prepared: PreparedGraph, effort: Effort): Work<CheckedPair[]> {
  return yield* checkPairs(prepared, effort, true);
}

/**
 * Checks all pairs of the closed graph in learner order.
 *
 * @param onlyFirst Whether to stop at the first that is not valid.
 */
export function* checkPairs(
  prepared: PreparedGraph,
  effort: Effort,
  onlyFirst: boolean = false,
): Work<CheckedPair[]> {
  const { graph, all, quorumOf } = prepared;
  const known = new Map<string, Violation | "unknown" | undefined>();
  const checked: CheckedPair[] = [];
  for (let a = 0; a < graph.learnerCount; a++) {
    for (let b = a; b < graph.learnerCount; b++) {
      if (!entangled(graph, a, b, all)) continue;
      const rules = [quorumOf[a]!, quorumOf[b]!].sort((one, other) => one - other);
      const key = rules.join();
      yield;
      if (!known.has(key)) {
        const [one, other] = rules.map((rule) => learnersWith(prepared, rule));
        known.set(key, yield* violationAmong(prepared, one!, other!, effort));
      }
      let violation = known.get(key);
      if (typeof violation === "object") {
        violation = yield* violationAmong(prepared, [a], [b], effort);
      }
      checked.push({ a, b, violation });
      if (violation !== undefined && onlyFirst) return checked;
    }
  }
  return checked;
}

/**
 * A violation of some pair of one learner of `ones` and one of `others`: all of these have the same
 * quorums, and so have all of those.
 */
export function* violationAmong(
  prepared: PreparedGraph,
  ones: readonly LearnerIndex[],
  others: readonly LearnerIndex[],
  effort: Effort,
): Work<Violation | "unknown" | undefined> {
  const { graph, all, quorumOf } = prepared;
  if (effort.stopped) return "unknown";
  const rules = [quorumOf[ones[0]!]!, quorumOf[others[0]!]!] as const;
  const search = new SplitSearch(narrowed(prepared, rules, "quorums and safe sets"), ...rules);
  const honest = search.encoding.complement(search.liars);
  for (;;) {
    const split = yield* search.find(effort);
    if (split === false) return undefined;
    if (split === "unknown") return split;
    const connected = graph.connected(split.liars);
    for (const a of ones) {
      const b = others.find((other) => (connected[a]! >> BigInt(other) & 1n) === 1n);
      if (b !== undefined) return describe(prepared, a, b, split);
    }
    // Nobody is joined while these are the liars: some edge out of where the ones are must hold.
    const reached = ones.reduce((set, a) => set | connected[a]! | 1n << BigInt(a), 0n);
    const within = (learner: LearnerIndex) => (reached >> BigInt(learner) & 1n) === 1n;
    const itself = (learner: LearnerIndex) => ones.includes(learner) && others.includes(learner);
    const leaving = prepared.edges.filter(({ a, b }) =>
      within(a) !== within(b) || itself(a) || itself(b)
    );
    const { encoding } = search;
    encoding.solver.addClause(leaving.map(({ safe }) => encoding.meets(safe, honest)));
  }

  function describe(
    { graph, isQuorum }: PreparedGraph,
    a: LearnerIndex,
    b: LearnerIndex,
    split: FoundSplit,
  ): Violation {
    const [one, other] = a <= b ? [a, b] : [b, a];
    const [quorumOne, quorumOther] = a <= b
      ? [split.quorumA, split.quorumB]
      : [split.quorumB, split.quorumA];
    return {
      a: one,
      b: other,
      quorumA: minimise(quorumOne, (set) => isQuorum(quorumOf[one]!, set, split.liars)),
      quorumB: minimise(quorumOther, (set) => isQuorum(quorumOf[other]!, set, split.liars)),
      safeSet: minimise(all & ~split.liars, (set) => entangled(graph, a, b, set)),
    };
  }
}
