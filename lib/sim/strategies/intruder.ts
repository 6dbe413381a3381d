/**
 * Links that should not be.
 *
 * @module
 */

import type { FirstWord } from "../packet.ts";
import type { Strategy, Villain } from "../villain.ts";

/** Attempts at most. */
const ATTEMPTS = 6;

/**
 * Opens further links: as another, in a role that is not its own, with another configuration, or a
 * second one beside the first. Whom a certificate names decides, and one link of each is enough.
 */
export function intruder(): Strategy {
  return {
    name: "intruder",
    begin(villain) {
      const { prng } = villain.stage;
      villain.repeat(ATTEMPTS, prng.between(10, 90), () => {
        villain.send([prng.pick(villain.peers)!], { links: [firstWord(villain)] });
      });
    },
  };
}

function firstWord({ index: name, acceptor, peers, stage: { prng, graph } }: Villain): FirstWord {
  const honest = { isConfigured: true, name, acceptor };
  return prng.pick<FirstWord>([
    honest,
    { ...honest, acceptor: undefined },
    { ...honest, name: prng.pick(peers)! },
    { ...honest, acceptor: ((acceptor ?? 0) + 1) % (graph.acceptorCount + 1) },
    { ...honest, isConfigured: false },
  ])!;
}
