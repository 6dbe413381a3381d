/**
 * Section 8 of the protocol as it stands, with lists and sets: everything is computed anew from all
 * that one process has seen, slowly. Where the rules were mended (ADR 0048) it has the mended ones.
 *
 * @module
 */

import type { Certificate } from "../../lib/log/certificate.ts";
import { extendChain, genesis } from "../../lib/log/chain.ts";
import { decodeBatch } from "../../lib/log/record.ts";
import type { Checkpoint, Signed } from "../../lib/log/statement.ts";
import type { LogContext, LogHash, Outcome, Position } from "../../lib/log/types.ts";
import type { LearnerGraph } from "../../lib/core/learner_graph.ts";
import type { AcceptorSet } from "../../lib/core/types.ts";
import type { Shown } from "../../lib/log/closing.ts";

/** An outcome that was seen, with its value. */
export interface Seen {
  readonly learner: number;
  readonly position: Position;
  readonly outcome: Outcome;
  readonly value: Uint8Array | undefined;
}

/** prefix_a: the first instance without an outcome for a. */
export function prefix(seen: readonly Seen[], learner: number): Position {
  for (let i = 0;; i++) {
    if (!seen.some((each) => each.learner === learner && each.position === i)) return i;
  }
}

function first(seen: readonly Seen[], learner: number, position: Position): Seen {
  return seen.find((each) => each.learner === learner && each.position === position)!;
}

/** h_a(n). */
export function chain(
  context: LogContext,
  seen: readonly Seen[],
  learner: number,
  n: Position,
): LogHash {
  if (n === 0) return genesis(context, learner);
  const before = chain(context, seen, learner, n - 1);
  return extendChain(context, before, n - 1, first(seen, learner, n - 1).outcome);
}

/** What a's log delivers below n, as "client/sequence" by position: each once. */
export function delivered(
  seen: readonly Seen[],
  learner: number,
  n: Position,
): (readonly string[])[] {
  const all: string[] = [];
  return Array.from({ length: n }, (_, i) => {
    const { value } = first(seen, learner, i);
    const fresh: string[] = [];
    for (const { client, sequence } of value === undefined ? [] : decodeBatch(value)) {
      const name = `${client}/${sequence}`;
      if (all.includes(name)) continue;
      all.push(name);
      fresh.push(name);
    }
    return fresh;
  });
}

/** An honest process opens j only if … */
export function opens(context: LogContext, seen: readonly Seen[], floor: Position, j: Position) {
  const { windowMax, spreadMax } = context.settings;
  const learners = context.graph.spec.learners.map((_, a) => a);
  return j >= floor && j < floor + spreadMax &&
    learners.some((a) => j < prefix(seen, a) + windowMax);
}

/** An instance in which all learners have an outcome. */
export function settled(context: LogContext, seen: readonly Seen[], i: Position): boolean {
  return context.graph.spec.learners.every((_, a) =>
    seen.some((each) => each.learner === a && each.position === i)
  );
}

/** Statements with equal heads for a at n whose signers contain a quorum of a. */
export function certifies(
  { graph }: LogContext,
  { learner, position, chain, sessions, statements }: Certificate,
): boolean {
  let signers = 0n;
  for (const { statement } of statements) {
    if (statement.position !== position) return false;
    const head = statement.heads.find((each) => each.learner === learner);
    if (head?.chain !== chain || head.sessions !== sessions) return false;
    signers |= 1n << BigInt(statement.signer);
  }
  return graph.quorums[learner]!.satisfiedBy(signers);
}

/** Whether some set of these statements is a certificate for a at n with this chain. */
export function certified(
  { graph }: LogContext,
  statements: readonly Signed<Checkpoint>[],
  learner: number,
  n: Position,
  head: LogHash,
): boolean {
  const saying = statements.filter(({ statement: { position, heads } }) =>
    position === n && heads.some((each) => each.learner === learner && each.chain === head)
  );
  const signers = saying.reduce((set, { statement }) => set | 1n << BigInt(statement.signer), 0n);
  return graph.quorums[learner]!.satisfiedBy(signers);
}

function* subsets(count: number): Generator<AcceptorSet> {
  for (let set = 0n; set < 1n << BigInt(count); set++) yield set;
}

/**
 * Whether no history that fits what closers have shown has a decision for an accurate learner: for
 * every set of liars and every set of deciders in every ballot.
 */
export function closed(graph: LearnerGraph, learner: number, shown: Shown): boolean {
  const { closers, votes, caught } = shown;
  if (!graph.quorums[learner]!.satisfiedBy(closers)) return false;
  for (const liars of subsets(graph.acceptorCount)) {
    if ((caught & ~liars) !== 0n) continue;
    if (((graph.connected(liars)[learner]! >> BigInt(learner)) & 1n) === 0n) continue;
    for (const voted of [0n, ...votes]) {
      for (const deciders of subsets(graph.acceptorCount)) {
        if (!graph.quorums[learner]!.satisfiedBy(deciders)) continue;
        const honestClosers = deciders & closers & ~liars;
        if ((honestClosers & ~voted) === 0n) return false;
      }
    }
  }
  return true;
}
