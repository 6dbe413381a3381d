import { assertEquals } from "@std/assert";
import type { Fields } from "../../lib/node/logger.ts";
import { namingSlowDisk, SLOW_MS } from "../../lib/node/slow_disk.ts";
import { FakeClock } from "./fake_clock.ts";

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
