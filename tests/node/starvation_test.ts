import { assert, assertEquals } from "@std/assert";
import { hashValue } from "../../lib/crypto/hash.ts";
import { newProposing } from "../../lib/node/proposing.ts";
import type { Clock } from "../../lib/node/clock.ts";
import { type StarvationNews, StarvationWatch } from "../../lib/node/starvation_watch.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { infiltrate, logOf, TestCluster, type TestProcess } from "./harness.ts";
import { FOUR_AND_THREE, starveX } from "./starving.ts";

/** What a process says of starved learners from now on. */
function watch(process: TestProcess): { said: string[]; watch: StarvationWatch } {
  const said: string[] = [];
  const tell = (instance: bigint, learner: string, news: StarvationNews) =>
    said.push(`${learner} ${news} in ${instance}`);
  return { said, watch: new StarvationWatch(process.node, tell) };
}

Deno.test("a learner is said to be starved soon after it is, and once", async () => {
  const cluster = await TestCluster.start({ plan: FOUR_AND_THREE }, []);
  const observer = cluster.add("client_0");
  const { said } = watch(observer);
  const speaker = await infiltrate(cluster, observer, "Alice");
  const { open, last } = starveX(cluster, 1n);
  await speaker.send(...open);
  await cluster.clock.advance(200);
  assertEquals(said, []);
  await speaker.send(last);
  await cluster.clock.advance(200);
  assertEquals(said, ["X starved in 1"]);
  const other = starveX(cluster, 2n);
  await speaker.send(...other.open, other.last, speaker.proposal({ instance: 1n }));
  await cluster.clock.advance(200);
  assertEquals(said, ["X starved in 1", "X starved in 2"]);
  assertEquals(cluster.decided(observer, 1n), ["Y=second"]);
  await cluster.stop();
});

Deno.test("a watch that is closed examines nothing, and leaves no timer", async () => {
  const cluster = await TestCluster.start({ plan: FOUR_AND_THREE }, []);
  const observer = cluster.add("client_0");
  const { said, watch: closed } = watch(observer);
  const speaker = await infiltrate(cluster, observer, "Alice");
  const { open, last } = starveX(cluster, 1n);
  await speaker.send(...open, last);
  const timers = cluster.clock.pending;
  closed.close();
  assertEquals(cluster.clock.pending, timers - 1);
  await cluster.clock.advance(200);
  assertEquals(said, []);
  await cluster.stop();
});

Deno.test("after an examination that takes long the next one waits longer", async () => {
  const cluster = await TestCluster.start({ plan: FOUR_AND_THREE }, []);
  // Each look at this clock takes ten milliseconds of its time.
  let spentMs = 0;
  const { clock: base } = cluster;
  const clock: Clock = {
    now: () => base.now(),
    elapsedMs: () => base.elapsedMs() + (spentMs += 10),
    after: (ms, callback) => base.after(ms, callback),
  };
  const observer = cluster.add("client_0", { clock });
  const { said } = watch(observer);
  const speaker = await infiltrate(cluster, observer, "Alice");
  for (const instance of [1n, 2n]) {
    const { open, last } = starveX(cluster, instance);
    await speaker.send(...open, last);
    await cluster.clock.advance(150);
  }
  assertEquals(said, ["X starved in 1"]);
  await cluster.clock.advance(60);
  assertEquals(said, ["X starved in 1", "X starved in 2"]);
  await cluster.stop();
});

Deno.test("a learner that was starved when the process stopped is found on looking", async () => {
  const cluster = await TestCluster.start({ plan: FOUR_AND_THREE }, []);
  const journal = openMemoryJournal();
  const before = cluster.add("client_0", { journal });
  const speaker = await infiltrate(cluster, before, "Alice");
  const { open, last } = starveX(cluster, 1n);
  await speaker.send(...open, last);
  before.kill();
  const { said, watch: starvation } = watch(cluster.add("client_0", { journal }));
  assertEquals(said, []);
  starvation.look(1n);
  starvation.look(1n);
  starvation.look(2n);
  assertEquals(said, ["X starved in 1"]);
  await cluster.stop();
});

Deno.test("a learner is said to be freed when somebody is caught", async () => {
  const cluster = await TestCluster.start({ plan: FOUR_AND_THREE }, []);
  const observer = cluster.add("client_0");
  const { said } = watch(observer);
  const speaker = await infiltrate(cluster, observer, "Alice");
  const { open, last, lie } = starveX(cluster, 1n);
  await speaker.send(...open, last);
  await cluster.clock.advance(200);
  await speaker.send(lie);
  await cluster.clock.advance(200);
  assertEquals(said, ["X starved in 1", "X freed in 1"]);
  await cluster.stop();
});

Deno.test("a proposer rests when all others have decided, until somebody is caught", async () => {
  const cluster = await TestCluster.start({ plan: FOUR_AND_THREE }, []);
  const proposer = cluster.add("client_0");
  const speaker = await infiltrate(cluster, proposer, "Alice");
  const { open, last, lie } = starveX(cluster, 1n);
  await speaker.send(...open);
  const proposing = cluster.propose(proposer, 1n, "own");
  // Not so long that the speaker counts as gone.
  await cluster.clock.advance(4_000);
  const ballots = () => logOf(proposer).filter(({ wire }) => wire.kind === "1a").length;
  assert(ballots() > 5, `${ballots()} ballots`);
  assertEquals(proposing.state.starved, 0n);
  await speaker.send(last);
  await cluster.clock.advance(20_000);
  assertEquals(proposing.hasRested, true);
  assertEquals([proposing.state.starved, proposing.state.done], [0b01n, false]);
  assert(proposer.logged.includes("info: X starved in instance 1"), proposer.logged.join("\n"));
  const rested = ballots();
  await cluster.clock.advance(20_000);
  assertEquals(ballots(), rested);
  const again = await infiltrate(cluster, proposer, "Bob");
  await again.send(lie);
  await cluster.clock.advance(20_000);
  assertEquals(proposing.state.starved, 0n);
  assert(ballots() > rested + 2, `${ballots()} ballots`);
  proposer.node.stopProposing(1n, proposing);
  assertEquals(proposing.decided, false);
  await cluster.stop();
});

Deno.test("a proposer for ever does not mind", async () => {
  const cluster = await TestCluster.start({ plan: FOUR_AND_THREE }, []);
  const proposer = cluster.add("client_0");
  const speaker = await infiltrate(cluster, proposer, "Alice");
  const { open, last } = starveX(cluster, 1n);
  await speaker.send(...open, last);
  const bytes = new TextEncoder().encode("own");
  const { backoffMsMin, backoffMsMax } = proposer.configuration.proposer;
  const pace = { backoffMsMin, backoffMsMax };
  const proposing = newProposing(hashValue(bytes), 0b11n, {
    self: proposer.configuration.self.proposerIndex!,
    pace,
  }, true);
  assertEquals(proposer.node.propose(1n, proposing, bytes), undefined);
  await cluster.clock.advance(20_000);
  assert(logOf(proposer).filter(({ wire }) => wire.kind === "1a").length > 4);
  proposer.node.stopProposing(1n, proposing);
  assertEquals(proposing.decided, false);
  await cluster.stop();
});
