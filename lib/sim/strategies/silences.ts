/**
 * Saying nothing false, but not to everybody, or not all of it.
 *
 * @module
 */

import { Face } from "../face.ts";
import type { Sealed } from "../sealed.ts";
import type { Strategy } from "../villain.ts";

/**
 * Follows the rules, but sends each message to some only, perhaps to nobody, and never what it is
 * asked for. Whoever got a message passes it on; what refers to one that nobody got waits in vain
 * and has to go in the end.
 */
export function selective(): Strategy {
  let face: Face | undefined;
  return {
    name: "selective",
    begin(villain) {
      if (villain.acceptor === undefined) return;
      face = new Face(villain, "selective");
      villain.supplies = false;
    },
    heard(villain, entry) {
      const { prng } = villain.stage;
      for (const sealed of face?.show(entry) ?? []) {
        const share = prng.pick([0, 0.3, 0.6, 1])!;
        const audience = prng.some(villain.peers, share);
        if (audience.length === 0) villain.conspiracy.learn(sealed);
        villain.speak(audience, [sealed]);
      }
    },
  };
}

/**
 * Follows the rules, but of its own messages it keeps every other to itself, those that the next
 * one builds on. Sometimes it brings one to light late, to one process only.
 */
export function withholding(): Strategy {
  let face: Face | undefined;
  let count = 0;
  const withheld: Sealed[] = [];
  return {
    name: "withholding",
    begin(villain) {
      if (villain.acceptor === undefined) return;
      face = new Face(villain, "withholding");
      villain.supplies = false;
    },
    heard(villain, entry) {
      const { prng } = villain.stage;
      for (const sealed of face?.show(entry) ?? []) {
        if (++count % 2 === 0) {
          villain.speak(villain.peers, [sealed]);
          continue;
        }
        villain.conspiracy.learn(sealed);
        withheld.push(sealed);
        if (withheld.length > 8 || !prng.chance(0.5)) continue;
        const witness = prng.pick(villain.peers)!;
        villain.after(prng.between(50, 900), () => villain.speak([witness], withheld));
      }
    },
  };
}
