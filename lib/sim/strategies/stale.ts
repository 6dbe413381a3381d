/**
 * Messages that refer to too little.
 *
 * @module
 */

import type { Entry } from "../../core/dag.ts";
import { type AcceptorMessage, compareBallots } from "../../core/types.ts";
import type { Strategy, Villain } from "../villain.ts";

/** Messages that it signs at most. */
const MESSAGES_MAX = 24;

/**
 * Refers to as little as it can, and sometimes to less: to the 1a and its own last message only, to
 * a few 1bs that do not make a quorum, or to a past that it has outgrown, as after the restoration
 * of an old backup. Too little is no 2a and is refused; a past without its own last message is a
 * second branch.
 */
export function stale(): Strategy {
  let left = MESSAGES_MAX;
  const own: Entry[] = [];
  return {
    name: "stale",
    heard(villain, entry) {
      const { message, facts } = entry;
      if (villain.acceptor === undefined) return;
      if (message.kind === "acceptor" && message.signer === villain.acceptor) {
        if (villain.conspiracy.deeds.get(message.id) === "stale") own.push(entry);
        return;
      }
      const { prng } = villain.stage;
      if (left === 0 || facts.kind === "2a" || !prng.chance(0.8)) return;
      left--;
      const forgets = prng.chance(0.1) ? prng.between(1, 3) : 0;
      const prev = own.at(-1 - forgets);
      villain.after(prng.between(1, 6), () => {
        const refs = facts.kind === "1a" ? [entry] : someOf(villain, entry);
        const ids = [...refs, ...(prev === undefined ? [] : [prev])].map((ref) => ref.message.id);
        villain.speak(villain.peers, [villain.sign("stale", prev?.message.id, ids)]);
      });
    },
  };
}

/** Some of the 1bs of a ballot, or of those before it. */
function someOf(villain: Villain, { facts }: Entry): Entry[] {
  const { prng } = villain.stage;
  const isOld = prng.chance(0.2);
  const others = [...villain.conspiracy.dag.values()].filter(({ facts: other, message }) => {
    if (other.kind !== "1b" || (message as AcceptorMessage).signer === villain.acceptor) {
      return false;
    }
    const order = compareBallots(other.ballot, facts.ballot);
    return isOld ? order < 0 : order === 0;
  });
  return prng.some(others, prng.pick([0.5, 0.8, 1])!);
}
