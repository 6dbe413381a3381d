/**
 * Heterogeneous Paxos: Byzantine consensus in which every learner decides by its own quorums, and
 * pairs of learners say whose honesty their agreement rests on.
 *
 * This door is for programs that take part: make or load a configuration, run an acceptor or an
 * observer, propose and ask as a client. The protocol itself, which is pure and synchronous, is behind
 * `./core`; `./graph`, `./wire`, `./trace`, `./evidence` and `./sim` are doors of their own.
 *
 * @example A cluster of four acceptors in one program, and a client of it
 * ```ts
 * import {
 *   connect,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   startAcceptor,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const tolerance = { byzantine: 1, crash: 0 };
 * const plan = planHomogeneous(["Alice", "Bob", "Carol", "Dave"], ["Eve"], tolerance);
 * const files = await generateConfigs(plan, { basePort: 19_000 });
 * // Each is what one machine would read from its file.
 * const configurations = files.map(({ name, config }) =>
 *   loadConfiguration(JSON.stringify(config), `${name}.json`)
 * );
 * const acceptors = await Promise.all(
 *   configurations.filter(({ self }) => !self.client)
 *     .map((configuration) => startAcceptor({ configuration })),
 * );
 * {
 *   await using client = connect(configurations.find(({ self }) => self.client)!);
 *   const value = new TextEncoder().encode("meet at noon");
 *   const { ours, decisions } = await client.propose(0n, value);
 *   assertEquals([ours, decisions[0]?.learner], [true, "Eve"]);
 * }
 * for (const acceptor of acceptors) await acceptor.stop();
 * ```
 *
 * @module
 */

export {
  type AcceptorFailure,
  type AcceptorStatus,
  type AppendedRecord,
  type AppendOptions,
  type AskOptions,
  type CallOptions,
  type Client,
  CLIENT_ERROR_CODES,
  ClientError,
  type ClientErrorCode,
  type ClientErrorDetails,
  connect,
  type ConnectOptions,
  type Decided,
  type EntryProofJson,
  type LearnerOptions,
  type LogCheckpoint,
  type LogClient,
  type LogPlace,
  type LogRecord,
  type PeerState,
  type Proposed,
  type ReadEntry,
  type ReadOptions,
  type StatusAnswer,
  type VerifiedEntry,
  type WaitOptions,
} from "./lib/client/mod.ts";
export type { CertificateJson, HeadJson } from "./lib/log/proof_json.ts";
export type { LogSettings } from "./lib/log/types.ts";
export type { HostPort } from "./lib/config/addresses.ts";
export {
  acceptorNames,
  chooseTolerance,
  type ClusterPlan,
  learnerNames,
  planHomogeneous,
  planTwoChains,
  type SetJson,
  type SetsJson,
  type ThresholdJson,
  type Tolerance,
} from "./lib/config/cluster_plan.ts";
export {
  type ClusterConfiguration,
  type Configuration,
  type Identity,
  loadConfiguration,
  type NetworkSettings,
  type ProposerSettings,
  readConfiguration,
  type SharedFile,
} from "./lib/config/configuration.ts";
export {
  type AddressJson,
  type ConfigFileJson,
  type Deployment,
  generateConfigs,
  type GeneratedFile,
} from "./lib/config/generate.ts";
export type { Settings } from "./lib/config/settings.ts";
export type { Certificate } from "./lib/crypto/identity.ts";
export { type Fields, type Level, type Logger, SILENT } from "./lib/node/logger.ts";
export {
  type Observed,
  type ObserveOptions,
  type Running,
  type RunningAcceptor,
  type RunOptions,
  startAcceptor,
  startObserver,
} from "./lib/process/embedded.ts";
export { EXIT, type ExitStatus, OperatorError } from "./lib/wire/operator_error.ts";
