import { assert, assertEquals } from "@std/assert";
import type { Fields } from "../../lib/node/logger.ts";
import { namingSlowDisk, SLOW_MS } from "../../lib/node/slow_disk.ts";
import type { Journal } from "../../lib/store/journal.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { TestCluster } from "./cluster.ts";
import { FakeClock } from "./fake_clock.ts";

/** A journal on a disk that takes 4 seconds for each sync, in which everything stands still. */
function slowJournal(clock: FakeClock): Journal {
  const journal = openMemoryJournal();
  const { commit } = journal;
  journal.commit = (batch, durable) => {
    commit.call(journal, batch, durable);
    if (durable) clock.stall(4_000);
  };
  return journal;
}

Deno.test("a slow disk is named, once a minute, with how often and how long", async () => {
  const clock = new FakeClock();
  const said: (Fields | undefined)[] = [];
  const timed = namingSlowDisk(clock, (level, message, fields) => {
    assertEquals(level, "warn");
    assertEquals(message.startsWith("the disk is slow"), true);
    said.push(fields);
  });
  const commit = (ms: number) => timed(() => clock.stall(ms));
  commit(SLOW_MS - 1);
  assertEquals(said, []);
  commit(SLOW_MS);
  commit(6_000);
  commit(2_000);
  assertEquals(said, [{ count: 1, longestMs: SLOW_MS }]);
  await clock.advance(60_000);
  commit(3_000);
  assertEquals(said[1], { count: 3, longestMs: 6_000 });
  await clock.advance(60_000);
  commit(1);
  assertEquals(said.length, 2);
});

Deno.test("syncs of four seconds break no link, and each member names its disk", async () => {
  const cluster = await TestCluster.start({}, []);
  for (const { name, client } of cluster.configurations.map(({ self }) => self)) {
    if (client && name !== "client_0") continue;
    cluster.join(cluster.add(name, { journal: slowJournal(cluster.clock) }));
  }
  for (const instance of [1n, 2n, 3n]) await cluster.decides(instance);
  for (const { logged, role, name } of cluster.processes) {
    assertEquals(logged.filter((line) => line.includes("disconnected: silent")), [], name);
    const isNamed = logged.some((line) => line.startsWith("warn: the disk is slow"));
    assert(isNamed || role !== Role.ACCEPTOR, `${name} does not say that its disk is slow`);
  }
  await cluster.stop();
});
