/**
 * Explores the small worlds of the table: every count is as pinned, everything that should happen
 * does, and what goes wrong on purpose can be run again from its script.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { checkValidity } from "../../lib/graph/validity.ts";
import { runScript } from "../../lib/explore/replay.ts";
import { type Report, runScenario } from "../../lib/explore/run.ts";
import { type Pinned, SCENARIOS } from "../../lib/explore/scenarios.ts";
import { CORE } from "../core/core_under_test.ts";

/** Compares a script with the golden one and runs it. */
async function checkScript(pinned: Pinned, script: string): Promise<void> {
  const golden = new URL(`scripts/${pinned.name}.txt`, import.meta.url);
  assertEquals(script, await Deno.readTextFile(golden), `not the script in ${golden.pathname}`);
  runScript(script);
}

function repeat({ name }: Pinned): string {
  return `repeat with: deno task explore --scripts ${name}`;
}

for (const pinned of SCENARIOS.filter(({ deep = false }) => !deep)) {
  Deno.test(`exploration: ${pinned.name}: ${pinned.about}`, async () => {
    const { complaints, script }: Report = runScenario(CORE, pinned);
    assertEquals(complaints, [], repeat(pinned));
    assertEquals(script !== undefined, pinned.end !== "complete", repeat(pinned));
    if (script !== undefined) await checkScript(pinned, script);
  });
}

Deno.test("exploration: every graph is valid but the one that is not to be", () => {
  const invalid = SCENARIOS.filter(({ spec }) =>
    checkValidity(makeLearnerGraph(spec)) !== undefined
  );
  assertEquals(invalid.map(({ name }) => name), ["invalid"]);
});

Deno.test("exploration: docs/EXPLORATION.md says what is pinned", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/EXPLORATION.md", import.meta.url));
  const rows = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const said = rows.filter(([, name]) => name?.startsWith("`"))
    .map(([, name, , states, withNames]) => [name, states, withNames]);
  const count = (number: number) => number.toLocaleString("en");
  const pinned = SCENARIOS.map((
    { name, states, statesWithNames },
  ) => [`\`${name}\``, count(states), count(statesWithNames)]);
  assertEquals(said, pinned);
});

Deno.test("exploration: some world has more than 100,000 states and is visited to the end", () => {
  const large = SCENARIOS.filter(({ deep = false, end, states }) =>
    !deep && end === "complete" && states > 100_000
  );
  assertEquals(large.length > 0, true);
});
