/**
 * An acceptor or an observer inside another program, by the few things that such a program needs.
 *
 * @module
 */

import type { HostPort } from "../config/addresses.ts";
import type { Configuration } from "../config/configuration.ts";
import type { DecisionRecord } from "../node/decision_book.ts";
import { type Logger, SILENT } from "../node/logger.ts";
import { Role } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { orAborted } from "./aborting.ts";
import { followDecisions, followDecisionsIn } from "./follow.ts";
import { openJournal } from "./open_journal.ts";
import {
  type ProcessOptions,
  type RunningProcess,
  startAcceptor as startAcceptorProcess,
  startObserver as startObserverProcess,
} from "./process.ts";

/**
 * How a process inside another program runs.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   type RunOptions,
 *   startObserver,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const lines: string[] = [];
 * const options: RunOptions = { configuration: alice, log: (_level, line) => lines.push(line) };
 * await using observer = startObserver(options);
 * assertEquals(observer.name, "Alice");
 * ```
 */
export interface RunOptions {
  /** Checked, with the private key of the identity to run as. */
  readonly configuration: Configuration;
  /** Told of links, refusals and faults; nobody is if absent. */
  readonly log?: Logger;
  /** Program and version, told to peers; `hetpaxos` if absent. */
  readonly agent?: string;
  /** HTTP/2 without TLS, on loopback only. */
  readonly cleartext?: boolean;
  /**
   * Folder of the journal; that of the configuration if absent. If that has none either, nothing
   * survives: an acceptor that stops then must not come back with the same key.
   */
  readonly dataDir?: string;
}

/**
 * A decision that a process has counted itself: it has verified what made it.
 *
 * @example
 * ```ts
 * import { type Observed } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const told = ({ learner, signers }: Pick<Observed, "learner" | "signers">) =>
 *   `${learner}, by the votes of ${signers.join(", ")}`;
 * assertEquals(told({ learner: "Eve", signers: ["Alice"] }), "Eve, by the votes of Alice");
 * ```
 */
export interface Observed {
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Whose decision it is. */
  readonly learner: string;
  /** What was decided; undefined if only its hash was known at that time. */
  readonly value: Uint8Array | undefined;
  /** The protocol's hash of the value: 64 lower-case hex digits. */
  readonly valueHash: string;
  /** Acceptors whose votes made it, by name, sorted. */
  readonly signers: readonly string[];
}

/**
 * Which decisions are wanted, and until when.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   loadConfiguration,
 *   type ObserveOptions,
 *   planHomogeneous,
 *   startObserver,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const options: ObserveOptions = { instances: [7n], signal: AbortSignal.timeout(50) };
 * await using observer = startObserver({ configuration: alice });
 * for await (const decision of observer.decisions(options)) throw new Error(decision.learner);
 * assertEquals(options.signal?.aborted, true);
 * ```
 */
export interface ObserveOptions {
  /** Only of these instances; all if absent. */
  readonly instances?: readonly bigint[];
  /** Ends it, without an error. */
  readonly signal?: AbortSignal;
}

/**
 * A process that runs inside another program; to be stopped.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   type Running,
 *   startObserver,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const observer: Running = startObserver({ configuration: alice });
 * await observer.connected(1, AbortSignal.timeout(50));
 * assertEquals(observer.name, "Alice");
 * await observer.stop();
 * ```
 */
export interface Running extends AsyncDisposable {
  /** The identity that it runs as. */
  readonly name: string;
  /** Settles when it is connected with `count` acceptors, or stops, or `signal` is aborted. */
  connected(count: number, signal?: AbortSignal): Promise<void>;
  /** Decisions that it knows, and those to come, until it stops or `signal` is aborted. */
  decisions(options?: ObserveOptions): AsyncIterable<Observed>;
  /** Rejects if it must not go on: stop it then. Never resolves. */
  readonly failed: Promise<never>;
  /** Says goodbye to everyone and frees everything. Can be repeated. */
  stop(): Promise<void>;
}

/**
 * An acceptor that runs inside another program.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   type RunningAcceptor,
 *   startAcceptor,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan, { basePort: 19030 });
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const acceptor: RunningAcceptor = await startAcceptor({ configuration: alice });
 * assertEquals(acceptor.address, { host: "127.0.0.1", port: 19030 });
 * await acceptor.stop();
 * ```
 */
export interface RunningAcceptor extends Running {
  /** Where it listens. */
  readonly address: HostPort;
}

/**
 * Runs an acceptor inside this program.
 *
 * @throws OperatorError if the configuration's key is not an acceptor's, the port or the journal
 * cannot be used, or another process runs as this acceptor.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   startAcceptor,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan, { basePort: 19040 });
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const acceptor = await startAcceptor({ configuration: alice });
 * assertEquals(acceptor.address.port, 19040);
 * await acceptor.stop();
 * ```
 */
export async function startAcceptor(options: RunOptions): Promise<RunningAcceptor> {
  const process = await startAcceptorProcess(processOptions(options));
  const { address } = process;
  if (address === undefined) throw new Error("an acceptor listens");
  return { ...wrap(options, process), address };
}

/**
 * Runs an observer inside this program: it listens to all acceptors, verifies every message, and
 * counts the votes of every learner itself. It votes for nothing and proposes nothing.
 *
 * @throws OperatorError if cleartext is asked for beyond loopback, or the journal cannot be used.
 *
 * @example
 * ```ts
 * import {
 *   connect,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   startAcceptor,
 *   startObserver,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [alice, configuration] = (await generateConfigs(plan, { basePort: 19050 })).map(({ name, config }) =>
 *   loadConfiguration(JSON.stringify(config), `${name}.json`)
 * );
 * const acceptor = await startAcceptor({ configuration: alice! });
 * const observer = startObserver({ configuration: configuration! });
 * await using client = connect(configuration!);
 * await client.propose(0n, new TextEncoder().encode("blue"));
 * // It has counted the votes itself.
 * for await (const { learner, signers } of observer.decisions({ instances: [0n] })) {
 *   assertEquals([learner, ...signers], ["Eve", "Alice"]);
 *   break;
 * }
 * await client.close();
 * await observer.stop();
 * await acceptor.stop();
 * ```
 */
export function startObserver(options: RunOptions): Running {
  return wrap(options, startObserverProcess(processOptions(options), Role.LEARNER));
}

function processOptions(options: RunOptions): ProcessOptions {
  const { configuration, log = SILENT, agent = "hetpaxos", cleartext = false } = options;
  const { dataDir = configuration.dataDir } = options;
  const journal = dataDir === undefined ? {} : { journal: openJournal(configuration, dataDir) };
  return { configuration, log, agent, cleartext, ...journal };
}

function wrap({ configuration }: RunOptions, process: RunningProcess): Running {
  const stopping = new AbortController();
  const stop = () => {
    stopping.abort();
    return process.stop();
  };
  return {
    name: configuration.self.name,
    failed: process.failed,
    stop,
    [Symbol.asyncDispose]: stop,
    connected: (count, signal = stopping.signal) =>
      orAborted(process.peers.connected(count), signal),
    async *decisions({ instances, signal } = {}) {
      const over = signal === undefined
        ? stopping.signal
        : AbortSignal.any([signal, stopping.signal]);
      const { decisions } = process.node;
      const followed = instances === undefined
        ? followDecisions(decisions, over)
        : followDecisionsIn(decisions, instances, over);
      for await (const record of followed) yield observed(record);
    },
  };
}

function observed({ instance, learner, value, ballot, signers }: DecisionRecord): Observed {
  return { instance, learner, value, valueHash: ballot.valueHash, signers };
}
