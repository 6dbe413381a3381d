/**
 * Looks at steps of the core from outside: the literal oracle does.
 *
 * @module
 */

import type { Effect } from "../core/effects.ts";
import type { InstanceState } from "../core/instance.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { Marks } from "./marks.ts";

/** Looks at a step: says what is wrong, or undefined if nothing is. */
export type Inspector = (state: InstanceState, effects: readonly Effect[]) => string | undefined;

/** Makes an inspector for one instance. */
export type MakeInspector = (graph: LearnerGraph, marks: Marks) => Inspector;
