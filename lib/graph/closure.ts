/**
 * What transitivity adds to the promises given: edges, and safe sets of edges that are given.
 *
 * @module
 */

import { entangled } from "../core/learner_graph.ts";
import { compileRule, minimise } from "../core/quorum.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";
import type { Effort, Work } from "./effort.ts";
import { Encoding } from "./encoding.ts";
import { type PreparedEdge, type PreparedGraph, ruleOf } from "./prepared.ts";
import { dualOf } from "./simplify.ts";

/** A promise that follows from others. */
export interface AddedEdge {
  /** One learner. */
  readonly a: LearnerIndex;
  /** The other, not before `a`; perhaps the same. */
  readonly b: LearnerIndex;
  /** Whether the pair has safe sets of its own, to which this adds. */
  readonly given: boolean;
  /** Learners from `a` to `b`, each with the next having an edge that is given. */
  readonly walk: readonly LearnerIndex[];
  /** A minimal safe set that the walk adds. */
  readonly safeSet: AcceptorSet;
}

/**
 * The pairs that must agree by transitivity only, and those whose given safe sets are not all.
 *
 * @returns what was found; `unknown` counts the pairs that were not decided.
 */
export function* addedEdges(
  prepared: PreparedGraph,
  effort: Effort,
): Work<{ readonly added: AddedEdge[]; readonly unknown: number }> {
  const { graph, all, edges } = prepared;
  const added: AddedEdge[] = [];
  let unknown = 0;
  for (let a = 0; a < graph.learnerCount; a++) {
    for (let b = a; b < graph.learnerCount; b++) {
      if (!entangled(graph, a, b, all)) continue;
      yield;
      const own = edges.find((edge) => joins(edge, a, b));
      if (effort.stopped && own !== undefined) {
        unknown++;
        continue;
      }
      const safe = own === undefined ? all : yield* safeBeyond(prepared, a, b, own, effort);
      if (safe === "unknown") unknown++;
      else if (safe !== undefined) added.push(addedEdge(prepared, a, b, own, safe));
    }
  }
  return { added, unknown };
}

/** Whether an edge is that of a pair. */
export function joins(edge: PreparedEdge, a: LearnerIndex, b: LearnerIndex): boolean {
  return (edge.a === a && edge.b === b) || (edge.a === b && edge.b === a);
}

function addedEdge(
  prepared: PreparedGraph,
  a: LearnerIndex,
  b: LearnerIndex,
  own: PreparedEdge | undefined,
  safe: AcceptorSet,
): AddedEdge {
  const isWalk = (set: AcceptorSet) => walkWithin(prepared, a, b, set, own) !== undefined;
  const safeSet = minimise(safe, isWalk);
  return {
    a,
    b,
    given: own !== undefined,
    walk: walkWithin(prepared, a, b, safeSet, own)!,
    safeSet,
  };
}

/** Safe acceptors that meet no safe set given for a pair, and join it by other edges. */
function* safeBeyond(
  { graph, edges, symmetry }: PreparedGraph,
  a: LearnerIndex,
  b: LearnerIndex,
  own: PreparedEdge,
  effort: Effort,
): Work<AcceptorSet | "unknown" | undefined> {
  if (edges.every(({ safe }) => safe === own.safe)) return undefined;
  const encoding = new Encoding(symmetry);
  const set = encoding.set();
  encoding.inOrder(set);
  const { solver } = encoding;
  solver.addClause([encoding.meets(dualOf(own.safe), encoding.complement(set))]);
  for (;;) {
    const found = yield* solver.solve([], effort);
    if (found !== true) return found === "unknown" ? found : undefined;
    const safe = encoding.found(set);
    if (entangled(graph, a, b, safe)) return safe;
    const caught = ((1n << BigInt(graph.acceptorCount)) - 1n) & ~safe;
    const reached = graph.connected(caught)[a]! | 1n << BigInt(a);
    const within = (learner: LearnerIndex) => (reached >> BigInt(learner) & 1n) === 1n;
    const leaving = edges.filter((edge) =>
      a === b ? edge.a === a || edge.b === a : within(edge.a) !== within(edge.b)
    );
    solver.addClause(leaving.map((edge) => encoding.meets(edge.safe, set)));
  }
}

/** A shortest walk of one or more edges that hold if exactly `safe` are; `but` is not used. */
export function walkWithin(
  { graph, edges }: PreparedGraph,
  a: LearnerIndex,
  b: LearnerIndex,
  safe: AcceptorSet,
  but: PreparedEdge | undefined,
): LearnerIndex[] | undefined {
  const holding = edges.filter((edge) => edge !== but && ruleOf(edge.safe).satisfiedBy(safe));
  const from = new Map<LearnerIndex, LearnerIndex>();
  const queue = [a];
  for (const here of queue) {
    for (const edge of holding) {
      if (edge.a !== here && edge.b !== here) continue;
      const next = edge.a === here ? edge.b : edge.a;
      if (next === b) return [...back(from, a, here), b];
      if (next === a || from.has(next) || next >= graph.learnerCount) continue;
      from.set(next, here);
      queue.push(next);
    }
  }
  return undefined;
}

function back(
  from: ReadonlyMap<LearnerIndex, LearnerIndex>,
  a: LearnerIndex,
  end: LearnerIndex,
): LearnerIndex[] {
  const walk = [end];
  while (walk[0] !== a) walk.unshift(from.get(walk[0]!)!);
  return walk;
}

/** Edges that add nothing to the others: wherever one holds, others join its learners as well. */
export function* needlessEdges(
  prepared: PreparedGraph,
  effort: Effort,
): Work<{ readonly needless: PreparedEdge[]; readonly unknown: number }> {
  const needless: PreparedEdge[] = [];
  let unknown = 0;
  for (const edge of prepared.edges) {
    yield;
    const needed = effort.stopped ? "unknown" : yield* isNeeded(prepared, edge, effort);
    if (needed === "unknown") unknown++;
    else if (!needed) needless.push(edge);
  }
  return { needless, unknown };
}

function* isNeeded(
  prepared: PreparedGraph,
  edge: PreparedEdge,
  effort: Effort,
): Work<boolean | "unknown"> {
  const { a, b } = edge;
  if (walkWithin(prepared, a, b, prepared.all, edge) === undefined) return true;
  const encoding = new Encoding(prepared.symmetry);
  const set = encoding.set();
  encoding.inOrder(set);
  const caught = encoding.complement(set);
  encoding.solver.addClause([encoding.meets(edge.safe, set)]);
  for (;;) {
    const found = yield* encoding.solver.solve([], effort);
    if (found !== true) return found;
    const walk = walkWithin(prepared, a, b, encoding.found(set), edge);
    if (walk === undefined) return true;
    const steps = walk.slice(1).map((to, i) => stepBetween(prepared, walk[i]!, to, edge, set));
    const fails = steps.map((step) => encoding.meets(dualOf(step.safe), caught));
    encoding.solver.addClause(fails);
  }

  function stepBetween(
    { edges }: PreparedGraph,
    from: LearnerIndex,
    to: LearnerIndex,
    but: PreparedEdge,
    sought: typeof set,
  ): PreparedEdge {
    const safe = encoding.found(sought);
    return edges.find((each) =>
      each !== but && joins(each, from, to) && compileRule(each.safe).satisfiedBy(safe)
    )!;
  }
}
