/**
 * An attack on a cluster that decides: a member that outdoes each ballot as soon as it sees it, and a
 * mere client that streams ballots; and how long proposals take meanwhile.
 *
 * @module
 */

import { ROOT } from "../../scripts/lint/paths.ts";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import { connectToAcceptor } from "../../lib/net/acceptor_client.ts";
import { toHex } from "../../lib/wire/hex.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import { Cluster } from "./cluster.ts";
import type { Launcher, Program } from "./program.ts";
import type { Stage } from "./stage.ts";

/** Honest; Dave is the attacker, so that all three are needed. */
const HONEST = ["Alice", "Bob", "Carol"];

/** Proposed before anything is measured: a process is slow at first. */
const WARM_UP = 30;

/** How an attack is carried out. */
export interface AttackOptions {
  /** How long proposals are measured, without it and during it, each in milliseconds. */
  readonly forMs: number;
  /** Proposals at once. */
  readonly inFlight: number;
  /** `proposalsPerPeerPerSecondMax`, which the attackers make full use of. */
  readonly ballotsPerSecond: number;
  /** What starts acceptors; from their sources if left out. */
  readonly launcher?: Launcher;
}

/** What proposals took. */
export interface Spell {
  /** Of each, from the call to the answer, in milliseconds, ascending. */
  readonly latenciesMs: readonly number[];
  /** Decisions a second. */
  readonly perSecond: number;
  /** Instances in which an attacker's value was decided. */
  readonly spoilt: number;
}

/** Without an attack, during one, and how many ballots it cost. */
export interface AttackResult {
  readonly before: Spell;
  readonly during: Spell;
  /** That the member and the client have sent, about. */
  readonly ballots: readonly number[];
}

/** The latency that a part of all proposals does not exceed. */
export function percentile({ latenciesMs }: Pick<Spell, "latenciesMs">, part: number): number {
  return latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * part))]!;
}

/** Measures, attacks, measures again. */
export async function attack(stage: Stage, options: AttackOptions): Promise<AttackResult> {
  const { ballotsPerSecond, launcher } = options;
  const cluster = await Cluster.make(stage, {
    clients: 2,
    settings: { limits: { proposalsPerPeerPerSecondMax: ballotsPerSecond } },
    alter: (config) => ({ ...config, proposer: { rotation: [...HONEST, "Dave"] } }),
    ...(launcher === undefined ? {} : { launcher }),
  });
  await cluster.acceptors(HONEST);
  const proposals = await Proposals.make(cluster, "client_0");
  try {
    await proposals.count(WARM_UP, 1);
    const before = await proposals.spell(options);
    const attackers = [["Dave", "sees"], ["client_1", "streams"]].map(([name, mode]) =>
      startAttacker(stage, cluster.file(name!), ballotsPerSecond, mode!)
    );
    for (const attacker of attackers) {
      await attacker.line(({ event }) => event === "linked", "that it is linked");
    }
    const during = await proposals.spell(options);
    const ballots = attackers.map(({ out }) => Number(out.all.at(-1)?.sent ?? 0));
    return { before, during, ballots };
  } finally {
    proposals.close();
  }
}

function startAttacker(stage: Stage, config: string, perSecond: number, mode: string): Program {
  const launcher = () => [
    ...[Deno.execPath(), "run", "-A", "--quiet", "--no-check"],
    `${ROOT}/tests/e2e/attacker.ts`,
  ];
  const args = [config, HONEST.join(","), `${perSecond}`, mode];
  return stage.start("acceptor", args, { launcher });
}

/** Proposes one instance after another, to the honest acceptors in turn. */
class Proposals {
  readonly #clients: readonly ReturnType<typeof connectToAcceptor>[];
  #next = 0;

  private constructor(clients: readonly ReturnType<typeof connectToAcceptor>[]) {
    this.#clients = clients;
  }

  static async make(cluster: Cluster, as: string): Promise<Proposals> {
    const file = cluster.file(as);
    const configuration = loadConfiguration(await Deno.readTextFile(file), file);
    const honest = configuration.acceptors.filter(({ name }) => HONEST.includes(name));
    return new Proposals(honest.map((each) => connectToAcceptor(configuration, each)));
  }

  async spell({ forMs, inFlight }: AttackOptions): Promise<Spell> {
    const endMs = performance.now() + forMs;
    return await this.#run(inFlight, () => performance.now() < endMs);
  }

  async count(count: number, inFlight: number): Promise<Spell> {
    const end = this.#next + count;
    return await this.#run(inFlight, () => this.#next < end);
  }

  async #run(inFlight: number, goesOn: () => boolean): Promise<Spell> {
    const latenciesMs: number[] = [];
    let spoilt = 0;
    const startMs = performance.now();
    const work = async () => {
      while (goesOn()) {
        const instance = this.#next++;
        const client = this.#clients[instance % this.#clients.length]!;
        const value = new TextEncoder().encode(`value ${instance}`);
        const beginMs = performance.now();
        const { signal } = new AbortController();
        const { decisions } = await client.propose({ instance: BigInt(instance), value }, signal);
        latenciesMs.push(performance.now() - beginMs);
        if (toHex(decisions[0]!.ballot!.valueHash) !== hashValue(value)) spoilt++;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
    const perSecond = latenciesMs.length * 1000 / (performance.now() - startMs);
    return { latenciesMs: latenciesMs.sort((a, b) => a - b), perSecond, spoilt };
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}
