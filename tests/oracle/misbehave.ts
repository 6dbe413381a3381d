/**
 * What Byzantine acceptors sign: everything that their signature can make others look at.
 *
 * @module
 */

import type { AcceptorMessage, MessageId } from "../../lib/core/types.ts";
import { acceptorMessage } from "../../lib/sim/ids.ts";
import { isSame } from "./oracle.ts";
import { follow, judge, type Making, newView, type View } from "./world.ts";

type Trick = (making: Making, view: View) => AcceptorMessage;

const TRICKS: readonly Trick[] = [
  selective1b,
  selective1b,
  selective2a,
  selective2a,
  selective2a,
  forked1b,
  forgetful1b,
  wildPrev,
  wildRefs,
  nothing,
];

/**
 * Signs something odd from one face.
 *
 * @returns The message if it is well-formed and new: then it counts as sent by this face, or, if it
 *   does not follow the face's latest message, by a new one.
 */
export function misbehave(making: Making, view: View): AcceptorMessage | undefined {
  const { prng, oracle } = making;
  const message = prng.pick(TRICKS)!(making, view);
  if (oracle.known.has(message.id)) return undefined;
  if (judge(making, message, 1) !== undefined) return undefined;
  if (message.prev === view.prev) {
    follow(making, view, message);
  } else {
    const face = newView(view.signer, false);
    making.views.push(face);
    follow(making, face, message);
  }
  return message;
}

/** A 1b that hides most of what its signer knows. */
function selective1b(making: Making, view: View): AcceptorMessage {
  const { prng } = making;
  const others = prng.some(delivered(making, view, "acceptor"), 0.15);
  return following(view, [...latest1a(making, view), ...others]);
}

/** A 2a on few, or too few, or too many of the 1bs of the ballot. */
function selective2a(making: Making, view: View): AcceptorMessage {
  const { prng, oracle } = making;
  const own = view.prev === undefined ? undefined : oracle.known.get(view.prev)!;
  const known = own === undefined ? [] : delivered(making, view, "acceptor").filter((id) => {
    const message = oracle.known.get(id)!;
    return oracle.is1b(message) && isSame(oracle.b(message), oracle.b(own));
  });
  const anywhere = [...oracle.known.values()].filter((message) =>
    own !== undefined && oracle.is1b(message) && isSame(oracle.b(message), oracle.b(own))
  ).map((message) => message.id);
  return following(view, prng.some(prng.chance(0.5) ? known : anywhere, prng.pick([0.5, 0.9])!));
}

/** A 1b that follows an older message than the latest, as if the latest did not exist. */
function forked1b(making: Making, view: View): AcceptorMessage {
  const { prng, oracle } = making;
  const own = delivered(making, view, "acceptor").filter((id) => {
    const message = oracle.known.get(id)!;
    return message.kind === "acceptor" && message.signer === view.signer;
  });
  const prev = prng.pick(own);
  const refs = latest1a(making, view);
  if (prev !== undefined) refs.push(prev);
  return acceptorMessage(view.signer, prev, refs);
}

/** A 1b of one who has lost his memory: no prev. */
function forgetful1b(making: Making, view: View): AcceptorMessage {
  const { prng } = making;
  const others = prng.some(delivered(making, view, "acceptor"), 0.1);
  return acceptorMessage(view.signer, undefined, [...latest1a(making, view), ...others]);
}

/** A prev that may be anything: a stranger's message, a 1a, not among the refs, unknown. */
function wildPrev(making: Making, view: View): AcceptorMessage {
  const { prng, oracle } = making;
  const anything = [...oracle.known.keys()];
  const prev = prng.chance(0.05) ? "f".repeat(64) as MessageId : prng.pick(anything);
  const refs = [...latest1a(making, view), ...prng.some(anything, 0.1)];
  if (prev !== undefined && oracle.known.has(prev) && prng.chance(0.6)) refs.push(prev);
  return acceptorMessage(view.signer, prev, refs);
}

/** The right prev, and anything else. */
function wildRefs(making: Making, view: View): AcceptorMessage {
  const { prng, oracle } = making;
  return following(view, prng.some([...oracle.known.keys()], prng.pick([0.05, 0.2])!));
}

/** No ballot at all. */
function nothing(making: Making, view: View): AcceptorMessage {
  return acceptorMessage(view.signer, making.prng.chance(0.8) ? undefined : view.prev, []);
}

function following(view: View, refs: readonly MessageId[]): AcceptorMessage {
  const { signer, prev } = view;
  return acceptorMessage(signer, prev, prev === undefined ? refs : [prev, ...refs]);
}

/** One 1a: mostly the latest one known to anybody, or one the view has. */
function latest1a(making: Making, view: View): MessageId[] {
  const { prng, oracle } = making;
  const proposals = [...oracle.known.values()].filter((message) => message.kind === "1a");
  const seen = delivered(making, view, "1a");
  const chosen = prng.chance(0.5) ? proposals.at(-1)?.id : prng.pick(seen);
  return chosen === undefined ? [] : [chosen];
}

function delivered({ oracle }: Making, view: View, kind: "1a" | "acceptor"): MessageId[] {
  return [...view.delivered].filter((id) => oracle.known.get(id)?.kind === kind);
}
