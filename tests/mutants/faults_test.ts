import { assertEquals } from "@std/assert";
import { ROOT } from "../../scripts/lint/paths.ts";
import { unfitEdits } from "../../scripts/mutants/campaign.ts";
import { FAULTS } from "../../scripts/mutants/faults.ts";
import { faultsPage } from "../../scripts/mutants/page.ts";
import { readSource } from "../../scripts/sources.ts";

Deno.test("every known fault can be put back", async () => {
  assertEquals(await unfitEdits(ROOT, FAULTS), []);
});

Deno.test("no two known faults have one name", () => {
  const names = FAULTS.map(({ name }) => name);
  assertEquals(names, [...new Set(names)]);
});

Deno.test("docs/FAULTS.md is what the list of faults says", async () => {
  const page = await readSource("docs/FAULTS.md");
  assertEquals(page, faultsPage(), "run: deno run -A scripts/mutants/page.ts");
});
