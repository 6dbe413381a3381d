/**
 * Ballots without end.
 *
 * @module
 */

import type { Timestamp } from "../../core/types.ts";
import { addMs } from "../../core/types.ts";
import type { Strategy, Villain } from "../villain.ts";

/** Bursts in the life of a world. */
const BURSTS = 4;

/**
 * Offers ballots as fast as it can: at the right time, a little ahead of the clocks, far ahead of
 * them, and at times that are none. Every ballot that counts costs each acceptor a signature and
 * interrupts the one before it, so only so many may count, and honest proposers come through in the
 * end.
 */
export function spam(): Strategy {
  return {
    name: "spam",
    begin(villain) {
      const { prng } = villain.stage;
      villain.repeat(BURSTS, prng.between(20, 400), () => {
        const kinds = prng.shuffled([present, near, far, far, never]);
        for (const kind of kinds.slice(0, 2)) {
          villain.speak(prng.some(villain.peers, 0.7), kind(villain));
        }
      });
    },
  };
}

function offers(villain: Villain, count: number, time: (i: number) => Timestamp) {
  return Array.from({ length: count }, (_, i) => {
    const valueHash = villain.stage.naming.value(`spam ${villain.index} ${i % 2}`);
    return villain.offer("spam", { ...time(i), valueHash });
  });
}

function present(villain: Villain) {
  return offers(villain, 2, (i) => villain.now(-i));
}

function near(villain: Villain) {
  const { futureProposalsMax } = villain.stage.limits;
  // So many wait only where few may: the others all come to count.
  if (futureProposalsMax > 8) return offers(villain, 2, (i) => villain.now(150 + 100 * i));
  return offers(villain, futureProposalsMax + 2, (i) => villain.now(150 + 20 * i));
}

function far(villain: Villain) {
  return offers(villain, 30, (i) => villain.now(60_000 + i));
}

function never(villain: Villain) {
  const { seconds, nanos } = addMs(villain.now(), 1);
  return [
    ...offers(villain, 1, () => ({ seconds: -1, nanos })),
    ...offers(villain, 1, () => ({ seconds, nanos: 1_000_000_000 })),
  ];
}
