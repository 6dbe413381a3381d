import { assert, assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../../scripts/lint/paths.ts";
import { listFiles, readSource } from "../../scripts/sources.ts";

/** What passes flags that it does not know on to deno test, which refuses them. */
const PASSES_ON = "scripts/test.ts";

/** Not programs by themselves: parts of one, or loaded by one. */
const STARTED = /^(if \(import\.meta\.main\)|await run(Script|Main)\()/m;

async function programs(): Promise<string[]> {
  const files = (await listFiles(["scripts", "bench"], [".ts"]))
    .filter((file) => file !== "scripts/command.ts");
  const found: string[] = [];
  for (const file of files) if (STARTED.test(await readSource(file))) found.push(file);
  return found;
}

async function run(file: string, ...args: readonly string[]) {
  // Without any right to write or run, a script that did its work nevertheless would fail otherwise.
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", file, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

Deno.test("every script helps, and refuses a misspelt flag before it does anything", async (t) => {
  const files = await programs();
  assert(files.length >= 15, files.join(" "));
  for (const file of files) {
    await t.step(file, async () => {
      const help = await run(file, "--help");
      assertEquals(help.code, 0, help.err);
      assertMatch(help.out, /^Usage: /);
      if (file === PASSES_ON) return;
      const { code, out, err } = await run(file, "--hlep");
      assertEquals([code, out], [2, ""], err);
      assertMatch(err, /^[^\n]*--hlep: no such flag[^\n]*\n$/);
    });
  }
});

Deno.test("flags of scripts come from their tables alone", async () => {
  for (const file of await listFiles(["scripts", "bench"], [".ts"])) {
    if (file === PASSES_ON) continue;
    assertEquals(/Deno\.args|parseArgs/.test(await readSource(file)), false, file);
  }
});

Deno.test("deno test refuses the flag that deno task test does not know", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-P", "--no-check", "--hlep", "tests/wire/text_test.ts"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  assert(code !== 0);
  assertMatch(new TextDecoder().decode(stderr), /unexpected argument '--hlep'/);
});
