/**
 * Search for two quorums and a safe set without a common member.
 *
 * @module
 */

import { fullSet, membersOf } from "./acceptor_set.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import { minimise, type SetRule } from "./quorum.ts";
import type { AcceptorSet, LearnerIndex } from "./types.ts";

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

/** The graph mixes too many unlike acceptors for its validity to be decided. */
export class ValidityTooComplexError extends Error {}

/** Search steps before giving up; a few seconds. */
const STEPS_MAX = 1_000_000;

interface Search {
  readonly classes: readonly (readonly bigint[])[];
  readonly all: AcceptorSet;
  readonly quorumA: (set: AcceptorSet) => boolean;
  readonly quorumB: (set: AcceptorSet) => boolean;
  readonly safe: (set: AcceptorSet) => boolean;
  steps: number;
}

interface Split {
  /** In the first quorum and the safe set, not in the second quorum; and the reverse. */
  readonly onlyA: AcceptorSet;
  readonly onlyB: AcceptorSet;
}

/**
 * Finds a violation for one pair, if there is one.
 *
 * Every acceptor is put into the first quorum only, the second only, or both; those in both must
 * stay out of the safe set, for all the rest may be in it. All three conditions are monotone, so a
 * branch dies as soon as the best it can still become fails one. Acceptors that no rule tells
 * apart are interchangeable: only how many of them go where is tried. So thresholds over a hundred
 * acceptors take thousands of steps, not 3^100.
 *
 * @throws ValidityTooComplexError after a bounded number of steps.
 */
export function findViolation(
  graph: LearnerGraph,
  a: LearnerIndex,
  b: LearnerIndex,
): Violation | undefined {
  const all = fullSet(graph.acceptorCount);
  const search: Search = {
    classes: interchangeable(
      [...graph.spec.quorums, ...graph.spec.safety.map((edge) => edge.safe)],
      graph.acceptorCount,
    ),
    all,
    quorumA: (set) => graph.quorums[a]!.satisfiedBy(set),
    quorumB: (set) => graph.quorums[b]!.satisfiedBy(set),
    safe: (set) => ((graph.connected(all & ~set)[a]! >> BigInt(b)) & 1n) === 1n,
    steps: 0,
  };
  const split = extend(search, 0, { onlyA: 0n, onlyB: 0n }, all);
  if (split === undefined) return undefined;
  return {
    a,
    b,
    quorumA: minimise(all & ~split.onlyB, search.quorumA),
    quorumB: minimise(all & ~split.onlyA, search.quorumB),
    safeSet: minimise(split.onlyA | split.onlyB, search.safe),
  };
}

/** Tries all ways to split the classes from `depth` on; `undecided` are their acceptors. */
function extend(
  search: Search,
  depth: number,
  split: Split,
  undecided: AcceptorSet,
): Split | undefined {
  if (++search.steps > STEPS_MAX) {
    throw new ValidityTooComplexError(
      `the learner graph has ${search.classes.length} kinds of acceptors, ` +
        `too many to check its validity in ${STEPS_MAX} steps`,
    );
  }
  const { onlyA, onlyB } = split;
  if (!search.safe(onlyA | onlyB | undecided)) return undefined;
  if (
    !search.quorumA(search.all & ~onlyB) || !search.quorumB(search.all & ~onlyA)
  ) {
    return undefined;
  }
  const members = search.classes[depth];
  if (members === undefined) return split;
  const rest = members.reduce((set, bit) => set & ~bit, undecided);
  for (let inA = members.length; inA >= 0; inA--) {
    for (let inB = members.length - inA; inB >= 0; inB--) {
      const found = extend(search, depth + 1, {
        onlyA: members.slice(0, inA).reduce((set, bit) => set | bit, onlyA),
        onlyB: members.slice(inA, inA + inB).reduce(
          (set, bit) => set | bit,
          onlyB,
        ),
      }, rest);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/**
 * Classes of acceptors that may be exchanged without changing any of the rules; each acceptor as the
 * set that holds it alone. Costs O(acceptors · classes · size of the rules).
 */
export function interchangeable(
  rules: readonly SetRule[],
  acceptorCount: number,
): readonly (readonly AcceptorSet[])[] {
  const texts = rules.map((rule) => canonicalText(rule, (index) => index));
  const classes: number[][] = [];
  for (const index of membersOf(fullSet(acceptorCount))) {
    const home = classes.find(([first]) =>
      rules.every((rule, i) =>
        texts[i] === canonicalText(
          rule,
          (other) => other === first ? index : other === index ? first! : other,
        )
      )
    );
    if (home === undefined) classes.push([index]);
    else home.push(index);
  }
  return classes.map((members) => members.map((index) => 1n << BigInt(index)));
}

function canonicalText(
  rule: SetRule,
  rename: (index: number) => number,
): string {
  if (rule.kind === "acceptor") return String(rename(rule.index));
  const operands = rule.of.map((operand) => canonicalText(operand, rename))
    .sort();
  return `${rule.threshold}(${operands.join(",")})`;
}
