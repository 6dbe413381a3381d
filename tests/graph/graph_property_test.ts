/**
 * Rules, closure and validity of learner graphs against the graph written out.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { setOf } from "../../lib/core/acceptor_set.ts";
import {
  entangled,
  learnersWithoutSelfEdge,
  makeLearnerGraph,
} from "../../lib/core/learner_graph.ts";
import { mentionedBy } from "../../lib/core/quorum.ts";
import { checkValidity, findViolation } from "../../lib/graph/validity.ts";
import {
  type Bits,
  type ClosedGraph,
  closeGraph,
  counterexamples,
  elements,
  isSubset,
} from "../oracle/closed_graph.ts";
import { describeGraph } from "../oracle/describe.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { randomGraph } from "../oracle/random_graph.ts";

const GRAPHS = 600;

function contains(sets: readonly Bits[], acceptors: Bits): boolean {
  return sets.some((set) => isSubset(set, acceptors));
}

/** Calls with many random graphs, and says which when that fails. */
function forGraphs(check: (seed: number) => void): void {
  for (let seed = 1; seed <= GRAPHS; seed++) {
    try {
      check(seed);
    } catch (error) {
      throw new Error(`graph ${seed}:\n${describeGraph(randomGraph(makePrng(seed)))}`, {
        cause: error,
      });
    }
  }
}

function graphOf(seed: number) {
  const spec = randomGraph(makePrng(seed));
  return { spec, graph: makeLearnerGraph(spec), closed: closeGraph(spec) };
}

function pairs({ learnerCount }: ClosedGraph): [number, number][] {
  const learners = Array.from({ length: learnerCount }, (_, learner) => learner);
  return learners.flatMap((a) => learners.map((b): [number, number] => [a, b]));
}

Deno.test("a rule is satisfied by exactly the supersets of its minimal sets", () => {
  forGraphs((seed) => {
    const { spec, graph, closed } = graphOf(seed);
    for (let set = 0; set < 1 << spec.acceptors.length; set++) {
      for (const [learner, quorums] of closed.quorums.entries()) {
        assertEquals(graph.quorums[learner]!.satisfiedBy(BigInt(set)), contains(quorums, set));
      }
    }
    for (const [learner, quorums] of closed.quorums.entries()) {
      const members = quorums.reduce((all, quorum) => all | quorum, 0);
      assert(isSubset(members, Number(mentionedBy(spec.quorums[learner]!))));
    }
  });
});

Deno.test("connected is a safe set of the closed graph without anybody caught", () => {
  let closedOnly = 0;
  forGraphs((seed) => {
    const { spec, graph, closed } = graphOf(seed);
    const all = (1 << spec.acceptors.length) - 1;
    for (let caught = 0; caught <= all; caught++) {
      const connected = graph.connected(BigInt(caught));
      for (const [a, b] of pairs(closed)) {
        const expected = contains(closed.safeSets[a]![b]!, all & ~caught);
        assertEquals((connected[a]! >> BigInt(b) & 1n) === 1n, expected);
        assertEquals(entangled(graph, a, b, BigInt(all & ~caught)), expected);
      }
    }
    const given = ([a, b]: [number, number]) =>
      spec.safety.some((edge) => edge.a === a && edge.b === b || edge.a === b && edge.b === a);
    closedOnly += pairs(closed)
      .filter((pair) => closed.safeSets[pair[0]]![pair[1]]!.length > 0 && !given(pair)).length;
    const alone = closed.quorums.flatMap((_, a) => closed.safeSets[a]![a]!.length === 0 ? [a] : []);
    assertEquals(learnersWithoutSelfEdge(graph), alone);
  });
  assert(closedOnly > 100, `only ${closedOnly} pairs were connected by the closure alone`);
});

Deno.test("a violation is found exactly if there is one, and it is one", () => {
  let valid = 0;
  let invalid = 0;
  forGraphs((seed) => {
    const { graph, closed } = graphOf(seed);
    const all = counterexamples(closed);
    for (const [a, b] of pairs(closed).filter(([a, b]) => a <= b)) {
      const expected = all.filter((each) => each.a === a && each.b === b);
      const found = findViolation(graph, a, b);
      assertEquals(found !== undefined, expected.length > 0);
      if (found === undefined) continue;
      const same = expected.filter(({ quorumA, quorumB, safeSet }) =>
        setOf(elements(quorumA)) === found.quorumA && setOf(elements(quorumB)) === found.quorumB &&
        setOf(elements(safeSet)) === found.safeSet
      );
      assertEquals(same.length, 1, "the violation is not one of minimal sets");
    }
    const first = checkValidity(graph);
    assertEquals([first?.a, first?.b], [all[0]?.a, all[0]?.b]);
    if (all.length === 0) valid++;
    else invalid++;
  });
  assert(valid > 50 && invalid > 50, `${valid} valid and ${invalid} invalid graphs`);
});
