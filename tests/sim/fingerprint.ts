/**
 * Tells whether two worlds went the same way.
 *
 * @module
 */

import { scramble } from "../../lib/sim/prng.ts";
import type { RunReport } from "../../lib/sim/run.ts";
import type { Spectator } from "../../lib/sim/world.ts";

/** A number that depends on every step of a world, all that came of it, and their order. */
export function fingerprintOf(run: (spectator: Spectator) => RunReport): number {
  let mixed = 0;
  const add = (text: string) => {
    for (let i = 0; i < text.length; i++) {
      mixed = scramble(Math.imul(mixed, 31) + text.charCodeAt(i) | 0);
    }
  };
  const { seed, events, ms } = run({
    stepped: (process, input, effects, atMs) => {
      add(`${atMs} ${process.role.name} ${input.kind}`);
      for (const effect of effects) {
        const about = "entry" in effect
          ? effect.entry.message
          : "id" in effect
          ? effect
          : undefined;
        add(`${effect.kind} ${about?.id}`);
      }
    },
  });
  add(`${seed} ${events} ${ms}`);
  return mixed;
}
