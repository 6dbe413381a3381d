/**
 * Dialing in memory: what the sockets are to the real processes.
 *
 * @module
 */

import type { AcceptorClient } from "../../lib/net/client.ts";
import { answersOf, hearAll, wordsOf } from "../../lib/net/talk.ts";
import type { Envelope } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { TestCluster } from "./cluster.ts";
import { Pipe } from "./pipe.ts";

/** Answers those who dial: takes what the caller says, gives what is said to it. */
export type Server = (caller: string, incoming: AsyncIterable<Envelope>) => AsyncIterable<Envelope>;

interface Call {
  readonly caller: string;
  readonly called: string;
  readonly pipes: readonly [Pipe<Envelope>, Pipe<Envelope>];
}

/** Connects those who dial with those who serve. */
export class Exchange {
  /** Times anybody has dialed, by `caller called`. */
  readonly attempts: Map<string, number> = new Map();
  /** Names that cannot be reached, nor reach anyone. */
  readonly cutOff: Set<string> = new Set();
  /** Who answers in place of an acceptor of the cluster. */
  readonly servers: Map<string, Server> = new Map();
  readonly #cluster: TestCluster;
  readonly #calls: Set<Call> = new Set();

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  /** A client for `caller`; only its streams work. */
  connect(caller: string, called: string): AcceptorClient {
    const refuse = () => Promise.reject(new Error("not here"));
    return {
      link: (talk, signal) => hearAll(talk, this.#stream(caller, called, wordsOf(talk), signal)),
      getStatus: refuse,
      propose: refuse,
      watchDecisions: () => new Pipe(),
      append: refuse,
      appendStream: refuse,
      read: () => new Pipe(),
      getProof: refuse,
      getCheckpoint: refuse,
      receivedBytes: () => 0,
      close: () => {},
    };
  }

  /** How often `caller` has dialed `called`. */
  attemptsOf(caller: string, called: string): number {
    return this.attempts.get(`${caller} ${called}`) ?? 0;
  }

  /** The links there are, as `caller called`. Sorted. */
  get links(): string[] {
    return [...this.#calls].map(({ caller, called }) => `${caller} ${called}`).toSorted();
  }

  /** Breaks the links of a name, or all. */
  break(name?: string): void {
    for (const { caller, called, pipes } of this.#calls) {
      if (name !== undefined && caller !== name && called !== name) continue;
      for (const pipe of pipes) pipe.break(new Error("the network broke the link"));
    }
  }

  #serverOf(called: string): Server | undefined {
    const server = this.servers.get(called);
    if (server !== undefined) return server;
    const process = this.#cluster.processes.find(({ name }) => name === called);
    return process && ((caller, incoming) => answersOf(process.peers.inbound(caller), incoming));
  }

  async *#stream(
    caller: string,
    called: string,
    outgoing: AsyncIterable<Envelope>,
    signal: AbortSignal,
  ): AsyncGenerator<Envelope> {
    this.attempts.set(`${caller} ${called}`, this.attemptsOf(caller, called) + 1);
    const server = this.#serverOf(called);
    if (server === undefined || this.cutOff.has(caller) || this.cutOff.has(called)) {
      throw new Error("connection refused");
    }
    const pipes = [new Pipe<Envelope>(), new Pipe<Envelope>()] as const;
    const [toCalled, toCaller] = pipes;
    const call = { caller, called, pipes };
    this.#calls.add(call);
    void this.#cluster.carry(outgoing, toCalled);
    void this.#cluster.carry(server(caller, toCalled), toCaller);
    const abort = () => toCaller.break(new Error("canceled"));
    signal.addEventListener("abort", abort);
    try {
      yield* toCaller;
    } finally {
      signal.removeEventListener("abort", abort);
      this.#calls.delete(call);
      toCalled.break(new Error("hung up"));
    }
  }
}
