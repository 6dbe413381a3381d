/**
 * A cluster whose acceptors crash at the very moment that a test wants.
 *
 * @module
 */

import type { Configuration } from "../../lib/config/configuration.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { configurationOf, type Joint, makeTestConfigurations } from "./harness.ts";
import { TestCluster, type TestProcess } from "./harness.ts";
import { breakingJournal, StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";

/**
 * Where a process can end: a message is about to be signed, or is signed; what is new is about to be
 * kept, or is kept; the links have been told, and some of it may have reached some peers.
 */
export type Boundary = "unsigned" | "signed" | "unkept" | "kept" | "sent";

/** What is wrong with a process, for the test to find out. */
export type Mistake =
  /** It sends first and keeps later: a crash loses the last few batches, though they were sent. */
  | "sends before it keeps"
  /** It forgets the last message that it has signed, and all that came after it. */
  | "loses prev";

/** How a run goes. */
export interface CrashOptions {
  readonly seed: number;
  /** The boundary, counted from each start of the victim, at which it crashes. */
  readonly boundary: number;
  /** How often it does. */
  readonly crashes: number;
  /** Whether it asks its peers before it votes again. */
  readonly recovers: boolean;
  readonly mistake?: Mistake;
}

const ACCEPTORS = ["Alice", "Bob", "Carol", "Dave"];

/** See the module. */
export class CrashStage {
  readonly cluster: TestCluster;
  readonly prng: Prng;
  readonly proposers: readonly TestProcess[];
  /** Where it has crashed. */
  readonly crashedAt: Boundary[] = [];
  /** All processes there have been. */
  readonly everyone: TestProcess[];
  readonly #options: CrashOptions;
  readonly #victim: string;
  #stored = new StoredJournal();
  #joints: Joint[] = [];

  private constructor(cluster: TestCluster, options: CrashOptions) {
    this.cluster = cluster;
    this.#options = options;
    this.prng = makePrng(options.seed);
    const delayMsMax = this.prng.between(2, 40);
    cluster.delayMs = () => this.prng.between(1, delayMsMax);
    this.#victim = this.prng.pick(ACCEPTORS)!;
    for (const name of ACCEPTORS) if (name !== this.#victim) cluster.join(cluster.add(name));
    this.proposers = ["client_0", "client_1"]
      .map((name) => cluster.add(name, { role: Role.PROPOSER }));
    for (const proposer of this.proposers) cluster.join(proposer);
    this.everyone = [...cluster.processes];
    this.#start();
  }

  /** Sets the stage: four acceptors, one of which is to crash, and two proposers. */
  static async make(options: CrashOptions): Promise<CrashStage> {
    const configurations = await makeTestConfigurations({
      network: { echoDelayMs: 20, wantDelayMs: 50, recoveryWaitMs: 400 },
      proposer: { backoffMsMin: 30, backoffMsMax: 300 },
    });
    return new CrashStage(new TestCluster(configurations), options);
  }

  /** Whether it has crashed as often as it is to, and is back. */
  get isOver(): boolean {
    return this.crashedAt.length >= this.#options.crashes &&
      this.cluster.processes.some(({ name }) => name === this.#victim);
  }

  #start(): void {
    const { boundary, crashes, recovers } = this.#options;
    let left = this.crashedAt.length < crashes ? boundary : Infinity;
    let dead = false;
    const reached = (moment: Boundary): boolean => {
      if (dead || left-- > 0) return dead;
      dead = true;
      this.crashedAt.push(moment);
      return true;
    };
    const journal = breakingJournal(this.#stored, reached);
    const configuration = configurationOf(this.cluster.configurations, this.#victim);
    const process = this.cluster.add(this.#victim, {
      journal,
      recovers,
      configuration: signing(configuration, reached),
    });
    this.everyone.push(process);
    process.node.observe({
      failed: () => this.#crash(process),
      appended: () => {
        if (!reached("sent")) return;
        this.cluster.clock.after(this.prng.between(0, 30), () => this.#crash(process));
      },
    });
    this.#joints = [];
    for (const other of this.cluster.processes) {
      if (other !== process) this.#linkSoon(process, other);
    }
  }

  /** Peers come one by one: who comes first may lack what others have been sent. */
  #linkSoon(process: TestProcess, other: TestProcess): void {
    const joints = this.#joints;
    this.cluster.clock.after(this.prng.between(1, 300), () => {
      if (joints === this.#joints) joints.push(this.cluster.link(process, other));
    });
  }

  #crash(process: TestProcess): void {
    if (!this.cluster.processes.includes(process)) return;
    for (const joint of this.#joints) joint.break();
    this.#joints = [];
    process.kill();
    this.#stored = this.#stored.copy(this.#kept());
    this.cluster.clock.after(this.prng.between(1, 400), () => this.#start());
  }

  /** How many batches there are when it comes back. */
  #kept(): number | undefined {
    const { batches } = this.#stored;
    switch (this.#options.mistake) {
      case "sends before it keeps":
        return Math.max(0, batches.length - 3);
      case "loses prev":
        return Math.max(
          0,
          batches.findLastIndex(({ messages }) => messages.some(({ own }) => own)),
        );
      default:
        return undefined;
    }
  }
}

/** The same configuration; tells when it signs. */
function signing(
  configuration: Configuration,
  reached: (moment: Boundary) => boolean,
): Configuration {
  const sign = (bytes: Uint8Array) => {
    reached("unsigned");
    const signature = configuration.signer.sign(bytes);
    reached("signed");
    return signature;
  };
  return { ...configuration, signer: { ...configuration.signer, sign } };
}
