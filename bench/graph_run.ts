/**
 * Checks one learner graph with the code of a checkout.
 *
 * @module
 */

import type { LearnerGraph, LearnerGraphSpec } from "../lib/core/learner_graph.ts";
import { makeLearnerGraph } from "../lib/core/learner_graph.ts";
import { thresholdOf } from "../lib/core/quorum.ts";
import { parseNodes } from "../lib/config/stellar_file.ts";
import { finish, newEffort } from "../lib/graph/effort.ts";
import { prepare } from "../lib/graph/prepared.ts";
import { importNetwork } from "../lib/graph/stellar.ts";
import { checkPairs } from "../lib/graph/validity.ts";
import { GRAPH_CASES, NETWORKS_FOLDER } from "./graph_cases.ts";

interface Code {
  readonly makeLearnerGraph: (spec: LearnerGraphSpec) => LearnerGraph;
  readonly checkValidity: (graph: LearnerGraph) => unknown;
}

/** Prints as JSON how long the first check of a process takes, and what it says. */
export async function checkOnce(checkout: string, name: string): Promise<void> {
  const check = name.endsWith(".json")
    ? await networkOf(checkout, name)
    : await graphOf(checkout, name);
  const start = performance.now();
  let answer: string;
  try {
    answer = check() ? "valid" : "not valid";
  } catch (error) {
    answer = `refused: ${error instanceof Error ? error.constructor.name : error}`;
  }
  console.log(JSON.stringify({ ms: performance.now() - start, answer }));
}

async function graphOf(checkout: string, name: string): Promise<() => boolean> {
  const core = await import(`file://${checkout}/lib/core/learner_graph.ts`) as Partial<Code>;
  const own = core.checkValidity === undefined
    ? await import(`file://${checkout}/lib/graph/validity.ts`) as Code
    : core as Code;
  const graph = core.makeLearnerGraph!(GRAPH_CASES[name]!());
  return () => own.checkValidity(graph) === undefined;
}

/** Whether any two quorums of a network meet, by the checkout that can read networks. */
async function networkOf(checkout: string, name: string): Promise<() => boolean> {
  if (await Deno.stat(`${checkout}/lib/graph/stellar.ts`).catch(() => undefined) === undefined) {
    return () => {
      throw new NoNetworks();
    };
  }
  const text = await Deno.readTextFile(`${NETWORKS_FOLDER}/${name}`);
  const naming = ({ publicKey }: { readonly publicKey: string }) => publicKey;
  const { spec, demands } = importNetwork(parseNodes(text, name), [], "network", naming);
  const safe = thresholdOf(spec.acceptors.length, spec.acceptors.map((_, index) => index));
  const graph = makeLearnerGraph({ ...spec, safety: [{ a: 0, b: 0, safe }] });
  return () => {
    const effort = newEffort();
    const [pair] = finish(effort, checkPairs(prepare(graph, demands), effort), STEPS_MAX);
    return pair!.violation === undefined;
  };
}

/** A checkout that knows of no networks. */
class NoNetworks extends Error {}

/** Steps after which the search is given up: far more than any of these takes. */
const STEPS_MAX = 10_000_000;
