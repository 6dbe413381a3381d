import { assert, assertEquals } from "@std/assert";
import { REJECTION_CODES, type RejectionCode } from "../../lib/core/rejection.ts";
import { makeStage, NARROW, PROVOCATIONS, WITH_LOG } from "./provocations.ts";

/** Codes that no peer can get out of a whole process as these are set: see where they are provoked. */
const IN_THE_CORE_ONLY: readonly RejectionCode[] = ["NO_BALLOT"];

/** Codes that there are in a log only. */
const OF_A_LOG: readonly RejectionCode[] = ["OUTSIDE_WINDOW", "SETTLED"];

Deno.test("there is a provocation for every reason to refuse something", () => {
  assertEquals(Object.keys(PROVOCATIONS).toSorted(), REJECTION_CODES.toSorted());
});

for (const code of REJECTION_CODES) {
  Deno.test(`${code} is counted, and the acceptors go on deciding`, async () => {
    const stage = await makeStage(OF_A_LOG.includes(code) ? WITH_LOG : NARROW);
    const { cluster, dave } = stage;
    const told = await PROVOCATIONS[code](stage);
    await cluster.clock.advance(10);
    if (told === undefined) assert(cluster.rejected(code) > 0, "not counted");
    else assertEquals(told, code);
    assertEquals(told === undefined, !IN_THE_CORE_ONLY.includes(code));
    for (const other of REJECTION_CODES) {
      if (other !== code) assertEquals(cluster.rejected(other), 0, `${other} is counted too`);
    }
    await cluster.decides(1n);
    // Of what was refused, nothing is passed on.
    for (const { name, node } of cluster.processes) {
      if (name === "Alice" || code === "CONFIG_MISMATCH") continue;
      assertEquals([name, node.rejections.get(code) ?? 0], [name, 0]);
    }
    dave.hangUp();
    await cluster.stop();
    assertEquals(cluster.clock.pending, 0);
  });
}
