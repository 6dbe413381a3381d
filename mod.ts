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
export * from "./lib/graph/validity.ts";
export * from "./lib/crypto/certificate.ts";
export * from "./lib/crypto/hash.ts";
export * from "./lib/crypto/identity.ts";
export * from "./lib/crypto/keys.ts";
export * from "./lib/crypto/signatures.ts";
export * from "./lib/crypto/make_certificate.ts";
export * from "./lib/crypto/verify.ts";
export * from "./lib/node/clock.ts";
export * from "./lib/config/cluster_plan.ts";
export { loadCluster, readCluster } from "./lib/config/cluster_configuration.ts";
export * from "./lib/config/configuration.ts";
export * from "./lib/node/decision_book.ts";
export type { Named } from "./lib/node/envelopes.ts";
export * from "./lib/config/generate.ts";
export * from "./lib/node/instances.ts";
export type { Fetcher, FetcherOptions, Request, Supplier } from "./lib/node/fetcher.ts";
export type { Held, HeldLimits, HeldProposal } from "./lib/node/held.ts";
export type { LackKind } from "./lib/node/lack.ts";
export * from "./lib/node/ledger.ts";
export * from "./lib/node/logger.ts";
export type { LogRecord } from "./lib/node/records.ts";
export * from "./lib/process/ending.ts";
export * from "./lib/process/follow.ts";
export * from "./lib/process/system_clock.ts";
export type { Blame } from "./lib/node/blame.ts";
export * from "./lib/node/node.ts";
export * from "./lib/node/node_types.ts";
export * from "./lib/process/open_journal.ts";
export * from "./lib/node/outcomes.ts";
export * from "./lib/process/process.ts";
export * from "./lib/node/proposing.ts";
export * from "./lib/node/starvation_watch.ts";
export type { SteadyClock, SteadyOptions } from "./lib/node/steady.ts";
export * from "./lib/store/journal.ts";
export * from "./lib/store/memory_journal.ts";
export * from "./lib/wire/canonical.ts";
export type { WireAcceptorMessage, WireMessage, WireProposal } from "./lib/wire/codec.ts";
export type { HostPort } from "./lib/config/addresses.ts";
export { DIGEST_PARTS, type DigestPart } from "./lib/config/digest.ts";
export type { Settings } from "./lib/config/settings.ts";
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
