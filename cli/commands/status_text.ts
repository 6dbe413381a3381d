/**
 * How an acceptor's status is shown: a line, an object, or all of it.
 *
 * @module
 */

import type { AcceptorStatus } from "../../lib/client/status.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import { daysLeft, EXPIRY_NOTICE_DAYS } from "../../lib/config/expiry.ts";
import { listNames } from "../../lib/wire/names.ts";
import { logJson, logLine } from "./log_text.ts";
import type { JsonValue, Span } from "../output.ts";

const HOUR_MS = 3_600_000;

/** Everything, for programs. */
export function statusJson(name: string, status: AcceptorStatus): Record<string, JsonValue> {
  const { peers, caught, clock, certificateNotAfter, refusedFrom, open, syncs } = status;
  return {
    name,
    agent: status.agent,
    protocolVersion: status.protocolVersion,
    uptimeMs: status.uptimeMs,
    configDigest: status.configDigest,
    ...status.configMismatch === undefined ? {} : { configMismatch: status.configMismatch },
    votes: status.votes,
    waitsFor: [...status.waitsFor],
    decisionCount: status.decisionCount,
    ...clock === undefined ? {} : { clock: { ...clock } },
    instances: status.instances,
    messagesKnown: status.messagesKnown,
    messagesWaiting: status.messagesWaiting,
    messagesSigned: status.messagesSigned,
    peers: peers.map(peerJson),
    rejections: { ...status.rejections },
    refusedFrom: refusedFrom.map((one) => ({ ...one })),
    open: open.map(({ highest, held, why, ...one }) => ({
      ...one,
      ...highest === undefined ? {} : { highest: highest.toISOString() },
      held: [...held],
      why: why.map((each) => ({ ...each })),
    })),
    journalBytes: status.journalBytes,
    journalBytesAtStart: status.journalBytesAtStart,
    memoryBytes: status.memoryBytes,
    syncs: { ...syncs },
    ...status.log === undefined ? {} : { log: logJson(status.log) },
    caught: caught.map(({ name, instance }) => ({ name, instance })),
    caughtCount: status.caughtCount,
    ...certificateNotAfter === undefined
      ? {}
      : { certificateNotAfter: certificateNotAfter.toISOString() },
  };
}

function peerJson(
  { name, role, connected, lastError, lastWords = "", certificateNotAfter: notAfter }:
    AcceptorStatus["peers"][number],
): Record<string, JsonValue> {
  return {
    ...{ name, role, connected },
    ...lastError === "" ? {} : { lastError },
    ...lastWords === "" ? {} : { lastWords },
    ...notAfter === undefined ? {} : { certificateNotAfter: notAfter.toISOString() },
  };
}

/** In one line: what is the matter, and little else. */
export function statusLine(name: string, status: AcceptorStatus): Span[] {
  const { peers, caught, caughtCount } = status;
  const rejections = Object.entries(status.rejections);
  const down = peers.filter(({ connected }) => !connected);
  return [
    { paint: down.length === 0 ? "green" : "yellow", text: name },
    `: up ${Math.round(Number(status.uptimeMs) / 1000)} s, ${status.decisionCount} decisions, ` +
    `${status.instances} instances in memory, ${status.messagesSigned} messages signed; `,
    ...status.votes ? [] : [{ paint: "yellow" as const, text: "DOES NOT VOTE YET" }, "; "],
    down.length === 0
      ? "all acceptors connected"
      : `not connected: ${down.map(({ name, lastError }) => `${name} (${lastError})`).join(", ")}`,
    rejections.length === 0
      ? ""
      : `; refused: ${rejections.map(([code, count]) => `${code} ${count}`).join(", ")}`,
    caught.length === 0
      ? ""
      : `; CAUGHT: ${caught.map(({ name, instance }) => `${name} in ${instance}`).join(", ")}${
        caughtCount > caught.length ? ` (the newest of ${caughtCount})` : ""
      }`,
    ...expiry(status),
  ];
}

/** What to say of the acceptor's certificate; nothing unless it expires soon. */
function expiry({ certificateNotAfter: notAfter }: AcceptorStatus): Span[] {
  if (notAfter === undefined) return [];
  const days = daysLeft(notAfter, new Date());
  if (days >= EXPIRY_NOTICE_DAYS) return [];
  const text = days < 0
    ? `CERTIFICATE EXPIRED on ${dayOf(notAfter)}`
    : `certificate expires on ${dayOf(notAfter)}`;
  return ["; ", { paint: days < 0 ? "red" : "yellow", text }];
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/**
 * All of one acceptor, line by line, links as both ends tell them.
 *
 * @param others What all acceptors say.
 */
export function statusDetails(
  name: string,
  status: AcceptorStatus,
  others: readonly StatusAnswer[],
): string[] {
  const { clock, syncs, certificateNotAfter: notAfter, waitsFor } = status;
  const waits = waitsFor.length === 0 ? "" : `, it waits to hear from ${listNames(waitsFor)}`;
  return [
    `${status.agent}, version ${status.protocolVersion} of the conversation; up ${
      Math.round(Number(status.uptimeMs) / 1000)
    } s`,
    `configuration ${status.configDigest.slice(0, 16)}…: ${
      status.configMismatch ?? "the same as ours"
    }`,
    status.votes ? "votes" : `does not vote yet${waits}`,
    ...clock === undefined ? [] : [
      `clock ${Math.round(clock.offsetMs)} ms from ours, give or take ` +
      `${Math.ceil(clock.uncertaintyMs)} ms`,
    ],
    ...notAfter === undefined ? [] : [`certificate until ${dayOf(notAfter)}`],
    `${status.decisionCount} decisions, ${status.messagesKnown} messages known, ` +
    `${status.messagesSigned} signed, ${status.messagesWaiting} wait; ` +
    `${status.instances} instances in memory`,
    journalText(status),
    ...status.memoryBytes === 0n ? [] : [`memory ${status.memoryBytes} bytes`],
    `${syncs.count} batches kept, ${mean(status)} ms each, the longest lately ` +
    `${Math.round(syncs.longestMs)} ms`,
    ...status.peers.map((peer) => linkText(name, peer, others)),
    ...refusedText(name, others),
    ...status.log === undefined ? [] : [`log: ${logLine(status.log)}`],
    ...status.open.map(openText),
    ...status.caught.map((one) => `caught ${one.name} in instance ${one.instance}`),
  ];
}

function mean({ syncs: { count, totalMs } }: AcceptorStatus): string {
  return count === 0n ? "0" : (totalMs / Number(count)).toFixed(1);
}

function journalText({ journalBytes, journalBytesAtStart, uptimeMs }: AcceptorStatus): string {
  if (journalBytes === 0n) return "journal in memory";
  const grown = Number(journalBytes - journalBytesAtStart);
  const perHour = Math.round(grown * HOUR_MS / Math.max(1, Number(uptimeMs)));
  return `journal ${journalBytes} bytes, ${grown} more than at the start (${perHour} an hour)`;
}

/** A link, as both ends tell it. */
function linkText(
  name: string,
  { name: peer, role, connected, lastError, lastWords = "", certificateNotAfter }:
    AcceptorStatus["peers"][number],
  others: readonly StatusAnswer[],
): string {
  const their = others.find(({ acceptor }) => acceptor === peer);
  const back = their !== undefined && "status" in their
    ? their.status.peers.find((one) => one.name === name)
    : undefined;
  const until = certificateNotAfter === undefined
    ? ""
    : `; certificate until ${dayOf(certificateNotAfter)}`;
  const theirs = back === undefined ? "" : `; ${peer} says: ${stateText(back)}`;
  const said = lastWords === "" ? "" : `; it said last: ${lastWords}`;
  const own = stateText({ connected, lastError });
  return `link with ${peer} (${role}): ${own}${theirs}${said}${until}`;
}

function stateText({ connected, lastError }: { connected: boolean; lastError: string }): string {
  return connected ? "connected" : `none${lastError === "" ? "" : ` (${lastError})`}`;
}

/** What it refuses of whom, and what others refuse of it. */
function refusedText(name: string, others: readonly StatusAnswer[]): string[] {
  return others.flatMap((answer) => {
    if ("error" in answer) return [];
    const { acceptor, status: { refusedFrom } } = answer;
    return refusedFrom.filter((one) => acceptor === name || one.name === name)
      .map(({ name: from, code, count, agoMs, detail }) => {
        const who = acceptor === name ? `refuses of ${from}` : `${acceptor} refuses of it`;
        return `${who}: ${code} ${count} times, the last ${Number(agoMs / 1000n)} s ago: ${detail}`;
      });
  });
}

function openText(
  { instance, highest, waiting, why, silent, ...one }: AcceptorStatus["open"][number],
) {
  const ballot = highest === undefined ? "no ballot" : `highest ballot of ${highest.toISOString()}`;
  const window = one.windowLeftMs === 0n
    ? ""
    : `; window of ${one.windowOwner || "those in no rotation"} for ${one.windowLeftMs} ms`;
  const held = one.held.length === 0 ? "" : `; holds back ${listNames(one.held)}`;
  const mute = silent ? "; signs nothing there" : "";
  const waits = why.map(({ learner, text }) => `; ${learner} waits: ${text}`).join("");
  return `instance ${instance}: ${ballot}, ${waiting} messages wait${window}${held}${mute}${waits}`;
}
