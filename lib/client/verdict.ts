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
import type { AcceptorStatus } from "./status.ts";
import type { StatusAnswer } from "./types.ts";

/** Names in a list of a sentence, at most. */
const NAMED_MAX = 8;

/** What can be said of a learner now. */
export interface Verdict {
  /** Its name. */
  readonly learner: string;
  /** Whether acceptors that vote, reach each other and have its time contain a quorum of it. */
  readonly decides: boolean;
  /** A sentence: that it can, or why it cannot. */
  readonly sentence: string;
  /** The causes alone, worst first; empty if it can. */
  readonly causes: readonly string[];
}

/** Who was asked, and what a clock may be off. */
export interface VerdictContext {
  /** Who decides by which quorums. */
  readonly graph: LearnerGraph;
  /** A 1a further ahead of an acceptor's clock is refused, in milliseconds. */
  readonly clockSkewMsMax: number;
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
  const states = acceptors.map((name) => stateOf(name, byName.get(name), context));
  const able = setOf(states.flatMap(({ causes }, index) => causes.length === 0 ? [index] : []));
  const parts = partsOf(able, (one, other) => connected(acceptors, byName, one, other));
  return learners.map((learner, index) => {
    const quorums = graph.quorums[index]!;
    if (parts.some((part) => quorums.satisfiedBy(part))) {
      return { learner, decides: true, sentence: `${learner} can decide`, causes: [] };
    }
    const matters = mentionedBy(graph.spec.quorums[index]!);
    const causes = membersOf(matters).flatMap((member) => states[member]!.causes);
    if (quorums.satisfiedBy(able)) causes.push(divided(parts, acceptors));
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

/** By acceptor: what keeps it from being of use, as far as answers tell; without those that are. */
export function unableOf(
  context: VerdictContext,
  answers: readonly StatusAnswer[],
): Map<string, readonly string[]> {
  return new Map(
    answers.map((answer) =>
      [answer.acceptor, stateOf(answer.acceptor, answer, context).causes] as const
    )
      .filter(([, causes]) => causes.length > 0),
  );
}

/** What keeps an acceptor from being of use. */
interface State {
  readonly causes: readonly string[];
}

function stateOf(name: string, answer: StatusAnswer | undefined, context: VerdictContext): State {
  if (answer === undefined) return { causes: [`${name} was not asked`] };
  if ("error" in answer) return { causes: [`${name} does not answer (${answer.error.message})`] };
  const { status } = answer;
  const causes = [];
  if (!status.votes) {
    const whom = status.waitsFor.length === 0
      ? ""
      : `: it waits to hear from ${listNames(status.waitsFor, NAMED_MAX)}`;
    causes.push(`${name} does not vote yet${whom}`);
  }
  const clock = clockFault(name, status, context.clockSkewMsMax);
  if (clock !== undefined) causes.push(clock);
  return { causes };
}

/** That a clock is so far behind ours that what we propose is refused, or ahead, that what it does. */
function clockFault(
  name: string,
  { clock }: AcceptorStatus,
  clockSkewMsMax: number,
): string | undefined {
  if (clock === undefined) return undefined;
  const surelyMs = Math.abs(clock.offsetMs) - clock.uncertaintyMs;
  if (surelyMs <= clockSkewMsMax) return undefined;
  const seconds = Math.round(Math.abs(clock.offsetMs) / 1000);
  const side = clock.offsetMs < 0 ? "behind" : "ahead of";
  return `the clock of ${name} is ${seconds} s ${side} ours`;
}

/** Whether two acceptors talk to each other, as one of them says. */
function connected(
  names: readonly string[],
  answers: ReadonlyMap<string, StatusAnswer>,
  one: AcceptorIndex,
  other: AcceptorIndex,
): boolean {
  const says = (who: AcceptorIndex, of: AcceptorIndex) => {
    const answer = answers.get(names[who]!);
    if (answer === undefined || "error" in answer) return false;
    return answer.status.peers.some(({ name, connected }) => name === names[of] && connected);
  };
  return says(one, other) || says(other, one);
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

function divided(parts: readonly AcceptorSet[], names: readonly string[]): string {
  const sides = parts.map((part) => listNames(membersOf(part).map((i) => names[i]!), NAMED_MAX));
  return `no links between ${sides.join(" | ")}`;
}
