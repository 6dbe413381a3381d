/**
 * Whole processes of a cluster in one, joined in memory: everything but sockets is the real thing.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { fullSet } from "../../lib/core/acceptor_set.ts";
import type { RejectionCode } from "../../lib/core/rejection.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import type { Clock } from "../../lib/node/clock.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import { Node } from "../../lib/node/node.ts";
import { Peers } from "../../lib/process/peers.ts";
import { newProposing, type Proposing, turnOf } from "../../lib/node/proposing.ts";
import { Recovery } from "../../lib/node/recovery.ts";
import type { Journal, JournalError } from "../../lib/store/journal.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import {
  type Envelope,
  EnvelopeSchema,
  Role,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { configurationOf, makeTestConfigurations, type TestPlan } from "./configurations.ts";
import { answersOf } from "../../lib/net/talk.ts";
import { Exchange } from "./exchange.ts";
import { FakeClock } from "./fake_clock.ts";
import { Pipe } from "./pipe.ts";

/** One process. */
export interface TestProcess {
  readonly name: string;
  readonly configuration: Configuration;
  readonly role: Role;
  readonly node: Node;
  readonly peers: Peers;
  readonly journal: Journal;
  /** What it logged, as `level: message`. */
  readonly logged: readonly string[];
  /** Instances in which it stopped signing. */
  readonly estranged: readonly bigint[];
  /** Why its journal cannot be written. */
  readonly failures: readonly JournalError[];
  /** Takes it out of the cluster, as a crash does: it says and does nothing any more. */
  kill(): void;
}

/** How a process of a test may differ from a plain one. */
export interface ProcessOptions {
  readonly role?: Role;
  readonly clock?: Clock;
  readonly incarnation?: bigint;
  /** What it remembers; nothing if absent. */
  readonly journal?: Journal;
  /** Votes only when its peers have told it what it may have forgotten; at once if absent. */
  readonly recovers?: boolean;
  /** In place of the one with its name. */
  readonly configuration?: Configuration;
  /** Takes the lines of its trace. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** A link in memory. */
export interface Joint {
  /** Cuts it: what is under way is lost. */
  break(): void;
}

/** Looks at an envelope when it is sent and, unless it is lost, just before it is received. */
export type Tap = (
  moment: "sent" | "arrives",
  from: TestProcess,
  to: TestProcess,
  envelope: Envelope,
  joint: Joint,
) => void;

/** A cluster in one process, with a clock of its own. */
export class TestCluster {
  readonly clock = new FakeClock();
  readonly configurations: readonly Configuration[];
  readonly processes: TestProcess[] = [];
  /** Where processes that are started (`peers.start()`) dial each other. */
  readonly exchange = new Exchange(this);
  /** Delay of the next envelope, in milliseconds. */
  delayMs: () => number = () => 1;
  /** Looks at each envelope. */
  tap: Tap = () => {};
  /** Takes the lines of the traces of all processes that are added from now on. */
  trace: ((line: string) => void) | undefined;
  #incarnations = 0n;
  readonly #faults: unknown[] = [];
  readonly #ends: Promise<void>[] = [];

  constructor(configurations: readonly Configuration[]) {
    this.configurations = configurations;
  }

  /** Acceptors by name, each joined with all others. All acceptors of the plan if none is named. */
  static async start(plan: TestPlan = {}, acceptors?: readonly string[]): Promise<TestCluster> {
    const cluster = new TestCluster(await makeTestConfigurations(plan));
    const names = acceptors ?? cluster.configurations[0]!.acceptors.map(({ name }) => name);
    for (const name of names) cluster.join(cluster.add(name));
    await cluster.clock.advance(10);
    return cluster;
  }

  /** Starts a process: an acceptor if the name is one's, else a learner. Not joined to anyone. */
  add(name: string, options: ProcessOptions = {}): TestProcess {
    const { configuration = configurationOf(this.configurations, name) } = options;
    const role = options.role ?? (configuration.self.client ? Role.LEARNER : Role.ACCEPTOR);
    const logged: string[] = [];
    const estranged: bigint[] = [];
    const failures: JournalError[] = [];
    const journal = options.journal ?? openMemoryJournal();
    const node = new Node({
      configuration,
      votes: role === Role.ACCEPTOR,
      journal,
      clock: options.clock ?? this.clock,
      random: () => 0.5,
      log: (level, message) => logged.push(`${level}: ${message}`),
      trace: options.trace ?? this.trace,
    });
    node.observe({
      estranged: (instance) => estranged.push(instance),
      failed: (error) => failures.push(error),
    });
    const recovery = this.#startVoting(node, options.recovers ?? false);
    const peers = new Peers({
      node,
      role,
      incarnation: options.incarnation ?? ++this.#incarnations,
      agent: "test",
      connect: (acceptor) => this.exchange.connect(name, acceptor.name),
      onIdentityInUse: (detail) => logged.push(`in use: ${detail}`),
      onFault: (error) => this.#faults.push(error),
      onCaughtUp: (acceptor) => recovery?.heardFrom(acceptor),
    });
    const kill = () => {
      recovery?.close();
      node.close();
      this.processes.splice(this.processes.indexOf(process), 1);
      this.#ends.push(peers.close());
    };
    const parts = { name, configuration, role, node, peers, journal };
    const process: TestProcess = { ...parts, logged, estranged, failures, kill };
    this.processes.push(process);
    return process;
  }

  #startVoting(node: Node, recovers: boolean): Recovery | undefined {
    const { self } = node.context;
    if (self === undefined) return undefined;
    if (recovers) {
      return new Recovery(node, self, node.options.configuration.network.recoveryWaitMs);
    }
    node.startVoting();
    return undefined;
  }

  /** The process with this name. */
  get(name: string): TestProcess {
    const found = this.processes.find((process) => process.name === name);
    if (found === undefined) throw new Error(`no process ${name}`);
    return found;
  }

  /** All acceptors that run. */
  get acceptors(): TestProcess[] {
    return this.processes.filter(({ role }) => role === Role.ACCEPTOR);
  }

  /** Joins a process with others, or with all acceptors there are; one link each. */
  join(process: TestProcess, others: readonly TestProcess[] = this.acceptors): Joint[] {
    return others.filter((other) => other !== process).map((other) => this.link(process, other));
  }

  /** Makes one link. */
  link(a: TestProcess, b: TestProcess): Joint {
    const toA = new Pipe<Envelope>();
    const toB = new Pipe<Envelope>();
    let broken = false;
    const joint = {
      break: () => {
        broken = true;
        for (const pipe of [toA, toB]) pipe.break(new Error("the network broke the link"));
      },
    };
    const carry = (from: TestProcess, to: TestProcess, pipe: Pipe<Envelope>) => {
      const tap = (moment: "sent" | "arrives", envelope: Envelope) => {
        if (!broken) this.tap(moment, from, to, envelope, joint);
      };
      const source = pipe === toB ? toA : toB;
      // Said by a link: a fault of ours, which fails the test when it stops.
      const words = answersOf(from.peers.inbound(to.name), source);
      this.carry(words, pipe, tap).catch((e) => this.#faults.push(e));
    };
    carry(a, b, toB);
    carry(b, a, toA);
    return joint;
  }

  /** Carries what somebody says, as bytes, in order, with the network's delays. */
  async carry(
    outgoing: AsyncIterable<Envelope>,
    pipe: Pipe<Envelope>,
    tap: (moment: "sent" | "arrives", envelope: Envelope) => void = () => {},
  ): Promise<void> {
    let lastMs = 0;
    const later = (act: () => void) => {
      lastMs = Math.max(lastMs, this.clock.elapsedMs() + this.delayMs());
      this.clock.after(lastMs - this.clock.elapsedMs(), act);
    };
    for await (const envelope of outgoing) {
      tap("sent", envelope);
      const bytes = toBinary(EnvelopeSchema, envelope);
      assert(
        bytes.length <= this.configurations[0]!.limits.envelopeBytesMax,
        "an envelope too large",
      );
      later(() => {
        const received = fromBinary(EnvelopeSchema, bytes);
        tap("arrives", received);
        pipe.push(received);
      });
    }
    later(() => pipe.end());
  }

  /** Has a process propose a value for all learners. */
  propose(by: TestProcess, instance: bigint, value: string, forever = false): Proposing {
    const bytes = new TextEncoder().encode(value);
    const { graph } = by.configuration;
    const proposing = newProposing(
      hashValue(bytes),
      fullSet(graph.learnerCount),
      turnOf(by.configuration),
      forever,
    );
    const refused = by.node.propose(instance, proposing, bytes);
    assertEquals(refused, undefined);
    return proposing;
  }

  /** The values decided in an instance as a process sees it, by learner: `Eve=value`. Sorted. */
  decided(process: TestProcess, instance: bigint): string[] {
    const { journal, node } = process;
    return journal.decisionsFrom(0, journal.decisionCount)
      .filter((decision) => decision.instance === instance)
      .map(({ learner, ballot }) => {
        const value = node.ledger.value(ballot.valueHash);
        return `${learner}=${new TextDecoder().decode(value)}`;
      })
      .toSorted();
  }

  /** Proposes a value in an instance; then as {@linkcode TestCluster.agree}. */
  decides(instance: bigint, value = `value ${instance}`): Promise<string[]> {
    this.propose(this.acceptors[0]!, instance, value);
    return this.agree(instance);
  }

  /**
   * Waits until all processes have seen all learners decide in an instance, and the same. Returns
   * the decisions.
   */
  async agree(
    instance: bigint,
    processes: readonly TestProcess[] = this.processes,
  ): Promise<string[]> {
    const { learners } = this.configurations[0]!.graph.spec;
    const done = () =>
      processes.every((process) => this.decided(process, instance).length >= learners.length);
    assert(await this.clock.until(done), `instance ${instance} is not decided`);
    const first = this.decided(processes[0]!, instance);
    const [decided] = first.map((decision) => decision.slice(decision.indexOf("=") + 1));
    assertEquals(first, learners.map((name) => `${name}=${decided}`));
    for (const process of processes) assertEquals(this.decided(process, instance), first);
    return first;
  }

  /** How often the processes refused something for this reason, all together. */
  rejected(code: RejectionCode): number {
    return this.processes
      .reduce((sum, { node }) => sum + (node.rejections.get(code) ?? 0), 0);
  }

  /** Stops all processes; fails if something of ours has gone wrong in one of them. */
  async stop(): Promise<void> {
    const stopped = [...this.processes];
    for (const process of stopped) process.kill();
    this.processes.push(...stopped);
    const ended = Promise.all(this.#ends);
    await this.clock.advance(1_000);
    await ended;
    for (const fault of this.#faults) throw fault;
  }
}
