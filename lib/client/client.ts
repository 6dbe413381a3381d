/**
 * A client of a cluster: proposes and asks, and believes no acceptor alone.
 *
 * @module
 */

import type { Configuration } from "../config/configuration.ts";
import { type Belief, isQuorum, mayBelieve } from "../core/hearsay.ts";
import { hashValue } from "../crypto/hash.ts";
import { Calls, Failures } from "./calls.ts";
import type { Decided } from "./decided.ts";
import { ClientError } from "./errors.ts";
import { follow } from "./follow.ts";
import { makeLogClient } from "./log_client.ts";
import type { LogClient } from "./log_types.ts";
import { Scope, type WaitOptions } from "./scope.ts";
import { askAll, learnWhy } from "./asking.ts";
import { type Asked, Survey } from "./survey.ts";
import type { AskOptions, Client, ConnectOptions, Proposed, StatusAnswer } from "./types.ts";

/** Milliseconds that a call may wait unless told. */
const TIMEOUT_MS = 10_000;

/** Milliseconds that connecting may take unless told. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Milliseconds that one acceptor has for a proposal, unless told, before the next is asked too. */
const PATIENCE_MS = 2_000;

/** The last instance. */
const INSTANCE_MAX = 2n ** 64n - 1n;

/** Instances that are followed at a time. */
const FOLLOWED_AT_ONCE = 16;

/**
 * Makes a client; nothing is dialled before the first call.
 *
 * What it returns of a decision a quorum of that learner has reported, as long as `belief` is not
 * told otherwise, each over a connection that proves who it is: acceptors that lie, however many,
 * cannot make it return anything else unless they are such a quorum by themselves. It checks no
 * signatures: who wants to believe nobody runs an observer.
 *
 * @throws OperatorError if cleartext is asked for, with the first call beyond loopback.
 *
 * @example
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
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [alice, configuration] = (await generateConfigs(plan, { basePort: 19020 })).map(({ name, config }) =>
 *   loadConfiguration(JSON.stringify(config), `${name}.json`)
 * );
 * await using acceptor = await startAcceptor({ configuration: alice! });
 * await using client = connect(configuration!);
 * const { ours } = await client.propose(0n, new TextEncoder().encode("blue"));
 * assertEquals(ours, true);
 * for await (const { learner, instance } of client.watch([0n])) {
 *   assertEquals([learner, instance], ["Eve", 0n]);
 * }
 * await client.close();
 * await acceptor.stop();
 * ```
 */
export function connect(configuration: Configuration, options: ConnectOptions = {}): Client {
  return new QuorumClient(configuration, options);
}

class QuorumClient implements Client {
  readonly #configuration: Configuration;
  readonly #belief: Belief;
  readonly #calls: Calls;
  readonly #closing = new AbortController();
  readonly #running: Set<Promise<unknown>> = new Set();
  readonly append: LogClient["append"];
  readonly read: LogClient["read"];
  readonly proof: LogClient["proof"];
  readonly verify: LogClient["verify"];
  readonly checkpoint: LogClient["checkpoint"];

  constructor(configuration: Configuration, options: ConnectOptions) {
    const { belief = "quorum", cleartext = false } = options;
    const { connectTimeoutMs = CONNECT_TIMEOUT_MS, patienceMs = PATIENCE_MS } = options;
    this.#configuration = configuration;
    this.#belief = belief === "quorum" ? isQuorum : mayBelieve;
    this.#calls = new Calls({ configuration, cleartext, connectTimeoutMs, patienceMs });
    const log = makeLogClient({
      ...{ configuration, patienceMs, belief: this.#belief, calls: this.#calls },
      closing: this.#closing.signal,
      track: this.#track,
      run: (options, work) => this.#run(options, work),
      scope: (options) => new Scope(options, this.#closing.signal),
    });
    ({
      append: this.append,
      read: this.read,
      proof: this.proof,
      verify: this.verify,
      checkpoint: this.checkpoint,
    } = log);
  }

  propose(instance: bigint, value: Uint8Array, options: AskOptions = {}): Promise<Proposed> {
    return this.#run({ timeoutMs: TIMEOUT_MS, ...options }, async (scope) => {
      const asked = this.#asked([instance], options);
      this.#refuseValue(value);
      const { survey, settled, failures } = this.#survey(asked, scope);
      const ended = [
        this.#calls.listen(survey, asked, scope, failures, true),
        this.#calls.propose(value, asked, survey, scope, failures),
        learnWhy(this.#configuration, this.#calls, asked.learners, scope, failures),
      ];
      const decisions = await this.#outcome(asked, survey, scope, failures, settled, ended);
      const valueHash = hashValue(value);
      return { ours: decisions.every((one) => one.valueHash === valueHash), decisions };
    });
  }

  get(instance: bigint, options: AskOptions = {}): Promise<readonly Decided[]> {
    return this.#run({ timeoutMs: TIMEOUT_MS, ...options }, (scope) => {
      const asked = this.#asked([instance], options);
      const { survey, settled, failures } = this.#survey(asked, scope);
      const listening = this.#calls.listen(survey, asked, scope, failures, false);
      const done = Promise.race([settled, listening]);
      return this.#outcome(asked, survey, scope, failures, done, [listening]);
    });
  }

  async *watch(
    instances: Iterable<bigint>,
    options: AskOptions = {},
  ): AsyncGenerator<Decided, void, undefined> {
    const scope = new Scope(options, this.#closing.signal);
    const iterator = instances[Symbol.iterator]();
    try {
      for (;;) {
        const some: bigint[] = [];
        while (some.length < FOLLOWED_AT_ONCE) {
          const next = iterator.next();
          if (next.done) break;
          some.push(next.value);
        }
        if (some.length === 0) return;
        const asked = this.#asked(some, options);
        const [graph, belief] = [this.#configuration.graph, this.#belief];
        yield* follow({ graph, belief, calls: this.#calls, track: this.#track }, asked, scope);
      }
    } finally {
      scope.end();
      iterator.return?.();
    }
  }

  status(options: WaitOptions = {}): Promise<readonly StatusAnswer[]> {
    const { timeoutMs = TIMEOUT_MS } = options;
    return this.#run({ ...options, timeoutMs }, async (scope) => {
      const all = await askAll(this.#configuration, this.#calls, scope, timeoutMs);
      scope.check();
      return all;
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
    this.#calls.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Runs a call that {@linkcode Client.close} waits for. */
  async #run<T>(options: WaitOptions, work: (scope: Scope) => Promise<T>): Promise<T> {
    const scope = new Scope(options, this.#closing.signal);
    try {
      return await this.#track((async () => {
        scope.check();
        return await work(scope);
      })());
    } finally {
      scope.end();
    }
  }

  readonly #track = async <T>(call: Promise<T>): Promise<T> => {
    this.#running.add(call);
    try {
      return await call;
    } finally {
      this.#running.delete(call);
    }
  };

  /** @throws ClientError (INVALID) for what does not exist. */
  #asked(instances: readonly bigint[], { learners = [] }: AskOptions): Asked {
    const all = this.#configuration.graph.spec.learners;
    const odd = instances.find((instance) => instance < 0n || instance > INSTANCE_MAX);
    if (odd !== undefined) throw new ClientError("INVALID", `there is no instance ${odd}`);
    const unknown = learners.find((name) => !all.includes(name));
    if (unknown !== undefined) {
      const what = `there is no learner ${JSON.stringify(unknown)}; there are ${all.join(", ")}`;
      throw new ClientError("INVALID", what);
    }
    const chosen = learners.length === 0 ? all : all.filter((name) => learners.includes(name));
    return { instances, learners: chosen };
  }

  #refuseValue({ length }: Uint8Array): void {
    const { valueBytesMax } = this.#configuration.limits;
    if (length === 0) throw new ClientError("INVALID", "the value is empty");
    if (length <= valueBytesMax) return;
    throw new ClientError("INVALID", `the value has ${length} bytes, above ${valueBytesMax}`);
  }

  #survey(asked: Asked, scope: Scope) {
    const { promise: settled, resolve } = Promise.withResolvers<void>();
    const { graph } = this.#configuration;
    const survey: Survey = new Survey(graph, this.#belief, asked, () => {
      if (survey.missing.length === survey.starved.length) resolve();
      if (survey.contradictions.length > 0) resolve();
    });
    scope.signal.addEventListener("abort", () => resolve());
    if (scope.signal.aborted) resolve();
    return { survey, settled, failures: new Failures() };
  }

  /** What is decided, once it is settled; ends the calls that have to do with it, and waits for that. */
  async #outcome(
    asked: Asked,
    survey: Survey,
    scope: Scope,
    failures: Failures,
    settled: Promise<void>,
    ended: readonly Promise<void>[],
  ): Promise<readonly Decided[]> {
    await settled;
    const details = { decisions: survey.decided, failures: failures.all };
    const { why } = failures;
    scope.end();
    await Promise.all(ended);
    const { contradictions, missing, starved } = survey;
    const where = `in instance ${asked.instances.join(", ")}`;
    if (contradictions.length > 0) {
      const what = `learners that were to agree decided differently ${where}`;
      throw new ClientError("DISAGREEMENT", what, { ...details, decisions: survey.decided });
    }
    if (missing.length === 0) return details.decisions;
    scope.check();
    if (starved.length === missing.length) {
      const what = `${starved.join(", ")} can decide no more ${where}`;
      throw new ClientError("STARVED", what, details);
    }
    const code = scope.expired ? "TIMEOUT" : "UNREACHABLE";
    throw new ClientError(code, this.#notDecided(asked, missing, details.failures, why), details);
  }

  #notDecided(
    { instances }: Asked,
    missing: readonly string[],
    failures: Failures["all"],
    why: string | undefined,
  ): string {
    const { length } = this.#configuration.acceptors;
    return [
      `instance ${instances.join(", ")} is not decided for ${missing.join(", ")}, as far as ` +
      `${length - failures.length} of ${length} acceptors say`,
      ...why === undefined
        ? failures.map(({ acceptor, reason }) => `${acceptor}: ${reason}`)
        : [why],
    ].join("; ");
  }
}
