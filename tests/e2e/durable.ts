/**
 * A cluster whose acceptors keep a journal, so that they can be killed and started again.
 *
 * @module
 */

import { assertEquals, assertLessOrEqual } from "@std/assert";
import { Cluster, type ClusterOptions, listening } from "./cluster.ts";
import { FROM_SOURCES, type Launcher, type Program } from "./program.ts";
import type { Stage } from "./stage.ts";

/** An acceptor that is told to stop has so long. */
const STOP_MS_MAX = 2_000;

/** Peers find a restarted acceptor soon, and a proposer that was held up soon tries again. */
const SETTINGS = {
  network: { reconnectMsMin: 20, reconnectMsMax: 200 },
  proposer: { backoffMsMin: 100, backoffMsMax: 1_000 },
};

/** See the module. */
export class Durable {
  /** Where its programs and files are. */
  readonly cluster: Cluster;
  /** What starts acceptors; from their sources unless told. */
  launcher: Launcher = FROM_SOURCES;
  /** How often an acceptor was started. */
  starts = 0;
  /** How often one was killed. */
  kills = 0;
  readonly #stage: Stage;
  readonly #isVolatile: boolean;
  readonly #programs: Map<string, Program> = new Map();
  /** Those that listen. */
  readonly #up: Set<string> = new Set();
  readonly #waiting: Set<() => void> = new Set();

  private constructor(stage: Stage, cluster: Cluster, isVolatile: boolean) {
    this.#stage = stage;
    this.#isVolatile = isVolatile;
    this.cluster = cluster;
  }

  /**
   * Makes a cluster with the clients `client_0`, `client_1`, …; starts nothing.
   *
   * @param isVolatile Without journals, to be compared with.
   */
  static async make(
    stage: Stage,
    options: ClusterOptions = {},
    isVolatile = false,
  ): Promise<Durable> {
    const settings = {
      network: { ...SETTINGS.network, ...options.settings?.network },
      proposer: { ...SETTINGS.proposer, ...options.settings?.proposer },
      limits: { ...options.settings?.limits },
    };
    return new Durable(
      stage,
      await Cluster.make(stage, { clients: 3, ...options, settings }),
      isVolatile,
    );
  }

  /** All acceptors, in their order. */
  get names(): readonly string[] {
    return this.cluster.plan.acceptors;
  }

  /** Those that listen now. */
  get up(): readonly string[] {
    return this.names.filter((name) => this.#up.has(name));
  }

  /** Where an acceptor's journal is. */
  dataDir(name: string): string {
    return `${this.#stage.folder}/${name}.data`;
  }

  /** The program that runs, or ran last, as an acceptor. */
  program(name: string): Program {
    return this.#programs.get(name)!;
  }

  /** Starts an acceptor on its journal. */
  start(name: string): Program {
    const memory = this.#isVolatile ? ["--volatile"] : ["--data-dir", this.dataDir(name)];
    const args = ["--log-level", "info", ...memory, this.cluster.file(name)];
    const program = this.#stage.start("acceptor", args, { launcher: this.launcher });
    this.starts++;
    this.#programs.set(name, program);
    listening(program).then(() => {
      if (this.#programs.get(name) === program) this.#setUp(name, true);
    }, () => {});
    return program;
  }

  /** Starts all acceptors; settles when all of them vote. */
  async startAll(): Promise<void> {
    for (const name of this.names) this.start(name);
    await Promise.all(this.names.map((name) => this.votes(name)));
  }

  /** Settles with the line in which an acceptor says that it votes. */
  async votes(name: string): Promise<string> {
    return String((await this.program(name).logged(`${name} votes from now on`)).message);
  }

  /** Settles when an acceptor listens. */
  async listens(name: string): Promise<void> {
    await listening(this.program(name));
  }

  /** Settles with an acceptor that listens: the one preferred, if it does. */
  async anyUp(preferred: string): Promise<string> {
    for (;;) {
      if (this.#up.has(preferred)) return preferred;
      const [first] = this.up;
      if (first !== undefined) return first;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Kills an acceptor; settles when it is gone. */
  async kill(name: string): Promise<void> {
    this.#setUp(name, false);
    this.kills++;
    const program = this.program(name);
    program.kill("SIGKILL");
    const { code, signal, err } = await program.ended;
    assertEquals(signal, "SIGKILL", `${name} ended by itself with status ${code}: ${err}`);
  }

  /** Stops an acceptor as an operator does. */
  async stop(name: string): Promise<void> {
    this.#setUp(name, false);
    const startMs = performance.now();
    const program = this.program(name);
    program.kill("SIGTERM");
    const { code, signal, err } = await program.ended;
    assertEquals({ code, signal }, { code: 0, signal: null }, err);
    assertLessOrEqual(performance.now() - startMs, STOP_MS_MAX, `${name} after SIGTERM`);
  }

  /** Nobody has seen anybody equivocate, no acceptor has a fault of its own to report. */
  async assertNobodyCaught(names: readonly string[] = this.names): Promise<void> {
    for (const name of names) {
      assertEquals((await this.cluster.status(name)).caught, [], `caught, says ${name}`);
    }
  }

  #setUp(name: string, isUp: boolean): void {
    if (isUp) this.#up.add(name);
    else this.#up.delete(name);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** Copies a folder of files. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) {
    await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
