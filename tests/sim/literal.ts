/**
 * Holds what the processes of a simulated world know against the literal oracle.
 *
 * @module
 */

import type { Effect } from "../../lib/core/effects.ts";
import type { InstanceState } from "../../lib/core/instance.ts";
import type { Decision } from "../../lib/core/learner.ts";
import type { LearnerGraph } from "../../lib/core/learner_graph.ts";
import type { MessageId } from "../../lib/core/types.ts";
import type { Marks } from "../../lib/sim/marks.ts";
import { compareEntry } from "../core/compare_facts.ts";
import { CORE } from "../core/core_under_test.ts";
import { closeGraph } from "../oracle/closed_graph.ts";
import { Oracle } from "../oracle/oracle.ts";

/** The oracle takes time that grows with the square of the history. */
const MESSAGES_MAX = 150;

/** Holds every step of the processes of one instance against the oracle, message by message. */
export class StepOracle {
  readonly #graph: LearnerGraph;
  readonly #oracle: Oracle;
  readonly #marks: Marks;
  readonly #learned: Set<MessageId> = new Set();

  constructor(graph: LearnerGraph, marks: Marks) {
    this.#graph = graph;
    this.#oracle = new Oracle(closeGraph(graph.spec));
    this.#marks = marks;
  }

  /** What is wrong about a step; undefined if nothing is, or the history is too long to tell. */
  step({ dag, learner }: InstanceState, effects: readonly Effect[]): string | undefined {
    const entries = effects.flatMap((effect) =>
      effect.kind === "deliver" || effect.kind === "send" ? [effect.entry] : []
    );
    for (const { message } of entries) {
      if (this.#learned.has(message.id)) continue;
      if (this.#learned.size >= MESSAGES_MAX) return undefined;
      const rejected = this.#oracle.rejection(message);
      if (rejected !== undefined) return `the oracle refuses ${message.id.slice(0, 8)}`;
      this.#oracle.learn(message);
      this.#learned.add(message.id);
    }
    const known = [...dag.values()].map(({ message }) => message);
    if (known.some(({ id }) => !this.#learned.has(id))) return undefined;
    const parts = { core: CORE, graph: this.#graph, oracle: this.#oracle, dag: new Map(dag) };
    this.#marks.mark("facts held against the oracle", entries.length);
    for (const entry of entries) {
      const wrong = compareEntry(parts, entry, known, learner.decisions as Decision[][]);
      if (wrong === undefined) continue;
      const { what, expected, actual } = wrong;
      const name = entry.message.id.slice(0, 8);
      return `${name}: ${what}: the oracle says ${expected}, the core ${actual}`;
    }
    return undefined;
  }
}
