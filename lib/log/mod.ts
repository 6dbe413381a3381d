/**
 * An ordered log over instances: the log of one process as a step function, appending as another,
 * and proofs of entries, which anybody who has the configuration verifies offline.
 *
 * @example Whether a document proves an entry
 * ```ts
 * import {
 *   isProofFlaw,
 *   isUnread,
 *   logContext,
 *   readProof,
 *   verifyEntry,
 *   verifyingKeyOf,
 * } from "./mod.ts";
 * import { makeLearnerGraph, thresholdOf } from "../core/mod.ts";
 * import { fromHex } from "../wire/hex.ts";
 * import { assert, assertEquals } from "@std/assert";
 * import vector from "../../tests/vectors/log_proof.json" with { type: "json" };
 *
 * const all = [0, 1, 2, 3];
 * const context = logContext({
 *   graph: makeLearnerGraph({
 *     acceptors: vector.acceptors.map(({ name }) => name),
 *     learners: ["Eve"],
 *     quorums: [thresholdOf(3, all)],
 *     safety: [{ a: 0, b: 0, safe: thresholdOf(3, all) }],
 *     burial: "TECHNICAL_REPORT",
 *   }),
 *   configDigest: fromHex(vector.proof.configDigest),
 *   keys: vector.acceptors.map(({ spki }) => verifyingKeyOf(fromHex(spki))),
 *   settings: vector.settings,
 * });
 * const proof = readProof(context, vector.proof);
 * assert(!isUnread(proof));
 * const proved = verifyEntry(context, proof);
 * assert(!isProofFlaw(proved));
 * assertEquals(proved.records.map(({ client }) => client), ["client 1"]);
 * ```
 *
 * @module
 */

export { type VerifyingKey, verifyingKeyOf } from "../crypto/signatures.ts";
export * from "./certificate.ts";
export * from "./chain.ts";
export * from "./closing.ts";
export * from "./coordinator.ts";
export * from "./coordinator_state.ts";
export type { Delivery, Entry, LearnerBase, LearnerLog, Stand } from "./learner_log.ts";
export * from "./log.ts";
export type { Progress } from "./progress.ts";
export * from "./proof.ts";
export * from "./proof_json.ts";
export * from "./record.ts";
export * from "./restoring.ts";
export * from "./sessions.ts";
export * from "./shown.ts";
export * from "./snapshot.ts";
export * from "./state.ts";
export * from "./statement.ts";
export { type Entered, type Lie, lieOf, type StatementBook } from "./statement_book.ts";
export * from "./types.ts";
export * from "./verifying.ts";
export * from "./window.ts";
