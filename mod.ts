/**
 * Heterogeneous Paxos: Byzantine consensus in which every learner decides by its own quorums, and
 * pairs of learners say whose honesty their agreement rests on.
 *
 * The protocol itself is pure and synchronous: build a {@linkcode LearnerGraph}, make an
 * {@linkcode InstanceState} for each process, and feed messages to {@linkcode step}. A process with
 * keys, TLS and links is {@linkcode startAcceptor} or {@linkcode startObserver}, given a
 * {@linkcode Configuration}.
 *
 * @example A learner graph of four acceptors, of which any three suffice
 * ```ts
 * import { checkValidity, makeLearnerGraph, thresholdOf } from "./mod.ts";
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
 * assertEquals(checkValidity(graph), undefined);
 * ```
 *
 * @module
 */

export * from "./lib/core/mod.ts";
export * from "./lib/crypto/certificate.ts";
export * from "./lib/crypto/hash.ts";
export * from "./lib/crypto/identity.ts";
export * from "./lib/crypto/keys.ts";
export * from "./lib/crypto/make_certificate.ts";
export * from "./lib/crypto/verify.ts";
export * from "./lib/runtime/clock.ts";
export * from "./lib/runtime/cluster_plan.ts";
export { loadCluster, readCluster } from "./lib/runtime/cluster_configuration.ts";
export * from "./lib/runtime/configuration.ts";
export * from "./lib/runtime/decision_book.ts";
export type { Named } from "./lib/runtime/envelopes.ts";
export * from "./lib/runtime/generate.ts";
export * from "./lib/runtime/instances.ts";
export * from "./lib/runtime/intake.ts";
export * from "./lib/runtime/ledger.ts";
export * from "./lib/runtime/logger.ts";
export type { LogRecord } from "./lib/runtime/log_record.ts";
export type { Blame } from "./lib/runtime/blame.ts";
export * from "./lib/runtime/node.ts";
export * from "./lib/runtime/node_types.ts";
export * from "./lib/runtime/open_journal.ts";
export * from "./lib/runtime/outcomes.ts";
export * from "./lib/runtime/process.ts";
export * from "./lib/runtime/proposing.ts";
export * from "./lib/runtime/starvation_watch.ts";
export type { SteadyClock, SteadyOptions } from "./lib/runtime/steady.ts";
export type { Request, WantKind } from "./lib/runtime/wants.ts";
export * from "./lib/store/journal.ts";
export * from "./lib/store/memory_journal.ts";
export * from "./lib/wire/canonical.ts";
export type { WireAcceptorMessage, WireMessage, WireProposal } from "./lib/wire/codec.ts";
export type { HostPort } from "./lib/wire/config_addresses.ts";
export { DIGEST_PARTS, type DigestPart } from "./lib/wire/config_digest.ts";
export type { Settings } from "./lib/wire/config_settings.ts";
export { Role } from "./lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
export * from "./lib/wire/hex.ts";
export {
  type LimitName,
  LIMITS,
  NETWORK_SETTINGS,
  type NetworkSettingName,
  PROPOSER_SETTINGS,
  type ProposerSettingName,
  type Setting,
} from "./lib/wire/limits.ts";
export * from "./lib/wire/operator_error.ts";
