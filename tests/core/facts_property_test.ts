/**
 * The facts against the literal oracle on random histories, equivocators included.
 *
 * `HETPAXOS_SEED=n` runs the world of one seed only, `HETPAXOS_MESSAGES=n` more or fewer messages.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Oracle } from "../oracle/oracle.ts";
import { makeWorld } from "../oracle/world.ts";
import { compareCases, report } from "./compare_facts.ts";
import { CORE } from "./core_under_test.ts";
import { missing, newTally, tableOf, type Tally } from "./tally.ts";

const MESSAGES = Number(Deno.env.get("HETPAXOS_MESSAGES") ?? 200_000);

function check(seed: number, tally?: Tally): number {
  const world = makeWorld(seed);
  const mismatch = compareCases(CORE, world, world.cases, tally);
  if (mismatch !== undefined) throw new Error(report(CORE, world, mismatch));
  return world.cases.length;
}

Deno.test("the facts are those of the literal definitions, on random histories", () => {
  const only = Deno.env.get("HETPAXOS_SEED");
  if (only !== undefined) {
    check(Number(only));
    return;
  }
  const tally = newTally();
  let messages = 0;
  let seed = 0;
  while (messages < MESSAGES) messages += check(++seed, tally);
  console.log(`${messages} messages in ${seed} worlds agree; seen:\n${tableOf(tally, messages)}`);
  assertEquals(missing(tally, messages), [], "seen too seldom for the comparison to mean much");
});

Deno.test("the oracle says the same when it remembers nothing", () => {
  let messages = 0;
  for (let seed = 1; messages < 600; seed++) {
    const { oracle: remembering, cases } = makeWorld(seed);
    const forgetful = new Oracle(remembering.graph, false);
    for (const { message, rejection } of cases.slice(0, 30)) {
      messages++;
      const where = `world ${seed}, message ${message.id.slice(0, 8)}`;
      assertEquals(forgetful.rejection(message), rejection, where);
      if (rejection !== undefined) continue;
      forgetful.learn(message);
      assertEquals(forgetful.learners2a(message), remembering.learners2a(message), where);
    }
  }
});
