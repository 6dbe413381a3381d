/**
 * Checks one learner graph with the code of a checkout.
 *
 * @module
 */

import type { LearnerGraph, LearnerGraphSpec } from "../lib/core/learner_graph.ts";
import { GRAPH_CASES } from "./graph_cases.ts";

interface Code {
  readonly makeLearnerGraph: (spec: LearnerGraphSpec) => LearnerGraph;
  readonly checkValidity: (graph: LearnerGraph) => unknown;
}

/** Prints as JSON how long the first check of a process takes, and what it says. */
export async function checkOnce(checkout: string, name: string): Promise<void> {
  const core = await import(`file://${checkout}/lib/core/learner_graph.ts`) as Partial<Code>;
  const own = core.checkValidity === undefined
    ? await import(`file://${checkout}/lib/graph/validity.ts`) as Code
    : core as Code;
  const graph = core.makeLearnerGraph!(GRAPH_CASES[name]!());
  const start = performance.now();
  let answer: string;
  try {
    answer = own.checkValidity(graph) === undefined ? "valid" : "not valid";
  } catch (error) {
    answer = `refused: ${error instanceof Error ? error.constructor.name : error}`;
  }
  console.log(JSON.stringify({ ms: performance.now() - start, answer }));
}
