/**
 * Whatever does most harm.
 *
 * @module
 */

import { type Entry, isAncestorOrSelf } from "../../core/dag.ts";
import { isRejection } from "../../core/rejection.ts";
import { type AcceptorMessage, addMs } from "../../core/types.ts";
import { seal, type Sealed } from "../sealed.ts";
import type { Strategy, Villain } from "../villain.ts";
import { type Plot, plotOf, type Side } from "./plot.ts";

/** How often it thinks, moves and offers in the life of a world. */
const THOUGHTS_MAX = 120;
const MOVES_MAX = 40;
const OFFERS_MAX = 6;

/** Refs of what it considers. */
const REFS_MAX = 12;

const SIDES = [0, 1] as const;

interface Move {
  readonly entry: Entry;
  readonly side: Side;
  readonly harm: number;
}

/**
 * Watches everything and has a branch of its own for each of two sides. Of all 1bs and 2as that it
 * could sign now it picks the one that brings differing values nearest to being decided on different
 * sides; it keeps silent where its vote would only let somebody decide. If all offer one value, it
 * offers another in the ballot right above, to one side. Several of its kind share their plot.
 *
 * Quorums of learners that are entangled meet in an acceptor that is safe, and that one votes for
 * one value only.
 */
export function adaptive(): Strategy {
  let plot: Plot;
  let thoughts = THOUGHTS_MAX;
  let moves = MOVES_MAX;
  let offers = OFFERS_MAX;
  let isThinking = false;
  const tips: [Entry | undefined, Entry | undefined] = [undefined, undefined];
  const think = (villain: Villain) => {
    isThinking = false;
    if (offers > 0 && offer(villain, plot)) offers--;
    if (villain.acceptor === undefined || moves <= 0) return;
    const move = bestMove(villain, plot, tips);
    if (move === undefined) return;
    moves--;
    const { entry, side } = move;
    tips[side] = entry;
    const { id } = entry.message;
    plot.show(id, side);
    villain.conspiracy.remember(id, "adaptive");
    const message = entry.message as AcceptorMessage;
    // Those on this side may not have heard of what others have said.
    const refs = message.refs.map((ref) => villain.conspiracy.sealedOf(ref))
      .filter((sealed) => sealed !== undefined) as Sealed[];
    villain.speak(plot.audience(villain.peers, side), [...refs, seal(message)]);
  };
  return {
    name: "adaptive",
    begin(villain) {
      plot = plotOf(villain.conspiracy, villain.stage);
      // Whoever asks could be of the other side.
      if (villain.stage.prng.chance(0.7)) villain.supplies = false;
    },
    heard(villain, entry) {
      plot.count(entry);
      if (isThinking || --thoughts < 0) return;
      isThinking = true;
      villain.after(villain.stage.prng.pick([0, 1, 3])!, () => think(villain));
    },
  };
}

function bestMove(
  villain: Villain,
  plot: Plot,
  tips: readonly [Entry | undefined, Entry | undefined],
): Move | undefined {
  let best: Move | undefined;
  for (const proposal of plot.highest(4)) {
    for (const side of SIDES) {
      if (!plot.suits(proposal, side)) continue;
      // To continue the other branch is as good as long as there is only one.
      const known = tellable(villain, tips[side]);
      const votes = known.filter(({ facts }) => facts.proposal === proposal);
      const isOlder = ({ facts }: Entry) =>
        facts.proposal !== proposal && facts.ballot.seconds <= proposal.facts.ballot.seconds;
      const older = known.filter(isOlder).slice(-REFS_MAX);
      for (const refs of [[proposal], [proposal, ...older], votes, votes.slice(-REFS_MAX)]) {
        const entry = refs.length === 0 ? proposal : villain.draft(tips[side], refs);
        if (isRejection(entry) || entry === proposal) continue;
        const harm = plot.harm(entry, side);
        if (harm > (best?.harm ?? 0)) best = { entry, side, harm };
      }
    }
  }
  return best;
}

/** Others' latest messages whose past holds nothing of the villain's but the branch given. */
function tellable({ conspiracy, acceptor }: Villain, tip: Entry | undefined): Entry[] {
  const recent = [...conspiracy.dag.values()].slice(-40);
  return recent.filter(({ message, facts }) =>
    message.kind === "acceptor" && message.signer !== acceptor &&
    facts.tips[acceptor!]!.every((own) => tip !== undefined && isAncestorOrSelf(own, tip))
  );
}

/** Offers another value right above the highest ballot if it is the only one about. */
function offer(villain: Villain, plot: Plot): boolean {
  const { prng } = villain.stage;
  const proposals = plot.highest(2);
  const [top] = proposals;
  const values = new Set(proposals.map(({ facts }) => facts.ballot.valueHash));
  if (top === undefined || values.size > 1 || !prng.chance(0.2)) return false;
  const { ballot } = top.facts;
  const before = plot.highest(20).map(({ facts }) => facts.ballot.valueHash);
  const rival = before.find((value) => value !== ballot.valueHash) ??
    villain.stage.naming.value(`rival ${villain.index}`);
  const time = addMs({ seconds: ballot.seconds, nanos: ballot.nanos }, 0.000001);
  const sealed = villain.offer("adaptive", { ...time, valueHash: rival });
  villain.speak(plot.audience(villain.peers, plot.homeOf(rival)), [sealed]);
  return true;
}
