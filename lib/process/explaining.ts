/**
 * Explains instances as a node knows them.
 *
 * @module
 */

import { emptyPast } from "../core/past.ts";
import { newLearner } from "../core/learner.ts";
import { explain, type Sentence, type Surroundings } from "../explain/explain.ts";
import { valueText } from "../explain/value_text.ts";
import type { Node } from "../node/node.ts";

/** What is known beside what the node itself has seen. */
export type Told = Pick<Surroundings, "unable" | "parts" | "apart" | "troubles" | "windows">;

/** Explains a learner of an instance as a node knows it, worst first. */
export function explainIn(
  node: Node,
  instance: bigint,
  learner: string,
  told: Told,
): Sentence[] {
  const { graph } = node.context;
  const { proposers } = node.options.configuration;
  const surroundings: Surroundings = {
    ...told,
    ...{ graph, now: node.options.clock.now() },
    valueText: (hash) => valueText(node.ledger.value(hash)),
    proposerName: (index) => proposers[index]?.name,
  };
  const state = node.instances.get(instance)?.state ??
    { view: emptyPast(graph), learner: newLearner(graph), future: [] };
  return explain(surroundings, state, graph.spec.learners.indexOf(learner));
}

/** Acceptors that a process has no link with, each with why. */
export function unlinked(
  peers: { lost(): readonly { readonly name: string; readonly why: string }[] },
): Map<string, string[]> {
  return new Map(
    peers.lost().map(({ name, why }) => [name, [`no link with ${name} (${why})`]]),
  );
}
