/**
 * What a client is.
 *
 * @module
 */

import type { Decided } from "./decided.ts";
import type { ClientError } from "./errors.ts";
import type { LogClient } from "./log_types.ts";
import type { WaitOptions } from "./scope.ts";
import type { AcceptorStatus } from "./status.ts";

/**
 * How `connect` makes a client.
 *
 * @example
 * ```ts
 * import {
 *   connect,
 *   type ConnectOptions,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const patient: ConnectOptions = { patienceMs: 10_000, belief: "quorum" };
 * await using client = connect(alice, patient);
 * assertEquals(typeof client.propose, "function");
 * ```
 */
export interface ConnectOptions {
  /**
   * How many acceptors have to say the same of a learner before it is believed. `quorum`, the
   * default: a quorum of that learner. `promise`: so many that, were all of them lying, that learner
   * would have no promise left at all; they are fewer, and what they need is that not all lie.
   */
  readonly belief?: "quorum" | "promise";
  /** HTTP/2 without TLS: loopback only, for tools on the same machine. */
  readonly cleartext?: boolean;
  /** Milliseconds that connecting to an acceptor may take; 5,000 unless told. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds that an acceptor has for a proposal before the next is asked too; 2,000. */
  readonly patienceMs?: number;
}

/**
 * What a call about instances can be told.
 *
 * @example
 * ```ts
 * import {
 *   type AskOptions,
 *   connect,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const options: AskOptions = { learners: ["Eve"], timeoutMs: 50 };
 * await using client = connect(alice);
 * // Nobody runs.
 * const failed = await client.get(0n, options).catch(({ code }) => code);
 * assertEquals(failed, "UNREACHABLE");
 * ```
 */
export interface AskOptions extends WaitOptions {
  /** Learners by name; all if absent or empty. */
  readonly learners?: readonly string[];
}

/**
 * What became of a proposal.
 *
 * @example
 * ```ts
 * import { type Proposed } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const verdict = ({ ours }: Proposed) => ours ? "won" : "lost to another value";
 * assertEquals(verdict({ ours: false, decisions: [] }), "lost to another value");
 * ```
 */
export interface Proposed {
  /** Whether every learner asked for has decided the value proposed. */
  readonly ours: boolean;
  /** The decision of each learner asked for, in the order of the configuration. */
  readonly decisions: readonly Decided[];
}

/**
 * What one acceptor says of itself, or why it says nothing.
 *
 * @example
 * ```ts
 * import {
 *   connect,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   type StatusAnswer,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * await using client = connect(alice);
 * const why = (answer: StatusAnswer | undefined) =>
 *   answer !== undefined && "error" in answer ? answer.error.code : "it answers";
 * const [answer] = await client.status({ timeoutMs: 200 });
 * assertEquals(why(answer) === "it answers", false);
 * ```
 */
export type StatusAnswer =
  | { readonly acceptor: string; readonly status: AcceptorStatus }
  | { readonly acceptor: string; readonly error: ClientError };

/**
 * Proposes to a cluster and asks it, as the identity of a configuration. Made by
 * `connect`; to be closed. Calls fail with a {@linkcode ClientError}.
 *
 * @example
 * ```ts
 * import {
 *   type Client,
 *   connect,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   startAcceptor,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [alice, configuration] = (await generateConfigs(plan, { basePort: 19010 })).map(({ name, config }) =>
 *   loadConfiguration(JSON.stringify(config), `${name}.json`)
 * );
 * await using acceptor = await startAcceptor({ configuration: alice! });
 * const agree = async (client: Client, instance: bigint, text: string) => {
 *   const { decisions } = await client.propose(instance, new TextEncoder().encode(text));
 *   return decisions.map(({ learner, value }) => `${learner}: ${new TextDecoder().decode(value)}`);
 * };
 * await using client = connect(configuration!);
 * assertEquals(await agree(client, 7n, "blue"), ["Eve: blue"]);
 * assertEquals(await agree(client, 7n, "red"), ["Eve: blue"]);
 * await acceptor.stop();
 * ```
 */
export interface Client extends LogClient, AsyncDisposable {
  /**
   * Has an acceptor propose a value in an instance, and the next one if that one is dead or silent,
   * and waits for the decisions. Proposing again what was decided already does no harm.
   *
   * Fails as INVALID; TIMEOUT after `timeoutMs`, 10,000 unless told: it may be decided yet; STARVED;
   * DISAGREEMENT; ABORTED; CLOSED.
   */
  propose(instance: bigint, value: Uint8Array, options?: AskOptions): Promise<Proposed>;
  /**
   * What the learners have decided in an instance; waits for what is yet to come. Each acceptor is
   * called once.
   *
   * Fails as propose does, but for STARVED, and as UNREACHABLE once so many have gone that the
   * others are not enough.
   */
  get(instance: bigint, options?: AskOptions): Promise<readonly Decided[]>;
  /**
   * The decisions in some instances, in their order: of one after all of those before it. Acceptors
   * that go are called again.
   *
   * Fails as propose does, but for STARVED; and as TIMEOUT only if `timeoutMs` is given. Leaving the
   * loop ends it.
   *
   * @param instances May be without end: they are taken as they are needed.
   */
  watch(instances: Iterable<bigint>, options?: AskOptions): AsyncIterable<Decided>;
  /**
   * How every acceptor says it is, in the order of the configuration. That one does not answer is
   * part of the answer. Fails as ABORTED or CLOSED only.
   */
  status(options?: WaitOptions): Promise<readonly StatusAnswer[]>;
  /** Ends all calls, as CLOSED, and all connections. Can be repeated. */
  close(): Promise<void>;
}
