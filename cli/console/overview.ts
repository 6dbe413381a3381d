/**
 * What a console shows of a cluster, from what acceptors say of themselves.
 *
 * @module
 */

import type { AcceptorStatus, ClockOffset } from "../../lib/client/status.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import { verdicts } from "../../lib/client/verdict.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import type { AcceptorView, Overview, ToldView } from "../../lib/console/overview.ts";
import { logStands } from "./log.ts";
import { toldBy, windowsOf } from "../commands/why.ts";

/** What decides how answers are read. */
type Context = Pick<Configuration, "graph" | "limits">;

/** How fast decisions of acceptors become more. */
export class Pace {
  readonly #before: Map<string, Pick<AcceptorStatus, "decisionCount" | "uptimeMs">> = new Map();

  /** Decisions a second since it said last how it is. */
  of(name: string, status: Pick<AcceptorStatus, "decisionCount" | "uptimeMs">): string {
    const { decisionCount, uptimeMs } = status;
    const before = this.#before.get(name);
    this.#before.set(name, { decisionCount, uptimeMs });
    const ms = before === undefined ? 0n : uptimeMs - before.uptimeMs;
    if (ms <= 0n) return "not known yet";
    return (1_000 * Number(decisionCount - before!.decisionCount) / Number(ms)).toFixed(1);
  }
}

/** All that follows from what acceptors say. */
export function overviewFrom(
  configuration: Context,
  answers: readonly StatusAnswer[],
  pace: Pace,
): Pick<Overview, "acceptors" | "verdicts" | "told" | "log"> {
  const { graph, limits: { clockSkewMsMax } } = configuration;
  return {
    acceptors: answers.map((answer) => viewOf(answer, pace)),
    verdicts: verdicts({ graph, clockSkewMsMax }, answers),
    told: toldOf(configuration, answers),
    log: logStands(answers),
  };
}

function toldOf(configuration: Context, answers: readonly StatusAnswer[]): ToldView {
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

function viewOf(answer: StatusAnswer, pace: Pace): AcceptorView {
  const { acceptor: name } = answer;
  if ("error" in answer) return { name, error: answer.error.message, facts: [], unlinked: [] };
  const { status } = answer;
  const unlinked = status.peers
    .filter(({ connected, role }) => !connected && role === "acceptor")
    .map(({ name: peer, lastError }) => `no link with ${peer}: ${lastError || "not yet"}`);
  return { name, facts: factsOf(status, pace.of(name, status)), unlinked };
}

function factsOf(status: AcceptorStatus, perSecond: string): [string, string][] {
  const { clock, votes, waitsFor, rejections, caught } = status;
  const linked = status.peers.filter(({ connected }) => connected).length;
  const refused = Object.entries(rejections).filter(([, count]) => count > 0n)
    .map(([code, count]) => `${count} ${code}`);
  return [
    ["votes", votes ? "yes" : `not yet: waits for ${waitsFor.join(", ") || "its peers"}`],
    ["clock", clock === undefined ? "unknown" : clockText(clock)],
    ["answers in", clock === undefined ? "unknown" : `${Math.ceil(2 * clock.uncertaintyMs)} ms`],
    ["runs for", `${Number(status.uptimeMs / 1000n)} s`],
    ["program", `${status.agent}, conversation ${status.protocolVersion}`],
    ["linked peers", `${linked}`],
    ["decisions", `${status.decisionCount}`],
    ["decisions a second", perSecond],
    ["memory", status.memoryBytes === 0n ? "unknown" : bytesText(status.memoryBytes)],
    ["journal", journalText(status)],
    ["longest sync lately", `${Math.round(status.syncs.longestMs)} ms`],
    ["instances in memory", `${status.instances}`],
    ["messages known", `${status.messagesKnown}`],
    ["messages waiting", `${status.messagesWaiting}`],
    ["messages signed", `${status.messagesSigned}`],
    ["refused", refused.join(", ") || "nothing"],
    ["caught", [...new Set(caught.map(({ name }) => name))].join(", ") || "nobody"],
  ];
}

function clockText({ offsetMs, uncertaintyMs }: ClockOffset): string {
  return `${Math.round(offsetMs)} ms off ours, give or take ${Math.ceil(uncertaintyMs)} ms`;
}

function journalText({ journalBytes, journalBytesAtStart }: AcceptorStatus): string {
  if (journalBytes === 0n) return "in memory only";
  const grown = journalBytes - journalBytesAtStart;
  const since = grown < 0n ? "less" : "more";
  return `${bytesText(journalBytes)}, ${bytesText(grown < 0n ? -grown : grown)} ${since} than at ` +
    "its start";
}

/** In the unit that people read best. */
function bytesText(bytes: bigint): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"] as const;
  let [value, unit] = [Number(bytes), 0];
  while (value >= 1_000 && unit < units.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
