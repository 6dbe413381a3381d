/**
 * Which promises a learner graph can keep: one that is valid, one that is not, and why.
 *
 * `deno run examples/graph_check.ts`
 *
 * @module
 */

import {
  type AcceptorSet,
  entangled,
  type LearnerGraphSpec,
  makeLearnerGraph,
  membersOf,
  setOf,
  type SetRule,
  thresholdOf,
} from "@hetpaxos/hetpaxos/core";
import { checkValidity } from "@hetpaxos/hetpaxos/graph";

const acceptors = ["Alice", "Bob", "Carol", "Dave", "Erin"];
const [alice, bob, carol, dave, erin] = [0, 1, 2, 3, 4];
const witnesses = [bob, carol, dave];
const nameSet = (set: AcceptorSet) => membersOf(set).map((index) => acceptors[index]).join(", ");

/** One's own machine, and so many of the witnesses whom both trust. */
function insistsOn(own: number, count: number): SetRule {
  const rule: SetRule = { kind: "acceptor", index: own };
  return { kind: "threshold", threshold: 2, of: [rule, thresholdOf(count, witnesses)] };
}

/** Red insists on Alice, Blue on Erin; they are to agree while all witnesses are safe. */
function twoCompanies(count: number): LearnerGraphSpec {
  return {
    acceptors,
    learners: ["Blue", "Red"],
    quorums: [insistsOn(erin, count), insistsOn(alice, count)],
    safety: [
      { a: 0, b: 0, safe: { kind: "acceptor", index: erin } },
      { a: 0, b: 1, safe: thresholdOf(3, witnesses) },
      { a: 1, b: 1, safe: { kind: "acceptor", index: alice } },
    ],
    burial: "TECHNICAL_REPORT",
  };
}

for (const count of [2, 1]) {
  const spec = twoCompanies(count);
  const violation = checkValidity(makeLearnerGraph(spec));
  if (violation === undefined) {
    console.log(`with ${count} of three witnesses in a quorum the graph is valid`);
    continue;
  }
  const [a, b] = [spec.learners[violation.a], spec.learners[violation.b]];
  const [quorumA, quorumB] = [nameSet(violation.quorumA), nameSet(violation.quorumB)];
  console.log(`with ${count} of three witnesses in a quorum it is not: ${a} may decide by`);
  console.log(`  ${quorumA}, and ${b} by ${quorumB}; that no value is decided beside another`);
  console.log(`  was promised while ${nameSet(violation.safeSet)} are safe, and none is in both`);
}

const graph = makeLearnerGraph(twoCompanies(2));
for (const liars of [[alice], [bob], [alice, bob]]) {
  const safe = ((1n << 5n) - 1n) & ~setOf(liars);
  const agree = entangled(graph, 0, 1, safe) ? "must" : "need not";
  console.log(`if ${nameSet(setOf(liars))} may lie, Blue and Red ${agree} agree`);
}
