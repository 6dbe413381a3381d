import { assertEquals } from "@std/assert";
import { planPhases, splitArguments } from "../../scripts/test.ts";
import { countTests, readFailures } from "../../scripts/test_report.ts";
import { run } from "../../scripts/run.ts";

const SUITE = {
  "a_test.ts": `
    Deno.test("passes", () => {});
    Deno.test.ignore("is ignored", () => {});
    Deno.test("fails, <\\"'&>", async (t) => {
      await t.step("step that passes", () => {});
      await t.step("step that fails", () => { throw new Error("no"); });
    });
    console.log("ok | 7 passed | 0 failed (said by a test)");`,
  "b_test.ts": `throw new Error("fails while loading");`,
  "c.ts": `
    /**
     * \`\`\`ts
     * throw new Error("wrong example");
     * \`\`\`
     */
    export const c = 1;`,
};

async function runSuite(files: readonly (keyof typeof SUITE)[], flags: readonly string[] = []) {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-suite-" });
  try {
    for (const file of files) await Deno.writeTextFile(`${folder}/${file}`, SUITE[file]);
    const { code, output } = await run([
      ...["deno", "test", "--no-config", `--junit-path=${folder}/report.xml`, ...flags],
      ...files.map((file) => `${folder}/${file}`),
    ]);
    const junit = await Deno.readTextFile(`${folder}/report.xml`);
    const failures = readFailures(junit, output)
      .map(({ path, name }) => ({ file: path.split("/").at(-1), name }));
    return { counts: countTests(output, code), failures };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what this very Deno reports is counted and named right", async () => {
  assertEquals(await runSuite(["a_test.ts", "b_test.ts"]), {
    counts: { passed: 1, failed: 2, ignored: 1 },
    failures: [
      { file: "a_test.ts", name: `fails, <"'&>` },
      { file: "b_test.ts", name: undefined },
    ],
  });
});

Deno.test("an example that fails is known by its file", async () => {
  assertEquals(await runSuite(["c.ts"], ["--doc"]), {
    counts: { passed: 0, failed: 1, ignored: 0 },
    failures: [{ file: "c.ts", name: undefined }],
  });
});

Deno.test("a run that ends badly, or without counting, is a failure", () => {
  const failure = { passed: 0, failed: 1, ignored: 0 };
  assertEquals(countTests("error: Type checking failed.\n", 1), failure);
  assertEquals(countTests("", 0), failure);
  assertEquals(countTests("a test\nok | 3 passed | 0 failed (1s)\n", 1), { ...failure, passed: 3 });
  assertEquals(
    countTests(
      "ok | 31 passed (2 steps) | 0 failed | 2 ignored (1 step) | 4 filtered out (1s)\n",
      0,
    ),
    { passed: 31, failed: 0, ignored: 2 },
  );
});

Deno.test("arguments are paths, and flags for deno test", () => {
  assertEquals(
    splitArguments(["./tests/a_test.ts", "--filter", "a b", "tests/b/", "--shuffle=1"]),
    {
      paths: ["tests/a_test.ts", "tests/b"],
      flags: ["--filter=a b", "--shuffle=1"],
    },
  );
});

Deno.test("end-to-end tests come last, and by themselves", () => {
  const plan = (paths: readonly string[], flags: readonly string[] = []) =>
    planPhases(paths, flags).map(({ title, paths }) => `${title}: ${paths.join(" ")}`);
  assertEquals(plan([]), [
    "tests: tests",
    "documentation examples: mod.ts lib cli README.md docs",
    "end-to-end tests: tests/e2e",
  ]);
  assertEquals(plan([], ["--filter=x"]), ["tests: tests", "end-to-end tests: tests/e2e"]);
  assertEquals(plan(["tests"]), ["tests: tests", "end-to-end tests: tests/e2e"]);
  assertEquals(plan(["tests/e2e/a_test.ts"]), ["end-to-end tests: tests/e2e/a_test.ts"]);
  assertEquals(plan(["tests/core", "lib/core/quorum.ts", "tests/e2e"]), [
    "tests: tests/core",
    "documentation examples: lib/core/quorum.ts",
    "end-to-end tests: tests/e2e",
  ]);
});
