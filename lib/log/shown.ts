/**
 * From closings and the messages of an instance to what they show.
 *
 * @module
 */

import { hasMember } from "../core/acceptor_set.ts";
import { type Dag, isAncestorOrSelf } from "../core/dag.ts";
import type { AcceptorSet, LearnerIndex, MessageId } from "../core/types.ts";
import type { Shown } from "./closing.ts";
import type { Closing } from "./statement.ts";

/** What is known of an instance: all messages, and who is caught in them. */
export interface KnownInstance {
  /** Well-formed messages with all they refer to. */
  readonly dag: Dag;
  /** Caught in it. */
  readonly view: { readonly caught: AcceptorSet };
}

/**
 * What closings of one instance for one learner show, as far as the messages they name are known.
 * A closing does not count while its latest message is not known, or if something its signer has
 * sent does not lead to that: then the signer has not stopped there.
 *
 * 2as that are known from elsewhere count as shown: more of them only make closing rarer. Takes time
 * linear in the messages of the instance.
 */
export function collectShown(
  { dag, view: { caught } }: KnownInstance,
  learner: LearnerIndex,
  closings: readonly Closing[],
): Shown {
  let closers = 0n;
  for (const { signer, last } of closings) {
    if (hasStopped(dag, signer, last)) closers |= 1n << BigInt(signer);
  }
  const byBallot = new Map<MessageId, AcceptorSet>();
  for (const { message, facts } of dag.values()) {
    if (message.kind === "1a" || !hasMember(facts.learners2a, learner)) continue;
    const { id } = facts.proposal.message;
    byBallot.set(id, (byBallot.get(id) ?? 0n) | 1n << BigInt(message.signer));
  }
  return { closers, votes: [...byBallot.values()], caught };
}

/** Whether all that is known of a signer leads to the message that it says is its latest. */
function hasStopped(dag: Dag, signer: number, last: MessageId | undefined): boolean {
  const latest = last === undefined ? undefined : dag.get(last);
  if (last !== undefined && latest?.message.kind !== "acceptor") return false;
  if (latest?.message.kind === "acceptor" && latest.message.signer !== signer) return false;
  for (const entry of dag.values()) {
    if (entry.message.kind === "1a" || entry.message.signer !== signer) continue;
    if (latest === undefined || !isAncestorOrSelf(entry, latest)) return false;
  }
  return true;
}
