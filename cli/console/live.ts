/**
 * A live cluster for a console: what an observer of it sees, and what acceptors say of themselves.
 *
 * @module
 */

import type { Client } from "../../lib/client/types.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import type { InstanceView, Overview, PaceView, ProposedView } from "../../lib/console/overview.ts";
import { msBetween, type ValueHash } from "../../lib/core/types.ts";
import { followDecisions } from "../../lib/process/follow.ts";
import type { RunningProcess } from "../../lib/process/process.ts";
import { valueText } from "../../lib/explain/value_text.ts";
import type { InstanceLines } from "./instance_lines.ts";
import { logBoot, logSource } from "./log.ts";
import { overviewFrom, Pace } from "./overview.ts";
import type { ConsoleSource } from "./server.ts";

/** Instances in a list. */
const LISTED_MAX = 200;

/** How long acceptors have to say how they are, in milliseconds. */
const STATUS_MS = 2_000;

/** For how long an answer is as good as a new one, in milliseconds. */
const FRESH_MS = 900;

/** Decisions are clocked that come so soon after their ballots, and for so long; in milliseconds. */
const OLD_MS = 60_000;

/** Decisions that are clocked, at most: the last. */
const CLOCKED_MAX = 1_000;

/** How long a proposal is waited for, in milliseconds. */
const PROPOSAL_MS = 15_000;

/** What a live cluster is known by. */
export interface Live {
  /** Of whoever looks. */
  readonly configuration: Configuration;
  /** Sees what happens. */
  readonly running: RunningProcess;
  /** Asks. */
  readonly client: Client;
  /** What the observer has recorded. */
  readonly lines: InstanceLines;
}

/** Shows a cluster until the signal is aborted. */
export function liveSource(live: Live, signal: AbortSignal): ConsoleSource {
  const { configuration, running, client, lines } = live;
  const recent = new Recent(running, signal);
  const pace = new Pace();
  let latest: { readonly atMs: number; readonly overview: Promise<Overview> } | undefined;
  const { node } = running;
  const textOf = (hash: string) => {
    const value = node.ledger.value(hash as ValueHash);
    return value === undefined ? undefined : valueText(value);
  };
  return {
    boot: {
      mode: "live",
      title: `as ${configuration.self.name}, by ${configuration.source}`,
      header: lines.header,
      log: logBoot(configuration),
    },
    ...configuration.log === undefined ? {} : { log: logSource(client) },
    overview() {
      const now = Date.now();
      if (latest === undefined || now - latest.atMs > FRESH_MS) {
        latest = { atMs: now, overview: overviewOf(live, recent, pace, now) };
      }
      return latest.overview;
    },
    instance(instance) {
      node.bringBack(instance);
      return lines.follow(instance, textOf);
    },
    propose: (instance, value) => propose(client, instance, value),
  };
}

async function propose(client: Client, instance: bigint, value: string): Promise<ProposedView> {
  try {
    const bytes = new TextEncoder().encode(value);
    const { ours, decisions } = await client.propose(instance, bytes, { timeoutMs: PROPOSAL_MS });
    return { ours, decisions: decisions.map(({ learner, value }) => [learner, valueText(value)]) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function overviewOf(
  { configuration, client, lines }: Live,
  recent: Recent,
  pace: Pace,
  atMs: number,
): Promise<Overview> {
  const answers = await client.status({ timeoutMs: STATUS_MS });
  return {
    ...overviewFrom(configuration, answers, pace),
    instances: recent.list(lines.instances),
    decisions: recent.count,
    pace: recent.pace(),
    atMs,
  };
}

/** The newest instances, and what was decided in them. */
class Recent {
  /** Decisions in all. */
  count = 0;
  readonly #decided: Map<bigint, Record<string, string>> = new Map();
  /** How old the ballots of the last decisions were, in milliseconds. */
  readonly #ages: number[] = [];
  /** When the last decisions came, in milliseconds since 1970. */
  readonly #came: number[] = [];

  constructor({ node }: RunningProcess, signal: AbortSignal) {
    const follow = async () => {
      for await (const decision of followDecisions(node.decisions, signal)) {
        const { instance, learner, value, ballot } = decision;
        this.count++;
        this.#clock(msBetween(ballot, node.options.clock.now()));
        const decided = this.#decided.get(instance) ?? {};
        decided[learner] = valueText(value);
        this.#decided.set(instance, decided);
        if (this.#decided.size > 2 * LISTED_MAX) this.#forget();
      }
    };
    follow().catch((error) =>
      queueMicrotask(() => {
        throw error;
      })
    );
  }

  /** Keeps the highest: now and then, and not at each decision. */
  #forget(): void {
    const lowest = [...this.#decided.keys()].sort((a, b) => a < b ? 1 : -1).slice(LISTED_MAX);
    for (const instance of lowest) this.#decided.delete(instance);
  }

  /** Takes the age of the ballot of a decision that has come; what is history says nothing of now. */
  #clock(ageMs: number): void {
    if (ageMs > OLD_MS) return;
    this.#ages.push(ageMs);
    this.#came.push(Date.now());
    if (this.#ages.length > CLOCKED_MAX) this.#ages.shift();
    if (this.#came.length > CLOCKED_MAX) this.#came.shift();
  }

  /** How fast decisions come, and how long after their ballots; undefined if none has come lately. */
  pace(): PaceView | undefined {
    const now = Date.now();
    const lately = this.#came.filter((at) => now - at <= OLD_MS);
    const [first] = lately;
    if (first === undefined) return undefined;
    const ages = this.#ages.slice(-lately.length).toSorted((a, b) => a - b);
    const seconds = Math.max(1, (now - first) / 1000);
    return {
      perSecond: Math.round(10 * lately.length / seconds) / 10,
      medianMs: Math.round(ages[ages.length >> 1]!),
      worstMs: Math.round(ages.at(-1)!),
      counted: lately.length,
    };
  }

  /** Highest first, those that are open and not decided included. */
  list(open: readonly bigint[]): InstanceView[] {
    const all = [...new Set([...this.#decided.keys(), ...open.slice(-LISTED_MAX)])];
    return all.sort((a, b) => a < b ? 1 : -1).slice(0, LISTED_MAX).map((instance) => ({
      instance: `${instance}`,
      decided: this.#decided.get(instance) ?? {},
    }));
  }
}
