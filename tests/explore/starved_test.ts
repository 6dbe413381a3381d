/**
 * Starvation, found on the graph of all states: PROTOCOL section 6, made small.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { hasMember } from "../../lib/core/acceptor_set.ts";
import { newInstance, step } from "../../lib/core/instance.ts";
import { findStarved } from "../../lib/core/starvation.ts";
import { type Exploration, explore } from "../../lib/explore/explore.ts";
import { sentIn } from "../../lib/explore/judge.ts";
import { voteBit } from "../../lib/explore/messages.ts";
import { scriptTo } from "../../lib/explore/path.ts";
import { runScript } from "../../lib/explore/replay.ts";
import { SCENARIOS } from "../../lib/explore/scenarios.ts";
import { isAhead, starvedStates } from "../../lib/explore/starved.ts";
import { read } from "../../lib/explore/store.ts";
import { identify } from "../../lib/sim/ids.ts";
import { CORE } from "../core/core_under_test.ts";

const scenario = SCENARIOS.find(({ name }) => name === "starvation")!;
const X = 0;
const Y = 1;
const SECOND_BALLOT = 1;
const THIRD_BALLOT = 2;

/** What an observer that has received everything makes of X's chances. */
function isFoundStarved({ world }: Exploration, words: Int32Array): boolean {
  const { messages, scenario } = world;
  const context = { graph: messages.graph, limits: NO_LIMITS, self: undefined };
  const observer = newInstance(context, identify);
  for (const number of [...scenario.offers.keys(), ...sentIn(world, words)]) {
    const { message } = messages.entries[number]!;
    const now = { seconds: 1_000, nanos: 0 };
    step(context, observer, { kind: "message", message, source: "", now });
  }
  return hasMember(findStarved(messages.graph, observer), X);
}

/** Whether somebody has sent a 2a for Y in the second ballot. */
function hasVotedForY({ world, store }: Exploration, state: number): boolean {
  const words = world.start.slice();
  read(store, state, words);
  const bit = voteBit(world.trusted, SECOND_BALLOT, Y);
  return world.honest.some((_, position) =>
    (world.locals.all[words[position]!]!.votes & bit) !== 0
  );
}

/** An observer that gets everything in causal order keeps nothing waiting. */
const NO_LIMITS = {
  inboxRefsPerPeerMax: 0,
  inboxWaitMsMax: 0,
  futureProposalsMax: 0,
  clockSkewMsMax: 0,
};

/** Of the other states, one in so many is compared. */
const EVERY = 37;

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
  const words = exploration.world.start.slice();
  for (let state = 0; state < exploration.store.size; state++) {
    if (state % EVERY !== 0 && !isAhead(exploration, state, THIRD_BALLOT)) continue;
    read(exploration.store, state, words);
    const found = isFoundStarved(exploration, words);
    assertEquals(found, starvedSet.has(state), `state ${state}: findStarved`);
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
