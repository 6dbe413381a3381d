/**
 * Whether learners can decide now, from what acceptors say of themselves, and if not, why.
 *
 * @module
 */

import { describeRule } from "../config/rule_text.ts";
import { mentionedBy } from "../core/quorum.ts";
import type { AcceptorIndex, AcceptorSet } from "../core/types.ts";
import { membersOf, setOf } from "../core/acceptor_set.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import { listNames } from "../wire/names.ts";
import { PROTOCOL_VERSION } from "../wire/protocol_version.ts";
import type { AcceptorStatus } from "./status.ts";
import { clockOffMs, offText, ownOffsetMs, type TroubleContext, troublesOf } from "./troubles.ts";
import type { StatusAnswer } from "./types.ts";

/** Names in a list of a sentence, at most. */
const NAMED_MAX = 8;

/** Links that are missing and told of with why, at most. */
const LINKS_MAX = 4;

/** What binds a learner in an instance whatever else is the matter: told before troubles. */
const OF_THE_INSTANCE: ReadonlySet<string> = new Set(["starved", "promise void", "not fresh"]);

/** What can be said of a learner now. */
export interface Verdict {
  /** Its name. */
  readonly learner: string;
  /** Whether acceptors that vote, reach each other and have its time contain a quorum of it. */
  readonly decides: boolean;
  /** A sentence: that it can, and what is the matter all the same; or why it cannot. */
  readonly sentence: string;
  /** The causes alone, worst first; empty if nothing is the matter. */
  readonly causes: readonly string[];
}

/** Who was asked, and what a clock may be off. */
export interface VerdictContext extends TroubleContext {
  /** Who decides by which quorums. */
  readonly graph: LearnerGraph;
}

/**
 * A verdict on each learner, in the order of the configuration.
 *
 * Everybody is taken at its word; who lies can make it wrong. Acceptors that are caught are counted
 * among those that vote, for their votes count.
 *
 * @param answers Of all acceptors, by name.
 */
export function verdicts(context: VerdictContext, answers: readonly StatusAnswer[]): Verdict[] {
  const { graph } = context;
  const { acceptors, learners } = graph.spec;
  const byName = new Map(answers.map((answer) => [answer.acceptor, answer]));
  const told = { ...context, ownMs: ownOffsetMs(context, answers), lastWords: wordsOf(answers) };
  const causesOf = acceptors.map((name) => causesIn(name, byName.get(name), told));
  const able = setOf(causesOf.flatMap((causes, index) => causes.length === 0 ? [index] : []));
  const parts = partsOf(able, (one, other) => connected(acceptors, byName, one, other));
  const troubles = troublesOf(context, answers).map(({ text }) => text);
  const isIdle = answers.every((answer) =>
    !("status" in answer) || answer.status.open.length === 0
  );
  return learners.map((learner, index) => {
    const quorums = graph.quorums[index]!;
    if (parts.some((part) => quorums.satisfiedBy(part))) {
      const causes = whileAble(learner, answers, troubles);
      const but = causes.length > 0
        ? `, but ${causes.join("; ")}`
        : isIdle
        ? "; nothing is proposed now"
        : "";
      return { learner, decides: true, sentence: `${learner} can decide${but}`, causes };
    }
    const matters = mentionedBy(graph.spec.quorums[index]!);
    const causes = membersOf(matters).map((member) => causesOf[member]!).toSorted(byTelling).flat();
    if (quorums.satisfiedBy(able)) causes.push(divided(parts, acceptors, byName));
    causes.push(...troubles);
    const needs = describeRule(graph.spec.quorums[index]!, acceptors);
    const why = causes.length === 0 ? "" : `; ${causes.join("; ")}`;
    return {
      learner,
      decides: false,
      sentence: `${learner} cannot decide: needs ${needs}${why}`,
      causes,
    };
  });
}

/** What is the matter though there is a quorum, worst first. */
function whileAble(
  learner: string,
  answers: readonly StatusAnswer[],
  troubles: readonly string[],
): string[] {
  const open = new Map<bigint, { readonly cause: string; readonly text: string }>();
  for (const answer of answers) {
    if ("error" in answer) continue;
    for (const { instance, why } of answer.status.open) {
      const mine = why.find((one) => one.learner === learner);
      if (mine !== undefined && !open.has(instance)) open.set(instance, mine);
    }
  }
  const texts = (isOfIt: boolean) =>
    [...open].filter(([, { cause }]) => OF_THE_INSTANCE.has(cause) === isOfIt)
      .map(([instance, { text }]) => `instance ${instance} waits: ${text}`);
  return [...texts(true), ...troubles, ...texts(false)];
}

/** What answers tell of who may be of use. */
export interface Outlook {
  /** By acceptor, the most telling first: what keeps it from being of use; without those that are. */
  readonly unable: ReadonlyMap<string, readonly string[]>;
  /** Those that are of use and reach each other; more than one if links between them are missing. */
  readonly parts: readonly AcceptorSet[];
  /** Between whom links are missing, as a sentence without its full stop; empty if nowhere. */
  readonly apart: string;
}

/**
 * What answers tell of who may be of use.
 *
 * @param instance Those that sign nothing there are of no use.
 */
export function outlookOf(
  context: VerdictContext,
  answers: readonly StatusAnswer[],
  instance?: bigint,
): Outlook {
  const unable = unableOf(context, answers, instance);
  const { acceptors } = context.graph.spec;
  const byName = new Map(answers.map((answer) => [answer.acceptor, answer]));
  const able = setOf(acceptors.flatMap((name, index) => unable.has(name) ? [] : [index]));
  const parts = partsOf(able, (one, other) => connected(acceptors, byName, one, other));
  return { unable, parts, apart: parts.length > 1 ? divided(parts, acceptors, byName) : "" };
}

function unableOf(
  context: VerdictContext,
  answers: readonly StatusAnswer[],
  instance: bigint | undefined,
): Map<string, readonly string[]> {
  const told = { ...context, ownMs: ownOffsetMs(context, answers), lastWords: wordsOf(answers) };
  return new Map(
    answers.map((answer) => {
      const { acceptor } = answer;
      const causes = causesIn(acceptor, answer, told);
      const isSilent = "status" in answer &&
        answer.status.open.some((open) => open.instance === instance && open.silent);
      if (isSilent) causes.push(`${acceptor} signs nothing in instance ${instance}`);
      return [acceptor, causes] as const;
    }).filter(([, causes]) => causes.length > 0).toSorted(([, a], [, b]) => byTelling(a, b)),
  );
}

/** That one is simply not there says least: something else may be why. */
const NOT_THERE =
  /does not answer \((connection refused|connection timed out|closed by peer|no answer within \d+ ms)\)$/;

/** The most telling first, else in their order. */
function byTelling(a: readonly string[], b: readonly string[]): number {
  const isPlain = ([cause = ""]: readonly string[]) => NOT_THERE.test(cause) ? 1 : 0;
  return isPlain(a) - isPlain(b);
}

/** What the context and all answers together tell. */
interface Told extends VerdictContext {
  /** How far our own clock is ahead, in milliseconds. */
  readonly ownMs: number;
  /** By acceptor: what it has said when it ended, and to whom. */
  readonly lastWords: ReadonlyMap<string, { readonly to: string; readonly words: string }>;
}

/** What acceptors said last of why they have ended, as others tell. */
function wordsOf(answers: readonly StatusAnswer[]): Told["lastWords"] {
  const words = new Map<string, { readonly to: string; readonly words: string }>();
  for (const answer of answers) {
    if ("error" in answer) continue;
    for (const { name, lastWords = "" } of answer.status.peers) {
      if (lastWords !== "" && !words.has(name)) {
        words.set(name, { to: answer.acceptor, words: lastWords });
      }
    }
  }
  return words;
}

/** What keeps an acceptor from being of use. */
function causesIn(name: string, answer: StatusAnswer | undefined, told: Told): string[] {
  if (answer === undefined) return [`${name} was not asked`];
  if ("error" in answer) {
    const last = told.lastWords.get(name);
    const said = last === undefined ? "" : `; it said last to ${last.to}: ${last.words}`;
    return [`${name} does not answer (${answer.error.message}${said})`];
  }
  const { status } = answer;
  const causes = [];
  const { protocolVersion: version } = status;
  if (version !== 0 && version !== PROTOCOL_VERSION) {
    const older = version < PROTOCOL_VERSION ? name : "this program";
    causes.push(
      `${name} speaks version ${version} of the conversation, and we ${PROTOCOL_VERSION}: update ` +
        older,
    );
  }
  if (status.configMismatch !== undefined) {
    causes.push(`the configuration of ${name} is not ours: ${status.configMismatch}`);
  }
  if (!status.votes) {
    const whom = status.waitsFor.length === 0
      ? ""
      : `: it waits to hear from ${listNames(waitsFor(status), NAMED_MAX)}`;
    causes.push(`${name} does not vote yet${whom}`);
  }
  // One that is ahead takes what others propose.
  const offMs = clockOffMs(status, told, told.ownMs);
  if (offMs < 0) {
    causes.push(`the clock of ${name} is ${offText(offMs, told.ownMs)}`);
  }
  return causes;
}

/** For whom an acceptor waits, each with why there is no link, if there is none. */
function waitsFor({ waitsFor, peers }: AcceptorStatus): string[] {
  return waitsFor.map((name) => {
    const why = peers.find((peer) => peer.name === name)?.lastError ?? "";
    return why === "" ? name : `${name} (${why})`;
  });
}

/** Whether two acceptors talk to each other, as one of them says. */
function connected(
  names: readonly string[],
  answers: ReadonlyMap<string, StatusAnswer>,
  one: AcceptorIndex,
  other: AcceptorIndex,
): boolean {
  const says = (who: AcceptorIndex, of: AcceptorIndex) =>
    statusIn(answers, names[who]!)?.peers
      .some(({ name, connected }) => name === names[of] && connected) ?? false;
  return says(one, other) || says(other, one);
}

function statusIn(
  answers: ReadonlyMap<string, StatusAnswer>,
  name: string,
): AcceptorStatus | undefined {
  const answer = answers.get(name);
  return answer === undefined || "error" in answer ? undefined : answer.status;
}

/** The sets whose members reach each other, over others too: what one has, all of a set get. */
function partsOf(
  able: AcceptorSet,
  areConnected: (one: AcceptorIndex, other: AcceptorIndex) => boolean,
): AcceptorSet[] {
  const left = new Set(membersOf(able));
  const parts: AcceptorSet[] = [];
  for (const first of left) {
    // What is reached is looked at in turn while the list grows.
    const part = [first];
    for (const one of part) {
      left.delete(one);
      const found = [...left].filter((other) => areConnected(one, other));
      for (const other of found) left.delete(other);
      part.push(...found);
    }
    parts.push(setOf(part));
  }
  return parts;
}

/** Which sides there are, and why links between them are missing. */
function divided(
  parts: readonly AcceptorSet[],
  names: readonly string[],
  answers: ReadonlyMap<string, StatusAnswer>,
): string {
  const sides = parts.map((part) => membersOf(part).map((index) => names[index]!));
  const why: string[] = [];
  for (const [at, side] of sides.entries()) {
    for (const name of side) {
      for (const peer of statusIn(answers, name)?.peers ?? []) {
        const isAcross = sides.some((other, index) => index !== at && other.includes(peer.name));
        if (isAcross && peer.lastError !== "") {
          why.push(`${name} to ${peer.name}: ${peer.lastError}`);
        }
      }
    }
  }
  const told = sides.map((side) => listNames(side, NAMED_MAX)).join(" | ");
  return `no links between ${told}${why.length === 0 ? "" : ` (${listNames(why, LINKS_MAX)})`}`;
}
