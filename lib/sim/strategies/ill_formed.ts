/**
 * Genuine signatures under what is not well-formed.
 *
 * @module
 */

import type { Entry } from "../../core/dag.ts";
import type { MessageId } from "../../core/types.ts";
import { Face } from "../face.ts";
import type { Strategy, Villain } from "../villain.ts";

/** Messages of each kind that it signs at most. */
const MESSAGES_MAX = 4;

/**
 * Follows the rules, and besides signs what breaks each of them: no ballot, a `prev` that is not its
 * latest message or not among the refs, a second 1b or 2a in a ballot, a 2a that is none. Everybody
 * must refuse it for the same reason, and nobody is framed: a refused message counts for nothing.
 */
export function illFormed(): Strategy {
  let face: Face | undefined;
  let left = MESSAGES_MAX;
  return {
    name: "ill-formed",
    begin(villain) {
      if (villain.acceptor === undefined) return;
      face = new Face(villain, "ill-formed");
      say(villain, undefined, []);
    },
    heard(villain, entry) {
      for (const sealed of face?.show(entry) ?? []) {
        villain.speak(villain.peers, [sealed]);
        const tip = villain.conspiracy.dag.get(sealed.message.id);
        if (tip === undefined || left-- <= 0) continue;
        const { message: { id }, facts } = tip;
        const proposal = facts.proposal.message.id;
        say(villain, id, [id, proposal]);
        say(villain, id, [id]);
        say(villain, id, [proposal]);
        say(villain, undefined, [id, proposal]);
        if (facts.kind === "2a") say(villain, id, [id, ...votesOf(villain, entry)]);
      }
    },
  };
}

function say(villain: Villain, prev: MessageId | undefined, refs: readonly MessageId[]): void {
  villain.speak(villain.peers, [villain.sign("ill-formed", prev, refs)]);
}

/** Everything of the ballot that others have said. */
function votesOf({ conspiracy, acceptor }: Villain, { facts: { proposal } }: Entry): MessageId[] {
  return [...conspiracy.dag.values()]
    .filter(({ facts, message }) =>
      facts.proposal === proposal && message.kind === "acceptor" && message.signer !== acceptor
    )
    .map(({ message }) => message.id);
}
