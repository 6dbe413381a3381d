/**
 * Holds what the processes of a simulated world know against the literal oracle.
 *
 * @module
 */

import type { World as SimulatedWorld } from "../../lib/sim/world.ts";
import { compareCases } from "../core/compare_facts.ts";
import { CORE } from "../core/core_under_test.ts";
import { closeGraph } from "../oracle/closed_graph.ts";
import { Oracle } from "../oracle/oracle.ts";
import type { World } from "../oracle/world.ts";

/** The oracle takes time that grows with the square of the history. */
const MESSAGES_MAX = 150;

/**
 * Compares the facts of all messages that some process knows, the first so many of them.
 *
 * @returns The first difference, or undefined.
 */
export function compareWithOracle(simulated: SimulatedWorld): string | undefined {
  const { graph: { spec }, marks } = simulated;
  const [process] = simulated.up().toSorted((a, b) => b.state.dag.size - a.state.dag.size);
  if (process === undefined) return undefined;
  const messages = [...process.state.dag.values()].slice(0, MESSAGES_MAX)
    .map(({ message }) => message);
  const oracle = new Oracle(closeGraph(spec));
  const refused = messages.find((message) => {
    const isGood = oracle.rejection(message) === undefined;
    if (isGood) oracle.learn(message);
    return !isGood;
  });
  if (refused !== undefined) return `the oracle refuses ${refused.id.slice(0, 8)}`;
  marks.mark("facts held against the oracle", messages.length);
  const cases = messages.map((message) => ({ message, rejection: undefined }));
  const mismatch = compareCases(CORE, { spec, oracle } as World, cases);
  if (mismatch === undefined) return undefined;
  const { index, what, expected, actual } = mismatch;
  return `message ${index}: ${what}: the oracle says ${expected}, the core ${actual}`;
}
