/**
 * A closed loop of proposals: so many in flight, a new one as soon as one is decided.
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
   */
  async run(count: number, inFlight: number, valueBytes: number): Promise<LoopResult> {
    const end = this.#next + count;
    const latenciesMs: number[] = [];
    let failed = 0;
    const startMs = performance.now();
    const work = async () => {
      while (this.#next < end) {
        const instance = this.#next++;
        const client = this.#clients[instance % this.#clients.length]!;
        const beginMs = performance.now();
        const value = new Uint8Array(randomBytes(valueBytes));
        const signal = new AbortController().signal;
        await client.propose({ instance: BigInt(instance), value }, signal).then(
          () => latenciesMs.push(performance.now() - beginMs),
          () => failed++,
        );
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
    const tookMs = performance.now() - startMs;
    return { latenciesMs: latenciesMs.sort((a, b) => a - b), tookMs, failed };
  }

  /** Ends the connections. */
  close(): void {
    for (const client of this.#clients) client.close();
  }
}
