/**
 * Messages that refer to what does not exist.
 *
 * @module
 */

import { hashOf } from "../ids.ts";
import type { MessageId } from "../../core/types.ts";
import type { Strategy } from "../villain.ts";

/** Packets that it sends to each process. */
const ROUNDS = 4;

/**
 * Signs messages with refs that nobody can supply: many small ones, some larger than what may wait
 * of one peer, and some that hang on one another. They must not displace what others have waiting,
 * and go when their time is up.
 */
export function ghosts(): Strategy {
  return {
    name: "ghosts",
    begin(villain) {
      const { prng, limits: { inboxRefsPerPeerMax } } = villain.stage;
      if (villain.acceptor === undefined) return;
      const isBig = inboxRefsPerPeerMax <= 1_024;
      villain.repeat(ROUNDS, prng.between(5, 120), (round) => {
        let last: MessageId | undefined;
        const bodies = Array.from({ length: 12 }, (_, i) => {
          const refs = round === 1 && isBig && i === 0 ? inboxRefsPerPeerMax : isBig ? 24 : 3;
          const names = Array.from({ length: refs }, (_, ref) => ghost(`${round} ${i} ${ref}`));
          const prev = prng.chance(0.3) ? last : undefined;
          const sealed = villain.sign(
            "ghosts",
            prev,
            prev === undefined ? names : [prev, ...names],
          );
          last = sealed.message.id;
          return sealed;
        });
        villain.speak(villain.peers, bodies);
      });
    },
  };
}

function ghost(name: string): MessageId {
  return hashOf(`ghost ${name}`) as string as MessageId;
}
