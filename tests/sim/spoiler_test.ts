/**
 * The spoiler: while it goes on all decide in time, and only because acceptors keep windows.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { spoil } from "../../lib/sim/spoiler/play.ts";

/** Enough for the spoiler to win where it can. */
const WORLDS = 20;

Deno.test("spoiler: while it goes on every learner decides within the bound", () => {
  let spoiled = 0;
  for (let seed = 1; seed <= WORLDS; seed++) {
    const report = spoil(seed);
    spoiled += report.spoiled;
    const repeat = `repeat: deno task spoil --seed ${seed}`;
    assertEquals(report.violation, undefined, `${report.story.join("\n")}\n${repeat}`);
  }
  assert(spoiled > WORLDS, `it has put off only ${spoiled} decisions`);
});

Deno.test("spoiler: where acceptors keep no windows it wins", () => {
  let seed = 1;
  while (spoil(seed, { windows: "proposers" }).violation === undefined) {
    assert(++seed <= 100, "it has not won in 100 worlds");
  }
});

Deno.test("spoiler: the same seed is the same story", () => {
  assertEquals(spoil(3), spoil(3));
});

Deno.test("spoiler: by timestamps windows that are long enough do, and short ones do not", () => {
  const undecided = (windowDelays: number) =>
    [12, 38].filter((seed) =>
      spoil(seed, { acceptorCount: 4, windows: "timestamps", windowDelays, isQuiet: true })
        .violation !== undefined
    ).length;
  assertEquals(undecided(12), 0);
  assertEquals(undecided(1), 2, "a ballot takes longer than a window of one delay");
});
