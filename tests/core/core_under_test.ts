/**
 * The parts of lib/core that are compared with the oracle, loadable from any directory: from a
 * mutated copy, too.
 *
 * @module
 */

import { isBuried } from "../../lib/core/buried.ts";
import { newDag } from "../../lib/core/dag.ts";
import { admit } from "../../lib/core/facts.ts";
import { learn, newLearner } from "../../lib/core/learner.ts";
import { newInstance, step } from "../../lib/core/instance.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";

/** What a comparison calls. */
export interface Core {
  readonly makeLearnerGraph: typeof makeLearnerGraph;
  readonly newDag: typeof newDag;
  readonly admit: typeof admit;
  readonly isBuried: typeof isBuried;
  readonly newLearner: typeof newLearner;
  readonly learn: typeof learn;
  readonly newInstance: typeof newInstance;
  readonly step: typeof step;
}

/** lib/core as it is. */
export const CORE: Core = {
  makeLearnerGraph,
  newDag,
  admit,
  isBuried,
  newLearner,
  learn,
  newInstance,
  step,
};

/** Loads a copy of lib/core. The directory's URL ends in a slash. */
export async function loadCore(directory: URL): Promise<Core> {
  const files = ["learner_graph", "dag", "facts", "buried", "learner", "instance"];
  const modules: Core[] = await Promise.all(
    files.map((file) => import(new URL(`${file}.ts`, directory).href)),
  );
  const { makeLearnerGraph, newDag, admit, isBuried, newLearner, learn, newInstance, step } =
    modules
      .reduce((all, module) => ({ ...all, ...module }));
  return { makeLearnerGraph, newDag, admit, isBuried, newLearner, learn, newInstance, step };
}
