import { assert, assertEquals } from "@std/assert";
import { readSource } from "../../scripts/sources.ts";
import { ROOT } from "../../scripts/lint/paths.ts";

/** A claim of a decision: what would refute it. */
interface Held {
  readonly file: string;
  /** The title of a test, or the part of it before what is filled in. */
  readonly title: string;
}

/** What the section "Held by" of a decision names: a test's file and title for each of its claims. */
function heldBy(page: string): Held[] {
  const section = page.split(/^## /m).find((part) => part.startsWith("Held by\n")) ?? "";
  const claims = section.split(/^- /m).slice(1).map((claim) => claim.replaceAll(/\s+/g, " "));
  return claims.map((claim) => {
    const [, file = "", title = ""] = claim.match(/`(tests\/[^`]+)`, "(.+)"/) ?? [];
    assert(file !== "", `a claim without file and title: ${claim}`);
    return { file, title };
  });
}

Deno.test("what a decision claims is read with the test that would refute it", () => {
  const page =
    '# X\n\n## Held by\n\n- a: `tests/a_test.ts`, "so\n  it is"\n\n## Alternatives\n\n- b\n';
  assertEquals(heldBy(page), [{ file: "tests/a_test.ts", title: "so it is" }]);
});

Deno.test("every decision says which tests would refute it, and they exist", async () => {
  const wrong: string[] = [];
  for await (const { name } of Deno.readDir(`${ROOT}/docs/adr`)) {
    const page = await Deno.readTextFile(`${ROOT}/docs/adr/${name}`);
    if (!/^Status: accepted/m.test(page)) continue;
    const claims = heldBy(page);
    if (claims.length === 0) wrong.push(`${name}: no section "Held by"`);
    for (const { file, title } of claims) {
      const source = await readSource(file).catch(() => "");
      if (!source.includes(title)) wrong.push(`${name}: ${file} has no test "${title}"`);
    }
  }
  assertEquals(wrong, []);
});
