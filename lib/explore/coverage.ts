/**
 * What has happened somewhere in an exploration: what never happens was not checked.
 *
 * @module
 */

import { fullSet, hasMember } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { Exploration } from "./explore.ts";

/** Names of what may happen; those for a learner or a rejection end in its name or code. */
export type Occurrence =
  | "1b not fresh"
  | "2a buried"
  | "2a for some learners only"
  | "second 2a in a ballot"
  | "equivocator caught"
  | "stale 1a"
  | "waits for refs"
  | "disagreement"
  | `${string} decides`
  | `refused ${string}`;

/**
 * How often each occurrence was met. Decisions and disagreements count states; stale 1as, waits and
 * equivocators count steps of single acceptors; refusals count drafts of Byzantine acceptors; everything else
 * counts different messages by honest acceptors.
 */
export function coverageOf(exploration: Exploration): ReadonlyMap<Occurrence, number> {
  const { world: { messages, locals, pools, trusted }, decided, disagreements } = exploration;
  const counts = new Map<Occurrence, number>();
  const add = (what: Occurrence, count = 1) => {
    if (count > 0) counts.set(what, (counts.get(what) ?? 0) + count);
  };
  for (const entry of messages.entries) {
    const { message } = entry;
    if (message.kind === "1a" || !hasMember(locals.honest, message.signer)) continue;
    for (const what of occurrencesIn(exploration, entry)) add(what);
  }
  add("equivocator caught", locals.seen.caught);
  add("stale 1a", locals.seen.stale1as);
  add("waits for refs", locals.seen.waits);
  add("disagreement", disagreements);
  for (const code of pools.rejected.values()) add(`refused ${code}`);
  trusted.spec.learners.forEach((name, learner) => add(`${name} decides`, decided[learner]));
  return counts;
}

function* occurrencesIn(
  { world: { messages: { graph, entries, numbers } } }: Exploration,
  { message, facts }: Entry,
): Generator<Occurrence> {
  if (message.kind === "1a") return;
  const everyone = fullSet(graph.learnerCount);
  const prev = message.prev === undefined ? undefined : entries[numbers.get(message.prev)!]!.facts;
  if (facts.kind === "2a") {
    if (facts.learners2a !== everyone) yield "2a for some learners only";
    if (prev?.kind === "2a" && prev.proposal === facts.proposal) yield "second 2a in a ballot";
    return;
  }
  if (facts.fresh !== everyone) yield "1b not fresh";
  if (prev === undefined) return;
  const connected = graph.connected(facts.caught);
  const buried = facts.own2as.some((m, learner) =>
    m === undefined && prev.own2as[learner] !== undefined && connected[learner] !== 0n
  );
  if (buried) yield "2a buried";
}
