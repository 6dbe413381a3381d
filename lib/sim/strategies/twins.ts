/**
 * Two copies of one identity.
 *
 * @module
 */

import { Face } from "../face.ts";
import type { Strategy, Villain } from "../villain.ts";

interface Twin {
  readonly face: Face;
  readonly audience: readonly number[];
}

/**
 * Each copy is honest by itself, hears most of what honest processes say and is shown only to its
 * own audience, some processes to both. As soon as anybody hears of both, the identity is caught,
 * and learners that trusted it no longer wait for each other.
 */
export function twins(): Strategy {
  return makeTwins("twins", ({ peers, stage: { prng } }) => {
    const isFirst = peers.map(() => prng.chance(0.5));
    const isBoth = peers.map(() => prng.chance(0.2));
    return [
      peers.filter((_, i) => isFirst[i] || isBoth[i]),
      peers.filter((_, i) => !isFirst[i] || isBoth[i]),
    ];
  });
}

/**
 * One copy for the acceptors, another for those who only observe: they are told of votes that no
 * acceptor hears of before an observer passes them on. The observers' echo should bring it to light.
 */
export function whispers(): Strategy {
  return makeTwins("whispers", ({ peers, stage }) => [
    peers.filter((peer) => stage.acceptorOf(peer) !== undefined),
    peers.filter((peer) => stage.acceptorOf(peer) === undefined),
  ]);
}

function makeTwins(name: string, divide: (villain: Villain) => number[][]): Strategy {
  let twins: Twin[] = [];
  return {
    name,
    begin(villain) {
      if (villain.acceptor === undefined) return;
      twins = divide(villain).map((audience) => ({ face: new Face(villain, name), audience }));
    },
    heard(villain, entry) {
      for (const { face, audience } of twins) {
        if (villain.stage.prng.chance(0.15)) continue;
        const said = face.show(entry);
        // The copies differ in time, so that they differ in what they refer to.
        villain.after(villain.stage.prng.between(0, 4), () => villain.speak(audience, said));
      }
    },
  };
}
