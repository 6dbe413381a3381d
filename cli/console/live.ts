/**
 * A live cluster for a console: what an observer of it sees, and what acceptors say of themselves.
 *
 * @module
 */

import type { Client, StatusAnswer } from "../../lib/client/types.ts";
import type { AcceptorStatus } from "../../lib/client/status.ts";
import { verdicts } from "../../lib/client/verdict.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import type {
  AcceptorView,
  InstanceView,
  Overview,
  ProposedView,
  ToldView,
} from "../../lib/console/overview.ts";
import type { ValueHash } from "../../lib/core/types.ts";
import { toldBy, windowsOf } from "../commands/why.ts";
import { followDecisions } from "../../lib/process/follow.ts";
import type { RunningProcess } from "../../lib/process/process.ts";
import { valueText } from "../../lib/explain/value_text.ts";
import type { InstanceLines } from "./instance_lines.ts";
import type { ConsoleSource } from "./server.ts";

/** Instances in a list. */
const LISTED_MAX = 200;

/** How long acceptors have to say how they are, in milliseconds. */
const STATUS_MS = 2_000;

/** For how long an answer is as good as a new one, in milliseconds. */
const FRESH_MS = 900;

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
    },
    overview() {
      const now = Date.now();
      if (latest === undefined || now - latest.atMs > FRESH_MS) {
        latest = { atMs: now, overview: overviewOf(live, recent, now) };
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
  atMs: number,
): Promise<Overview> {
  const answers = await client.status({ timeoutMs: STATUS_MS });
  const { graph, limits } = configuration;
  const context = { graph, clockSkewMsMax: limits.clockSkewMsMax };
  return {
    acceptors: answers.map(viewOf),
    verdicts: verdicts(context, answers),
    told: toldOf(configuration, answers),
    instances: recent.list(lines.instances),
    decisions: recent.count,
    atMs,
  };
}

function toldOf(configuration: Configuration, answers: readonly StatusAnswer[]): ToldView {
  const open = new Set(
    answers.flatMap((answer) =>
      "error" in answer ? [] : answer.status.open.map(({ instance }) => instance)
    ),
  );
  // Of no instance: who signs nothing in one may be of use in others.
  const { unable, parts = [], apart = "", troubles = [] } = toldBy(configuration, answers, -1n);
  const windows = [...open].map((instance) =>
    [`${instance}`, windowsOf(answers, instance)] as const
  );
  return {
    unable: Object.fromEntries(unable),
    parts: parts.map((part) => `0x${part.toString(16)}`),
    apart,
    troubles: troubles.map(({ text, names }) => ({ text, names })),
    windows: Object.fromEntries(windows),
  };
}

function viewOf(answer: StatusAnswer): AcceptorView {
  const { acceptor: name } = answer;
  if ("error" in answer) return { name, error: answer.error.message, facts: [], unlinked: [] };
  const { status } = answer;
  const unlinked = status.peers
    .filter(({ connected, role }) => !connected && role === "acceptor")
    .map(({ name: peer, lastError }) => `no link with ${peer}: ${lastError || "not yet"}`);
  return { name, facts: factsOf(status), unlinked };
}

function factsOf(status: AcceptorStatus): [string, string][] {
  const { clock, votes, waitsFor, rejections, caught } = status;
  const linked = status.peers.filter(({ connected }) => connected).length;
  const refused = Object.entries(rejections).filter(([, count]) => count > 0n)
    .map(([code, count]) => `${count} ${code}`);
  return [
    ["votes", votes ? "yes" : `not yet: waits for ${waitsFor.join(", ") || "its peers"}`],
    ["clock", clock === undefined ? "unknown" : `${Math.round(clock.offsetMs)} ms off ours`],
    ["runs for", `${Number(status.uptimeMs / 1000n)} s`],
    ["program", status.agent],
    ["linked peers", `${linked}`],
    ["decisions", `${status.decisionCount}`],
    ["instances in memory", `${status.instances}`],
    ["messages known", `${status.messagesKnown}`],
    ["messages waiting", `${status.messagesWaiting}`],
    ["messages signed", `${status.messagesSigned}`],
    ["refused", refused.join(", ") || "nothing"],
    ["caught", [...new Set(caught.map(({ name }) => name))].join(", ") || "nobody"],
  ];
}

/** The newest instances, and what was decided in them. */
class Recent {
  /** Decisions in all. */
  count = 0;
  readonly #decided: Map<bigint, Record<string, string>> = new Map();

  constructor({ node }: RunningProcess, signal: AbortSignal) {
    const follow = async () => {
      for await (const { instance, learner, value } of followDecisions(node.decisions, signal)) {
        this.count++;
        const decided = this.#decided.get(instance) ?? {};
        decided[learner] = valueText(value);
        this.#decided.set(instance, decided);
        if (this.#decided.size > LISTED_MAX) {
          const [lowest] = [...this.#decided.keys()].sort((a, b) => a < b ? -1 : 1);
          this.#decided.delete(lowest!);
        }
      }
    };
    follow().catch((error) =>
      queueMicrotask(() => {
        throw error;
      })
    );
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
