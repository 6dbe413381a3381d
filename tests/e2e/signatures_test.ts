/**
 * What a decision costs in signatures.
 *
 * @module
 */

import { assertEquals, assertLessOrEqual } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { succeeds } from "./expect.ts";
import type { Line } from "./lines.ts";
import { e2e } from "./stage.ts";

const INSTANCES = 20;

/** The reference signs 52 messages for one decision of four acceptors, and uses 12. */
const SIGNATURES_MAX = 12;

/** How many 1bs and 2as of each instance a program has printed. */
function signatures(lines: readonly Line[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { event, instance } of lines) {
    if (event !== "1b" && event !== "2a") continue;
    counts.set(String(instance), (counts.get(String(instance)) ?? 0) + 1);
  }
  return counts;
}

Deno.test(e2e(
  import.meta.url,
  `${INSTANCES} decisions cost at most ${SIGNATURES_MAX} acceptor signatures each`,
  async (stage) => {
    // One ballot has to do: what is counted is signatures, not how busy this machine is.
    const settings = { proposer: { backoffMsMin: 5_000 } };
    const cluster = await Cluster.make(stage, { clients: 2, settings });
    await cluster.acceptors();
    const learner = cluster.run("learner", "client_0", ["--messages", "--all"]);
    const proposer = cluster.run("proposer", "client_1", [
      ...["--value", "cheap", "--count", String(INSTANCES)],
    ]);
    assertEquals((await succeeds(proposer)).length, INSTANCES);
    // A message is told to everybody as soon as it is signed, so nothing is missing in the end.
    let all = 0;
    for (const name of cluster.plan.acceptors) {
      all += Number((await cluster.status(name)).messagesSigned);
    }
    const counts = await learner.out.until((lines) => {
      const counts = signatures(lines);
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return total >= all ? counts : undefined;
    }, `${all} signed messages`);
    console.log(
      `${all} signatures for ${INSTANCES} decisions, ${(all / INSTANCES).toFixed(2)} each; ` +
        `at least ${Math.min(...counts.values())}, at most ${Math.max(...counts.values())}`,
    );
    assertEquals(counts.size, INSTANCES);
    for (const [instance, count] of counts) {
      assertLessOrEqual(count, SIGNATURES_MAX, `instance ${instance}`);
    }
  },
));
