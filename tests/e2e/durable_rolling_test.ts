/**
 * All acceptors are stopped and started again, one after another, while instances are decided.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import { Durable } from "./durable.ts";
import { Load, printsAll, tellsOf } from "./load.ts";
import type { Program } from "./program.ts";
import { e2e } from "./stage.ts";

/** Which decisions a program has printed. */
function printed({ out }: Program): Set<string> {
  return new Set(
    out.all.flatMap(({ event, instance, learner }) =>
      event === "decision" ? [`${instance} ${learner}`] : []
    ),
  );
}

Deno.test(e2e(
  import.meta.url,
  "a rolling restart of all acceptors under load loses no decision",
  async (stage) => {
    const durable = await Durable.make(stage);
    await durable.startAll();
    const learner = stage.start("learner", ["--all", durable.cluster.file("client_2")]);
    const load = await Load.start(durable);
    const before = new Map<string, Set<string>>();
    for (const name of durable.names) {
      await load.more(20);
      await durable.stop(name);
      const { out, err } = await durable.program(name).ended;
      before.set(name, printed(durable.program(name)));
      assertEquals(err.split("\n").filter((line) => /"level":"error"/.test(line)), [], out);
      await load.more(5);
      durable.start(name);
      await durable.votes(name);
    }
    await load.more(20);
    const decided = await load.stop();
    for (const name of durable.names) await tellsOf(durable, name, decided);
    await printsAll(learner, decided);
    for (const [name, known] of before) {
      assertGreater(known.size, 0);
      const again = known.intersection(printed(durable.program(name)));
      assertEquals([...again], [], `${name} prints again what its journal has`);
    }
    await durable.assertNobodyCaught();
    console.log(`${decided.size} decisions, ${load.failures} calls cut off`);
  },
));
