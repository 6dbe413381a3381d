/**
 * Several messages with one predecessor.
 *
 * @module
 */

import type { Entry } from "../../core/dag.ts";
import { isRejection } from "../../core/rejection.ts";
import type { AcceptorMessage } from "../../core/types.ts";
import { Face } from "../face.ts";
import { seal, type Sealed } from "../sealed.ts";
import type { Strategy, Villain } from "../villain.ts";

/** Ballots in which a villain forks; each fork costs every honest process memory. */
const FORKS_MAX = 6;

/**
 * Follows the rules, but now and then answers twice: two messages follow the same one of its own,
 * each well-formed, each for half of the processes. Whoever knows both has caught it.
 */
export function forks(): Strategy {
  let face: Face | undefined;
  let left = FORKS_MAX;
  return {
    name: "forks",
    begin(villain) {
      if (villain.acceptor !== undefined) face = new Face(villain, "forks");
    },
    heard(villain, entry) {
      const { prng } = villain.stage;
      for (const sealed of face?.show(entry) ?? []) {
        const other = left > 0 && prng.chance(0.7) ? otherThan(villain, sealed) : undefined;
        if (other === undefined) {
          villain.speak(villain.peers, [sealed]);
          continue;
        }
        left--;
        const order = prng.shuffled(villain.peers);
        const half = order.length >> 1;
        villain.speak(order.slice(0, half), [sealed]);
        villain.speak(order.slice(half), [other]);
      }
    },
  };
}

/** The same with one ref less, or one more, if there is such a thing. */
function otherThan(villain: Villain, { message }: Sealed): Sealed | undefined {
  const { dag } = villain.conspiracy;
  const { prev, refs } = message as AcceptorMessage;
  const entries = refs.filter((ref) => ref !== prev)
    .map((ref) => dag.get(ref))
    .filter((entry) => entry !== undefined) as Entry[];
  const before = prev === undefined ? undefined : dag.get(prev);
  const strangers = [...dag.values()].filter((entry) => !refs.includes(entry.message.id));
  const choices = [
    ...entries.map((dropped) => entries.filter((entry) => entry !== dropped)),
    ...villain.stage.prng.shuffled(strangers).slice(0, 3).map((added) => [...entries, added]),
  ];
  for (const choice of villain.stage.prng.shuffled(choices)) {
    if (choice.length === 0) continue;
    const draft = villain.draft(before, choice);
    if (isRejection(draft)) continue;
    villain.conspiracy.remember(draft.message.id, "forks");
    return seal(draft.message as AcceptorMessage);
  }
  return undefined;
}

/** 1bs of one ballot: each may make every honest acceptor want to sign again. */
const STORM_MAX = 24;

/**
 * In one ballot it signs many 1bs, all of which follow the same message of its own and differ in
 * what else they refer to. Each is one more for honest acceptors to count; they may answer with one
 * 2a for each learner at most, and must not refer to more than a few of the branches.
 */
export function storm(): Strategy {
  let left = 3;
  return {
    name: "storm",
    heard(villain, { message, facts }) {
      if (villain.acceptor === undefined || facts.kind !== "1b" || left === 0) return;
      if ((message as AcceptorMessage).signer === villain.acceptor) return;
      left--;
      villain.after(1, () => unleash(villain, facts.proposal));
    },
  };
}

function unleash(villain: Villain, proposal: Entry): void {
  const { conspiracy, acceptor, stage: { prng } } = villain;
  const all = [...conspiracy.dag.values()].filter((entry) => entry.facts.proposal !== proposal);
  const isOwn = ({ message }: Entry) => message.kind === "acceptor" && message.signer === acceptor;
  const prev = prng.pick([undefined, ...all.filter(isOwn)]);
  const others = all.filter((entry) => !isOwn(entry));
  for (let i = 0; i < STORM_MAX; i++) {
    const draft = villain.draft(prev, [proposal, ...prng.some(others, 3 / (others.length + 1))]);
    if (isRejection(draft) || conspiracy.dag.has(draft.message.id)) continue;
    conspiracy.remember(draft.message.id, "storm");
    villain.speak(villain.peers, [seal(draft.message as AcceptorMessage)]);
  }
}
