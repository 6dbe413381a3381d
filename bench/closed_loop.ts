/**
 * A closed loop of proposals: so many in flight, a new one as soon as one is decided. Or an open one:
 * so many a second, however long each takes.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { loadConfiguration } from "../lib/config/configuration.ts";
import type { AcceptorClient } from "../lib/net/client.ts";
import { connectToAcceptor } from "../lib/net/acceptor_client.ts";

/** What a loop has seen. */
export interface LoopResult {
  /** Of each decision, in milliseconds, ascending. */
  readonly latenciesMs: readonly number[];
  /** From the first proposal to the last decision. */
  readonly tookMs: number;
  /** Calls that ended in an error. */
  readonly failed: number;
}

/** Proposes to the acceptors of a configuration in turn, as one of its identities. */
export class ClosedLoop {
  readonly #clients: readonly AcceptorClient[];
  #next = 0;

  /**
   * @param file Of the identity that proposes.
   * @param to Acceptors that are proposed to.
   */
  constructor(file: string, to: readonly string[]) {
    const configuration = loadConfiguration(Deno.readTextFileSync(file), file);
    this.#clients = configuration.acceptors
      .filter(({ name }) => to.includes(name))
      .map((each) => connectToAcceptor(configuration, each));
  }

  /**
   * Proposes random values, each in an instance of its own.
   *
   * @param count Instances, those whose calls fail included.
   * @param proposers How many acceptors are asked in each, at once, each for a value of its own; what is
   * timed is the last answer.
   */
  async run(
    count: number,
    inFlight: number,
    valueBytes: number,
    proposers = 1,
  ): Promise<LoopResult> {
    const end = this.#next + count;
    const latenciesMs: number[] = [];
    let failed = 0;
    const startMs = performance.now();
    const work = async () => {
      while (this.#next < end) {
        const beginMs = performance.now();
        await this.#propose(valueBytes, proposers).then(
          () => latenciesMs.push(performance.now() - beginMs),
          () => failed++,
        );
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
    const tookMs = performance.now() - startMs;
    return { latenciesMs: latenciesMs.sort((a, b) => a - b), tookMs, failed };
  }

  /**
   * Proposes random values at an even rate, whether or not those before are decided. Each takes as
   * long as since it was due: what waits for its turn is slow, too.
   *
   * @param waitingMax With so many undecided no more is proposed: it cannot keep up.
   */
  async offer(
    perSecond: number,
    seconds: number,
    valueBytes: number,
    waitingMax: number,
  ): Promise<LoopResult> {
    const latenciesMs: number[] = [];
    const calls: Promise<void>[] = [];
    const count = Math.round(perSecond * seconds);
    let [failed, waiting] = [0, 0];
    const startMs = performance.now();
    while (calls.length < count && waiting < waitingMax) {
      const dueMs = startMs + calls.length / perSecond * 1000;
      const inMs = dueMs - performance.now();
      if (inMs > 0) {
        await new Promise((go) => setTimeout(go, inMs));
        continue;
      }
      waiting++;
      const call = this.#propose(valueBytes).then(
        () => void latenciesMs.push(performance.now() - dueMs),
        () => void failed++,
      );
      calls.push(call.then(() => void waiting--));
      // Else nothing that comes in would be read while there is something due.
      if (calls.length % 16 === 0) await new Promise((go) => setTimeout(go, 0));
    }
    await Promise.all(calls);
    const tookMs = performance.now() - startMs;
    return { latenciesMs: latenciesMs.sort((a, b) => a - b), tookMs, failed };
  }

  /** Proposes in the next instance, to the next acceptor, or to the next few. */
  async #propose(valueBytes: number, proposers = 1): Promise<void> {
    const instance = this.#next++;
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: proposers }, (_, i) => {
      const client = this.#clients[(instance + i) % this.#clients.length]!;
      const value = new Uint8Array(randomBytes(valueBytes));
      return client.propose({ instance: BigInt(instance), value }, signal);
    }));
  }

  /** Ends the connections. */
  close(): void {
    for (const client of this.#clients) client.close();
  }
}
