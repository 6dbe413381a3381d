/**
 * The examples run and print what they should.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { freePorts } from "../cli/demo/child.ts";
import { ROOT } from "../scripts/lint/paths.ts";
import { run } from "../scripts/run.ts";

/** Where an example is, what it is allowed, and its last line. */
const EXAMPLES: readonly (readonly [file: string, permissions: string[], last: RegExp])[] = [
  ["core_by_hand.ts", [], /^Eve decides the value with hash abababab…$/],
  ["graph_check.ts", [], /^if Alice, Bob may lie, Blue and Red need not agree$/],
  ["verify_message.ts", [], /^as a message of instance 2: BAD_SIGNATURE: not signed by Dave/],
  [
    "cluster_in_process.ts",
    ["--allow-net=127.0.0.1", "--allow-read"],
    /^Frank decided "meet at noon" by at least 3 votes$/,
  ],
];

/** An example that hangs is an example that fails. */
function patience(): AbortSignal {
  return AbortSignal.timeout(60_000);
}

function expectLastLine(code: number, output: string, last: RegExp): void {
  assertEquals(code, 0, output);
  const line = output.trimEnd().split("\n").at(-1)!;
  assertEquals(last.test(line), true, output);
}

for (const [file, permissions, last] of EXAMPLES) {
  Deno.test(`examples/${file} runs`, async () => {
    const command = ["deno", "run", "--quiet", "--no-prompt", ...permissions, `examples/${file}`];
    const { code, output } = await run(command, { signal: patience() });
    expectLastLine(code, output, last);
  });
}

Deno.test({
  name: "examples/cluster.sh runs, and leaves no process behind",
  ignore: Deno.build.os === "windows",
  async fn() {
    const port = freePorts(4);
    const { code, output } = await run(["sh", "examples/cluster.sh", "a value"], {
      env: { PORT: String(port) },
      signal: patience(),
    });
    expectLastLine(code, output, /^Eve decided in instance 0: "a value" \(ballot /);
    for (let i = 0; i < 4; i++) Deno.listen({ hostname: "127.0.0.1", port: port + i }).close();
  },
});

Deno.test("every example has a test", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(`${ROOT}/examples`)) files.push(name);
  const tested = [...EXAMPLES.map(([file]) => file), "cluster.sh"];
  assertEquals(files.sort(), tested.sort());
});
