/**
 * Histories that come in any order, by several peers, some of it before its time: whatever waits is
 * counted, in its place and in its order, and nothing that has come is forgotten.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { newAccounts } from "../../lib/core/accounts.ts";
import { closeInstance, newInstance, step } from "../../lib/core/instance.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { identify } from "../../lib/sim/ids.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { disorderOf, forgotten, miscounted } from "../../lib/sim/soundness.ts";
import { makeWorld } from "../oracle/world.ts";
import { LIMITS, RULE } from "./windows_stage.ts";

Deno.test("waiting: at every step all that waits is counted, and at the end nothing is", () => {
  const seen = { inbox: 0, future: 0, held: 0 };
  for (let seed = 1; seed <= 60; seed++) {
    const prng = makePrng(seed);
    const world = makeWorld(seed);
    const accounts = newAccounts();
    const limits = { ...LIMITS, inboxRefsPerPeerMax: 20, inboxWaitMsMax: 3_000 };
    const context = {
      ...{ graph: makeLearnerGraph(world.spec), limits, accounts, windows: RULE },
      self: world.views.find(({ honest }) => honest)?.signer,
    };
    const state = newInstance(context, identify, "asks");
    // Ballots are of seconds 0 to some 20.
    let ms = 0;
    for (let round = 0; round < 3; round++) {
      for (const { message } of prng.shuffled(world.cases)) {
        ms += prng.between(0, 150);
        const now = { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 };
        const source = prng.pick(["Alice", "Bob", "Carol"])!;
        const input = prng.chance(0.2)
          ? { kind: "tick" as const, now }
          : { kind: "message" as const, message, source, now, bytes: prng.between(1, 100) };
        step(context, state, input);
        const wrong = forgotten(state) ?? disorderOf(state.inbox) ?? miscounted([state], accounts);
        assertEquals(wrong, undefined, `seed ${seed}, after ${ms} ms`);
        seen.inbox += state.inbox.waiting.size;
        seen.future += state.future.length;
        seen.held += state.held.size;
      }
    }
    closeInstance(state);
    assertEquals(Object.values(accounts).map(({ size }) => size), [0, 0, 0], `seed ${seed}`);
  }
  for (const [where, count] of Object.entries(seen)) assert(count > 100, `too little in ${where}`);
});
