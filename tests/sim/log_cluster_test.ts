/**
 * Worlds in which real nodes keep a log, with crashes at every effect, restored disks and twins.
 * `deno task sim-log --nodes` runs as many as one likes.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { runLogCluster } from "../../lib/sim/cluster/log_run.ts";
import { Marks } from "../../lib/sim/marks.ts";

const WORLDS = Number(Deno.env.get("HETPAXOS_WORLDS") ?? 24);

/** What must be seen in these. */
const SEEN = [
  "log: a floor rises",
  "log: a restart with entries",
  "log: goes on from a snapshot, or over a gap",
  "log: all that was appended late has come",
  "code OUTSIDE_WINDOW",
  "villain: twins",
];

Deno.test("nodes with a log agree, forget, come back, and sign nothing below their floors", () => {
  const marks = new Marks();
  for (let seed = 1; seed <= WORLDS; seed++) {
    const { violation } = runLogCluster(seed, marks);
    assertEquals(violation, undefined, `deno task sim-log --nodes --seed ${seed}`);
  }
  for (const what of SEEN) assert(marks.count(what) > 0, `never seen: ${what}`);
});
