/**
 * What can be known of a learner graph before it runs: whether it is valid, and who may starve whom.
 *
 * @module
 */

export * from "./effort.ts";
export * from "./prepared.ts";
export * from "./starvation.ts";
export type { Symmetry } from "./symmetry.ts";
export * from "./validity.ts";
export * from "./minimal.ts";
export * from "./sets.ts";
export * from "./closure.ts";
export * from "./demands.ts";
export * from "./derive.ts";
export * from "./repair.ts";
export * from "./what_if.ts";
