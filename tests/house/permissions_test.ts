import { assert, assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../../scripts/lint/paths.ts";

async function denoTest(...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
  }).output();
  return { code, words: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("deno test without -P says in one line that it wants -P", async () => {
  const { code, words } = await denoTest("tests/wire/text_test.ts");
  assert(code !== 0);
  assertMatch(words, /^error: .*with `-P`/);
  assertEquals(words.includes("running"), false, words);
});

Deno.test("deno test -P has what the tests need, and no network beyond this machine", async () => {
  assertEquals((await denoTest("-P", "tests/wire/text_test.ts")).code, 0);
  const { state } = await Deno.permissions.query({ name: "net", host: "example.com:443" });
  assertEquals(state === "granted", false);
});

Deno.test("no task gives a test more than deno.json's permissions for tests", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  for (const [name, { command }] of Object.entries<{ command: string }>(tasks)) {
    if (command.includes("deno test")) assertMatch(command, / deno test -P tests\/\S+$/, name);
  }
});
