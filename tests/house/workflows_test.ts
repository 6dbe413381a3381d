import { assert, assertEquals } from "@std/assert";
import { ACTIONLINT } from "../../scripts/ok.ts";
import { run } from "../../scripts/run.ts";
import { listFiles, readSource } from "../../scripts/sources.ts";

const GATE = "bash .ci/run";

/** How Deno is had from npm, as the gate has it. */
const FROM_NPM = "npm install --global deno@2.8.3";

/** Its steps are run, one by one, by tests/e2e/release_test.ts. */
const RELEASE = ".github/workflows/release.yml";

Deno.test("workflows run the gate, or deno tasks that the gate runs too", async () => {
  const gate = (await readSource(".ci/run")).replaceAll("$deno", "deno")
    .replaceAll("npx --yes deno@2.8.3", "deno");
  let seen = 0;
  for (const file of await listFiles([".github/workflows"], [".yml"])) {
    const text = await readSource(file);
    for (const [, command = ""] of text.matchAll(/^\s*(?:- )?run: *(.*)$/gm)) {
      seen++;
      const known = command === GATE || command === FROM_NPM ||
        command.startsWith("deno task ") &&
          (file === RELEASE || gate.split("\n").some((line) => line.endsWith(` ${command}`)));
      assert(known, `${file}: ${command}`);
    }
  }
  assert(seen >= 10, `${seen} commands`);
});

Deno.test("Deno is of one version in the workflows, the gate, and every page", async () => {
  for (const file of await listFiles([".github", ".ci", "README.md", "docs"], [""])) {
    const text = await readSource(file);
    for (const [, version] of text.matchAll(/deno(?:@|-version: )(\d[\w.]*)/g)) {
      assertEquals(version, "2.8.3", file);
    }
  }
});

Deno.test("what lints the workflows finds what is wrong in one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/bad.yml`;
    const job = "runs-on: ubuntu-lates\n    steps: [{ run: 'echo ${{ github.nothing }}' }]";
    await Deno.writeTextFile(file, `on: push\njobs:\n  a:\n    ${job}\n`);
    const { code, output } = await run([...ACTIONLINT, file]);
    assertEquals(code, 1, output);
    assert(output.includes('label "ubuntu-lates" is unknown'), output);
    assert(output.includes('property "nothing" is not defined'), output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
