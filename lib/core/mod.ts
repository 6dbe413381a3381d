/**
 * The protocol itself: pure, synchronous, the same everywhere. A learner graph, the state of an
 * instance, and {@linkcode step}, which takes a message or the passing of time and says what to do.
 *
 * @example A learner graph
 * ```ts
 * import { makeLearnerGraph, thresholdOf } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const anyThree = thresholdOf(3, [0, 1, 2, 3]);
 * const graph = makeLearnerGraph({
 *   acceptors: ["Alice", "Bob", "Carol", "Dave"],
 *   learners: ["Eve"],
 *   quorums: [anyThree],
 *   safety: [{ a: 0, b: 0, safe: anyThree }],
 *   burial: "TECHNICAL_REPORT",
 * });
 * assertEquals(graph.connected(0b0001n), [1n]); // one caught: Eve still agrees with herself
 * ```
 *
 * @module
 */

export * from "./acceptor.ts";
export type { Account } from "./account.ts";
export * from "./acceptor_set.ts";
export * from "./buried.ts";
export * from "./caught.ts";
export * from "./connected.ts";
export * from "./dag.ts";
export * from "./facts.ts";
export * from "./freeing.ts";
export * from "./fresh.ts";
export * from "./highest_2a.ts";
export type { FutureAccounts, FutureLimits, FutureProposal } from "./future.ts";
export type { Held } from "./held.ts";
export * from "./inbox.ts";
export * from "./instance.ts";
export * from "./learner.ts";
export * from "./learner_graph.ts";
export type { Passing } from "./passing.ts";
export * from "./past.ts";
export * from "./proposer.ts";
export * from "./quorum.ts";
export * from "./rejection.ts";
export * from "./schedule.ts";
export * from "./slots.ts";
export * from "./windows.ts";
export * from "./starvation.ts";
export * from "./types.ts";
