/**
 * Proposers that compete.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { decides, succeeds } from "./expect.ts";
import type { Line } from "./lines.ts";
import { e2e } from "./stage.ts";

const INSTANCES = 50;

/** Values by instance. */
function byInstance(decisions: readonly Line[]): Map<string, string> {
  return new Map(decisions.map(({ instance, value }) => [String(instance), String(value)]));
}

Deno.test(e2e(
  import.meta.url,
  `two proposers compete in ${INSTANCES} instances: one value each, and everybody knows which`,
  async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 4 });
    await cluster.acceptors();
    const args = ["--count", String(INSTANCES)];
    const programs = [
      cluster.run("learner", "client_0", ["--once", ...args]),
      cluster.run("learner", "client_1", ["--once", ...args]),
      cluster.run("proposer", "client_2", ["--value", "red", ...args]),
      cluster.run("proposer", "client_3", ["--value", "blue", ...args]),
    ];
    const ended = programs.map((program, i) => i < 2 ? succeeds(program) : decides(program));
    const decisions = await Promise.all(ended);
    for (const [i, own] of [[2, "red"], [3, "blue"]] as const) {
      for (const { value, proposed } of decisions[i]!) assertEquals(proposed, value === own);
    }
    const seen = decisions.map(byInstance);
    for (let instance = 0; instance < INSTANCES; instance++) {
      const values = new Set(seen.map((values) => values.get(String(instance))));
      assertEquals(values.size, 1, `instance ${instance}: ${[...values]}`);
      assert(values.has("red") || values.has("blue"), `instance ${instance}: ${[...values]}`);
    }
    for (const { size } of seen) assertEquals(size, INSTANCES);
    const red = [...seen[0]!.values()].filter((value) => value === "red").length;
    console.log(`red was decided ${red} times, blue ${INSTANCES - red} times`);
    const statuses = await Promise.all(cluster.plan.acceptors.map((name) => cluster.status(name)));
    assertEquals(statuses.flatMap(({ caught }) => caught), []);
  },
));
