/**
 * Instances against the literal acceptor and learner on random histories.
 *
 * `HETPAXOS_SEED=n` runs the world of one seed only.
 *
 * @module
 */

import { makeWorld } from "../oracle/world.ts";
import { compareSteps } from "./compare_steps.ts";
import { CORE } from "./core_under_test.ts";

const WORLDS = 400;

Deno.test("honest acceptors send, and observers report, what the literal rules say", () => {
  const only = Deno.env.get("HETPAXOS_SEED");
  const first = only === undefined ? 1 : Number(only);
  const last = only === undefined ? WORLDS : first;
  for (let seed = first; seed <= last; seed++) {
    const difference = compareSteps(CORE, makeWorld(seed));
    if (difference === undefined) continue;
    const repeat = `HETPAXOS_SEED=${seed} deno test -A tests/core/step_property_test.ts`;
    throw new Error(`${difference}\nrepeat: ${repeat}`);
  }
});
