/**
 * Worlds of one log, with liars, crashes at every effect, lost disks and processes that hear nothing
 * for long: the promises at the end of section 8. `deno task sim-log` runs as many as one likes.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Marks } from "../../lib/sim/marks.ts";
import { logCoverage, RARE_IN_LOGS, runLog } from "../../lib/sim/log/run.ts";

const WORLDS = Number(Deno.env.get("HETPAXOS_WORLDS") ?? 150);

Deno.test("log: entangled logs agree, certificates are true, nothing forgotten is missed", () => {
  const marks = new Marks();
  for (let seed = 1; seed <= WORLDS; seed++) {
    const { violation } = runLog(seed, marks);
    assertEquals(violation, undefined, `deno task sim-log --seed ${seed}`);
  }
  const never = logCoverage(marks)
    .filter(([what, count]) => count === 0 && !RARE_IN_LOGS.has(what));
  assertEquals(never, []);
});

/** Each of them notices a fault of scripts/mutants/logs.ts, and more. */
const TELLING = [1, 6, 10, 36, 48, 87, 129, 165];

Deno.test("log: worlds in which some rule was found wrong once", () => {
  for (const seed of TELLING) {
    assertEquals(runLog(seed).violation, undefined, `deno task sim-log --seed ${seed}`);
  }
});

Deno.test("log: the same seed is the same world", () => {
  assertEquals(runLog(7), runLog(7));
});
