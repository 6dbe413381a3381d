/**
 * Random schedules: delays, broken links, reconnections, wrong clocks.
 *
 * @module
 */

import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { type Joint, makeTestConfigurations, TestCluster } from "./harness.ts";
import type { TestProcess } from "./harness.ts";

/** How long links break, in milliseconds. */
const TROUBLE_MS = 3_000;

/** How a schedule is drawn. */
export interface ScheduleOptions {
  readonly seed: number;
  /** Mean time between two breaks of one link, in milliseconds. */
  readonly breakMs: number;
}

/** A cluster with four acceptors, two proposers and a learner whose network is in trouble. */
export class Schedule {
  readonly cluster: TestCluster;
  readonly prng: Prng;
  readonly proposers: readonly TestProcess[];
  readonly learner: TestProcess;
  readonly #options: ScheduleOptions;
  readonly #joints: Map<string, Joint> = new Map();
  #trouble = true;

  private constructor(cluster: TestCluster, options: ScheduleOptions) {
    this.cluster = cluster;
    this.prng = makePrng(options.seed);
    this.#options = options;
    const delayMsMax = this.prng.between(1, 60);
    cluster.delayMs = () => this.prng.between(1, delayMsMax);
    const clock = () => cluster.clock.skewed(this.prng.between(-150, 150));
    for (const name of ["Alice", "Bob", "Carol", "Dave"]) cluster.add(name, { clock: clock() });
    this.proposers = ["client_0", "client_1"]
      .map((name) => cluster.add(name, { role: Role.PROPOSER, clock: clock() }));
    this.learner = cluster.add("client_2", { clock: clock() });
  }

  /** Sets the stage; links come up at random times. */
  static async make(options: ScheduleOptions): Promise<Schedule> {
    const configurations = await makeTestConfigurations({
      clients: 3,
      network: { echoDelayMs: 20, wantDelayMs: 50 },
      limits: { rejectionsPerMinuteMax: 100_000 },
    });
    const schedule = new Schedule(new TestCluster(configurations), options);
    schedule.#connect();
    return schedule;
  }

  /** Lets trouble have its time, then mends everything. */
  async endure(): Promise<void> {
    await this.cluster.clock.advance(TROUBLE_MS);
    this.#trouble = false;
    for (const [a, b] of this.#pairs()) {
      if (!this.#joints.has(pairName(a, b))) this.#link(a, b);
    }
  }

  #pairs(): [TestProcess, TestProcess][] {
    const { acceptors, processes } = this.cluster;
    return processes.flatMap((a, i) =>
      processes.slice(i + 1)
        .filter((b) => acceptors.includes(a) || acceptors.includes(b))
        .map((b): [TestProcess, TestProcess] => [a, b])
    );
  }

  #connect(): void {
    for (const [a, b] of this.#pairs()) {
      if (this.prng.chance(0.5)) this.#link(a, b);
      else this.#later(500, () => this.#link(a, b));
    }
  }

  #link(a: TestProcess, b: TestProcess): void {
    const name = pairName(a, b);
    if (this.#joints.has(name)) return;
    const joint = this.cluster.link(a, b);
    this.#joints.set(name, joint);
    if (!this.#trouble) return;
    this.#later(2 * (this.#options.breakMs), () => {
      joint.break();
      this.#joints.delete(name);
      this.#later(600, () => this.#link(a, b));
    });
  }

  /** Acts within so many milliseconds, if there is still trouble by then. */
  #later(withinMs: number, act: () => void): void {
    this.cluster.clock.after(this.prng.between(1, withinMs), () => {
      if (this.#trouble) act();
    });
  }
}

function pairName(a: TestProcess, b: TestProcess): string {
  return `${a.name} ${b.name}`;
}

/** The seeds to run: HETPAXOS_SEED alone if it is set, else the first `count`. */
export function seeds(count: number): number[] {
  const given = Deno.env.get("HETPAXOS_SEED");
  return given === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(given)];
}

/** Runs one seed; says how to repeat it if it fails. */
export async function withSeed(seed: number, file: string, run: () => Promise<void>) {
  try {
    await run();
  } catch (error) {
    console.error(
      `failed; repeat with: HETPAXOS_SEED=${seed} deno task test tests/node/${file}`,
    );
    throw error;
  }
}
