/**
 * Whether a learner graph keeps what it promises, and if not, why, in an operator's words.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import {
  type LearnerGraph,
  learnersWithoutSelfEdge,
  makeLearnerGraph,
} from "../core/learner_graph.ts";
import type { AcceptorSet } from "../core/types.ts";
import { checkValidity, ValidityTooComplexError, type Violation } from "../graph/validity.ts";
import type { ParsedGraph } from "./graph.ts";
import { type Place, quote } from "../wire/place.ts";

/**
 * Makes the learner graph and checks it.
 *
 * @param check Finds a violation; another one only where the search itself is not the point.
 * @throws OperatorError if a learner agrees with nobody and `allowDisagreement` does not say so
 * (or says so of one that does), or if two quorums and a safe set have no acceptor in common.
 */
export function checkGraph(
  parsed: ParsedGraph,
  root: Place,
  check: typeof checkValidity = checkValidity,
): LearnerGraph {
  const graph = makeLearnerGraph(parsed.spec);
  checkSelfEdges(graph, parsed, root);
  const violation = attemptCheck(() => check(graph), root);
  if (violation !== undefined) {
    const { learners } = graph.spec;
    const [a, b] = [learners[violation.a]!, learners[violation.b]!];
    root.field("safetySets").field(a).field("safetySets").field(b)
      .fail(describeViolation(graph, violation));
  }
  return graph;
}

function checkSelfEdges(graph: LearnerGraph, parsed: ParsedGraph, root: Place): void {
  const { learners } = graph.spec;
  const lonely = learnersWithoutSelfEdge(graph);
  const undeclared = lonely.find((learner) => !parsed.allowDisagreement.includes(learner));
  if (undeclared !== undefined) {
    const name = learners[undeclared]!;
    root.field("safetySets").field(name).fail(
      `the learner ${quote(name)} has no safe sets, so nothing keeps even its own decisions ` +
        `alike; give it some with itself (safetySets.${name}.safetySets.${name}), or list it in ` +
        "allowDisagreement if that is on purpose",
    );
  }
  const needless = parsed.allowDisagreement.find((learner) => !lonely.includes(learner));
  if (needless !== undefined) {
    root.field("allowDisagreement").fail(
      `${quote(learners[needless]!)} has safe sets, so it must agree; leave it out here, or ` +
        "leave its safe sets out",
    );
  }
}

function attemptCheck(
  check: () => Violation | undefined,
  root: Place,
): Violation | undefined {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ValidityTooComplexError)) throw error;
    return root.field("safetySets").fail(
      `${error.message}; make the rules of learners more alike: groups of acceptors that stand in ` +
        "the same thresholds everywhere cost nothing",
    );
  }
}

function describeViolation(graph: LearnerGraph, violation: Violation): string {
  const { learners } = graph.spec;
  const [a, b] = [quote(learners[violation.a]!), quote(learners[violation.b]!)];
  const who = violation.a === violation.b ? `the learner ${a}` : `the learners ${a} and ${b}`;
  const promise = violation.a === violation.b ? "would not agree with itself" : "would not agree";
  const listed = graph.spec.safety.some((edge) => edge.a === violation.a && edge.b === violation.b);
  const source = listed ? "" : " (their agreement follows from that with other learners)";
  const name = (set: AcceptorSet) => nameSet(graph, set);
  return `invalid learner graph: ${who} ${promise} though the safe set ${
    name(violation.safeSet)
  } is safe${source}, for the quorum ${name(violation.quorumA)} of ${a} and the quorum ${
    name(violation.quorumB)
  } of ${b} have no acceptor of it in common; use larger quorums or larger safe sets`;
}

function nameSet(graph: LearnerGraph, set: AcceptorSet): string {
  return `{${membersOf(set).map((index) => graph.spec.acceptors[index]).join(", ")}}`;
}
