/**
 * Load: instance after instance is proposed to whichever acceptor listens, until it has answered
 * with a decision.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { AcceptorClient } from "../../lib/net/client.ts";
import { LinkError } from "../../lib/net/errors.ts";
import { connectToAcceptor } from "../../lib/net/acceptor_client.ts";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import type { Decision } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { toHex } from "../../lib/wire/hex.ts";
import type { Durable } from "./durable.ts";
import type { Program } from "./program.ts";

/** Calls of one instance that fail, one after another, before something must be wrong. */
const FAILURES_MAX = 2_000;

/** How load is made. */
export interface LoadOptions {
  /** Instances proposed at once; 4 if left out. */
  readonly concurrency?: number;
  /** Acceptors to propose to; all if left out. */
  readonly to?: readonly string[];
  /** The first instance; 0 if left out. */
  readonly from?: number;
  /** As whom; client_0 if left out. */
  readonly as?: string;
}

/** What was decided: hashes of values, by instance. */
export type Decided = Map<bigint, string>;

/** See the module. Runs from {@linkcode Load.start} to {@linkcode Load.stop}. */
export class Load {
  /** What acceptors have answered. */
  readonly decided: Decided = new Map();
  /** Calls that failed, with the acceptor that they were made to. */
  failures = 0;
  /** How long each instance took to be decided, in milliseconds, in the order of decisions. */
  readonly latenciesMs: number[] = [];
  /** Instances begun in a second at most. */
  perSecondMax = Infinity;
  readonly #durable: Durable;
  readonly #clients: ReadonlyMap<string, AcceptorClient>;
  readonly #waiting: Set<() => void> = new Set();
  readonly #workers: Promise<void>[] = [];
  readonly #broken = Promise.withResolvers<never>();
  #next: number;
  #beginMs = 0;
  #over = false;

  private constructor(durable: Durable, clients: ReadonlyMap<string, AcceptorClient>, from = 0) {
    this.#durable = durable;
    this.#clients = clients;
    this.#next = from;
    this.#broken.promise.catch(() => {});
  }

  /** Begins. */
  static async start(durable: Durable, options: LoadOptions = {}): Promise<Load> {
    const { concurrency = 4, to, from, as = "client_0" } = options;
    const file = durable.cluster.file(as);
    const configuration = loadConfiguration(await Deno.readTextFile(file), file);
    const acceptors = configuration.acceptors.filter(({ name }) => to?.includes(name) ?? true);
    const load = new Load(
      durable,
      new Map(acceptors.map((each) => [each.name, connectToAcceptor(configuration, each)])),
      from,
    );
    for (let i = 0; i < concurrency; i++) {
      load.#workers.push(load.#work().catch(load.#broken.reject));
    }
    return load;
  }

  /** Settles when so many more instances have been decided. */
  async more(count: number): Promise<void> {
    const enough = this.decided.size + count;
    while (this.decided.size < enough) {
      const one = new Promise<void>((resolve) => this.#waiting.add(resolve));
      await Promise.race([one, this.#broken.promise]);
    }
  }

  /** Ends when everything proposed has been decided. */
  async stop(): Promise<Decided> {
    this.#over = true;
    await Promise.race([Promise.all(this.#workers), this.#broken.promise]);
    for (const client of this.#clients.values()) client.close();
    return this.decided;
  }

  async #work(): Promise<void> {
    while (!this.#over) {
      await this.#turn();
      const instance = BigInt(this.#next++);
      const startMs = performance.now();
      note(this.decided, await this.#decide(instance));
      this.latenciesMs.push(performance.now() - startMs);
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const resolve of waiting) resolve();
    }
  }

  /** Settles when another instance may begin. */
  async #turn(): Promise<void> {
    const nowMs = performance.now();
    const beginMs = Math.max(nowMs, this.#beginMs);
    this.#beginMs = beginMs + 1_000 / this.perSecondMax;
    if (beginMs > nowMs) await new Promise((resolve) => setTimeout(resolve, beginMs - nowMs));
  }

  /** Each call offers another value, so that decisions could differ. */
  async #decide(instance: bigint): Promise<Decision> {
    const names = [...this.#clients.keys()];
    for (let tries = 0; tries < FAILURES_MAX; tries++) {
      const name = await this.#durable.anyUp(names[(Number(instance) + tries) % names.length]!);
      const client = this.#clients.get(name);
      if (client === undefined) continue;
      const value = new TextEncoder().encode(`${instance}, offered to ${name}, try ${tries}`);
      try {
        const call = new AbortController();
        const { decisions } = await client.propose({ instance, value }, call.signal);
        assertEquals(decisions.length, 1, `decisions in instance ${instance}`);
        return decisions[0]!;
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        this.failures++;
      }
    }
    throw new Error(`instance ${instance}: ${FAILURES_MAX} calls have failed`);
  }
}

/** Adds a decision; one that differs from what was decided before is an error. */
export function note(decided: Decided, { instance, ballot }: Decision): void {
  const hash = toHex(ballot!.valueHash);
  const before = decided.get(instance);
  if (before !== undefined && before !== hash) {
    throw new Error(`instance ${instance} was decided twice: ${before} and ${hash}`);
  }
  decided.set(instance, hash);
}

/**
 * Waits until an acceptor tells of a decision in each of these instances, and of the same.
 *
 * @returns all it has told of, in these instances and in others.
 */
export async function tellsOf(
  durable: Durable,
  acceptor: string,
  expected: Decided,
  as = "client_1",
): Promise<Decided> {
  return await durable.cluster.call(acceptor, as, async (client, signal) => {
    const told: Decided = new Map();
    const missing = new Set(expected.keys());
    if (missing.size === 0) return told;
    for await (const decision of client.watchDecisions({}, signal)) {
      note(told, decision);
      const { instance } = decision;
      if (missing.delete(instance)) {
        assertEquals(told.get(instance), expected.get(instance), `${acceptor}, ${instance}`);
      }
      if (missing.size === 0) break;
    }
    return told;
  });
}

/** Waits until a learner has printed a decision in each of these instances, and the same. */
export async function printsAll(
  learner: Program,
  expected: Decided,
): Promise<void> {
  const missing = new Set(expected.keys());
  let next = 0;
  await learner.out.until((lines) => {
    for (; next < lines.length; next++) {
      const { event, instance, valueHash } = lines[next]!;
      assertEquals(event, "decision", JSON.stringify(lines[next]));
      const id = BigInt(String(instance));
      if (missing.delete(id)) assertEquals(valueHash, expected.get(id), `the learner, ${id}`);
    }
    return missing.size === 0 ? true : undefined;
  }, `decisions of ${missing.size} instances`);
}
