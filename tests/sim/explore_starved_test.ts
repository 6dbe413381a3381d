/**
 * Starvation, found on the graph of all states: PROTOCOL section 6, made small.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type Exploration, explore } from "../../lib/sim/explore.ts";
import { voteBit } from "../../lib/sim/explore_messages.ts";
import { scriptTo } from "../../lib/sim/explore_path.ts";
import { runScript } from "../../lib/sim/explore_replay.ts";
import { SCENARIOS } from "../../lib/sim/explore_scenarios.ts";
import { isAhead, starvedStates } from "../../lib/sim/explore_starved.ts";
import { read } from "../../lib/sim/explore_store.ts";
import { CORE } from "../core/core_under_test.ts";

const scenario = SCENARIOS.find(({ name }) => name === "starvation")!;
const X = 0;
const Y = 1;
const SECOND_BALLOT = 1;
const THIRD_BALLOT = 2;

/** Whether somebody has sent a 2a for Y in the second ballot. */
function hasVotedForY({ world, store }: Exploration, state: number): boolean {
  const words = world.start.slice();
  read(store, state, words);
  const bit = voteBit(world.trusted, SECOND_BALLOT, Y);
  return world.honest.some((_, position) =>
    (world.locals.all[words[position]!]!.votes & bit) !== 0
  );
}

/** Starved states, and how many of them have all of the third ballot ahead. */
const STARVED = [745_128, 1_520];

Deno.test("starvation: states are reached where X can decide in no continuation", async () => {
  const exploration = explore(CORE, scenario, { statesMax: 2_000_000 });
  const starved = starvedStates(exploration, X);
  assert(!starved.includes(0), "at the start X can still decide");
  const withBallotAhead = starved.filter((state) => isAhead(exploration, state, THIRD_BALLOT));
  assertEquals([starved.length, withBallotAhead.length], STARVED);
  const starvedSet = new Set(starved);
  for (let state = 0; state < exploration.store.size; state++) {
    if (!isAhead(exploration, state, THIRD_BALLOT)) continue;
    const voted = hasVotedForY(exploration, state);
    assertEquals(starvedSet.has(state), voted, `state ${state}: Y's 2a alone shuts X out`);
  }
  const script = scriptTo(exploration, withBallotAhead[0]!, "starved: X cannot decide any more");
  const golden = new URL("scripts/starved.txt", import.meta.url);
  assertEquals(script, await Deno.readTextFile(golden));
  for (const values of [["v1", "v2"], ["v2", "v1"], ["v2", "v2"], ["v1", "v1"]]) {
    const further = values.map((value, index) => `propose q${index} ${value} at ${index + 4}`)
      .map((proposal) => `settle A B C\n${proposal}`);
    runScript([script, ...further, "settle A B C", "expect X decided nothing"].join("\n"));
  }
});
