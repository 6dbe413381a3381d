/**
 * A quorum is out for long while a proposer goes on: those who come back must still be able to say
 * something that everybody takes.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { draftRefsMax } from "../../lib/core/acceptor.ts";
import { logOf, makeTestConfigurations, TestCluster } from "./harness.ts";
import { StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";

Deno.test("after a long outage of a quorum the instance decides, with refsMax 64", async () => {
  const configurations = await makeTestConfigurations({
    limits: { refsMax: 64 },
    // So short that there are many ballots in a minute.
    proposer: { windowMsMin: 4, backoffMsMin: 4, rotation: ["Alice"] },
  });
  const cluster = new TestCluster(configurations);
  const stored = { Carol: new StoredJournal(), Dave: new StoredJournal() };
  for (const name of ["Alice", "Bob"]) cluster.join(cluster.add(name));
  for (const name of ["Carol", "Dave"] as const) {
    cluster.join(cluster.add(name, { journal: stored[name] }));
  }
  await cluster.clock.advance(10);
  await cluster.decides(1n);
  for (const name of ["Carol", "Dave"]) cluster.get(name).kill();
  const alice = cluster.get("Alice");
  cluster.propose(alice, 2n, "two");
  const ballots = () => logOf(alice).filter(({ own, refs }) => own && refs.length > 0).length;
  assert(await cluster.clock.until(() => ballots() > 200), "the proposer does not go on");
  assertEquals(cluster.decided(alice, 2n), [], "two of four decide");

  for (const name of ["Carol", "Dave"] as const) {
    cluster.join(cluster.add(name, { journal: stored[name], recovers: true }));
  }
  await cluster.agree(2n);
  assertEquals(cluster.rejected("TOO_MANY_REFS"), 0);
  for (const process of cluster.acceptors) {
    const longest = Math.max(...logOf(process).map(({ refs }) => refs.length));
    assert(longest <= draftRefsMax(4), `a message of ${longest} refs`);
  }
  await cluster.stop();
});
