/**
 * Worlds that once went wrong, each by a fault of ours that simulation found.
 *
 * A seed stands for the same world only as long as worlds are drawn in the same way. So the campaign
 * of known faults (`deno task mutants`) puts each of these faults back and wants its test here to
 * fail: when it does not any more, another seed has to take the place.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { runSeed } from "../../scripts/sim/seeds.ts";

interface Regression {
  /** What was wrong. */
  readonly fault: string;
  /** Worlds in which it showed. */
  readonly seeds: readonly number[];
}

const REGRESSIONS: readonly Regression[] = [
  {
    fault: "a 1a from the far future made proposers offer ballots that no acceptor takes",
    seeds: [195, 205],
  },
  {
    fault: "proposers offered the value of the highest 2a for ever, though nobody could take it up",
    seeds: [13_197],
  },
  {
    fault: "what an acceptor with an old backup had taken back was lost in its next crash",
    seeds: [193_198],
  },
  {
    fault:
      "the oracle took what an acceptor had signed and not yet said when it crashed for unsaid",
    seeds: [224_885],
  },
];

for (const { fault, seeds } of REGRESSIONS) {
  Deno.test(fault, () => {
    for (const seed of seeds) {
      const { violation } = runSeed(seed, {});
      assertEquals(violation, undefined, `repeat: deno task sim --seed ${seed}`);
    }
  });
}
