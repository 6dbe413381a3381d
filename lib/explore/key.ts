/**
 * A key by which equal instances are known.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import type { InstanceState } from "../core/instance.ts";
import type { Past } from "../core/past.ts";
import type { MessageId } from "../core/types.ts";

/**
 * Everything an instance holds, as text: equal texts, equal behaviour. Sets and lists whose order
 * has no meaning are sorted; what waits is not, since it is released in order of arrival. Left out are the decisions, which follow from the votes but for the
 * order in which they were made and the signers known by then: nothing is sent because of them.
 *
 * @param nameOf A short unique name of a message.
 */
export function keyOf(state: InstanceState, nameOf: (id: MessageId) => number): string {
  const names = (ids: Iterable<MessageId>) => Array.from(ids, nameOf).sort((a, b) => a - b);
  const { acceptor, learner, inbox, future } = state;
  const parts: unknown[] = [names(state.dag.keys()), pastKey(state.view, nameOf)];
  if (acceptor !== undefined) {
    const { prev, recent, past, standing } = acceptor;
    const latest = names(recent.map(({ message: { id } }) => id));
    parts.push(prev === undefined ? -1 : nameOf(prev.message.id), latest, standing);
    parts.push(pastKey(past, nameOf));
  }
  if (inbox.waiting.size > 0) {
    const waits = [...inbox.waiting.values()]
      .map(({ message, missing }) => [nameOf(message.id), ...names(missing)]);
    parts.push(waits);
  }
  if (future.length > 0) parts.push(names(future.map(({ proposal }) => proposal.id)));
  const votes = [...learner.votes]
    .map(([id, signers]): [number, string] => [nameOf(id), signers.join()])
    .sort(([a], [b]) => a - b);
  parts.push(votes);
  return JSON.stringify(parts);
}

function pastKey(past: Past, nameOf: (id: MessageId) => number): string {
  const name = (entry: Entry | undefined) => entry === undefined ? -1 : nameOf(entry.message.id);
  const { highest1a, refersTo1a, highestVoted, freshSigners, tips, caught, highest2a } = past;
  return [
    `${name(highest1a)} ${refersTo1a} ${name(highestVoted)} ${caught}`,
    freshSigners.join(),
    tips.map((each) => each.map(name).sort((a, b) => a - b).join("+")).join(),
    highest2a.map((each) => `${name(each?.best)}>${name(each?.other)}`).join(),
  ].join(" ");
}
