/**
 * What can be known of a learner graph before it runs: whether it is valid, who can stop or deceive
 * whom, what follows from what, what becomes of it when acceptors fail, and what would mend it.
 *
 * Longer work comes in steps ({@linkcode Work}): drive it with {@linkcode finish}, or step by step to
 * show progress and to stop it.
 *
 * @module
 */

export * from "./closure.ts";
export * from "./demands.ts";
export * from "./derive.ts";
export * from "./effort.ts";
export * from "./minimal.ts";
export * from "./picture.ts";
export * from "./prepared.ts";
export * from "./repair.ts";
export * from "./report.ts";
export * from "./sets.ts";
export type { FoundSplit } from "./split.ts";
export * from "./starvation.ts";
export * from "./stellar.ts";
export type { Symmetry } from "./symmetry.ts";
export * from "./superfluous.ts";
export { escapeXml, toSvg } from "./svg.ts";
export * from "./validity.ts";
export * from "./what_if.ts";
export {
  type LearnerGraph,
  type LearnerGraphSpec,
  makeLearnerGraph,
} from "../core/learner_graph.ts";
export { anyOf, type CompiledRule, type SetRule, thresholdOf } from "../core/quorum.ts";
export type {
  AcceptorIndex,
  AcceptorSet,
  BurialRule,
  LearnerIndex,
  LearnerSet,
} from "../core/types.ts";
