/**
 * The examples run and print what they should.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ROOT } from "../scripts/lint/paths.ts";
import { run } from "../scripts/run.ts";
import { processesOf } from "./e2e/local_cluster.ts";
import { missing } from "./e2e/tools.ts";

/** Where an example is, what it is allowed, and its last line. */
const EXAMPLES: readonly (readonly [file: string, permissions: string[], last: RegExp])[] = [
  ["core_by_hand.ts", [], /^Eve decides the value with hash abababab…$/],
  ["graph_check.ts", [], /^if Alice, Bob may lie, Blue and Red need not agree$/],
  ["verify_message.ts", [], /^as a message of instance 2: BAD_SIGNATURE: not signed by Dave/],
  [
    "cluster_in_process.ts",
    ["--allow-net=127.0.0.1", "--allow-read"],
    /^(Eve|Frank) decided in instance 1 by at least 3 votes$/,
  ],
  [
    "shared_log.ts",
    ["--allow-net=127.0.0.1", "--allow-read"],
    /^both read the same six entries$/,
  ],
  [
    "key_value_log.ts",
    ["--allow-net=127.0.0.1", "--allow-read"],
    /^both replicas agree who has seat 7$/,
  ],
  [
    "two_company_ledger.ts",
    ["--allow-net=127.0.0.1", "--allow-read"],
    /^both ledgers are the same$/,
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

/** Runs hetpaxos as an executable would be run: by one command of its own. */
const BY_ITSELF = "deno run --quiet --no-prompt --allow-net --allow-read --allow-write " +
  "--allow-run --allow-env cli/main.ts";

/** Where a script is, how it is to run hetpaxos, and lines that it prints, in this order. */
const SCRIPTS: readonly (readonly [file: string, hetpaxos: string, lines: string[]])[] = [
  ["fault_drill.sh", BY_ITSELF, [
    "cluster drill is up: agreement with 1 of 4 acceptors Byzantine, decisions with 1 of 4 down",
    'Eve decided in instance 0: "business as usual"',
    "Dave has ended (SIGKILL)",
    'Eve decided in instance 1: "without Dave"',
    "Carol has ended (SIGKILL)",
    "status 7: not decided in time",
    "Carol was ended by SIGKILL",
    "Dave was ended by SIGKILL",
    "status 7: not all are well",
    'Eve decided in instance 2: "patience"',
    "Alice has ended (SIGKILL)",
    'Eve decided in instance 0: "business as usual"',
    'Eve decided in instance 1: "without Dave"',
    'Eve decided in instance 2: "patience"',
    "cluster drill is down",
  ]],
  ["rolling_restart.sh", "deno task --quiet", [
    "cluster rolling is up",
    ...["Alice", "Bob", "Carol", "Dave"].flatMap((name) => [
      `== ${name} is restarted`,
      `${name} listens on 127.0.0.1:`,
    ]),
    ...["Alice", "Bob", "Carol", "Dave"].map((name) => `${name}: up, process `),
    " are known: no proposer failed",
    "cluster rolling is down",
  ]],
  ["two_chain_commit.sh", "deno task --quiet", [
    "cluster chains is up: Red and Blue agree with one of the two shared acceptors Byzantine",
    'Blue decided in instance 0: "100 bolts for 5 coins"',
    'Red decided in instance 0: "100 bolts for 5 coins"',
    "Blue_1 has ended (SIGKILL)",
    'Red decided in instance 1: "200 bolts for 9 coins"',
    "Blue_1 listens on 127.0.0.1:",
    "status 11: that value lost",
    'Blue decided in instance 1: "200 bolts for 9 coins"',
    'Red decided in instance 1: "200 bolts for 9 coins"',
    "cluster chains is down",
  ]],
];

/** Fails unless each of `expected` is in a line of its own, in order. */
function expectLines(output: string, expected: readonly string[]): void {
  let rest = output.split("\n");
  for (const text of expected) {
    const at = rest.findIndex((line) => line.includes(text));
    assertEquals(at >= 0, true, `${JSON.stringify(text)} is missing, or out of order:\n${output}`);
    rest = rest.slice(at + 1);
  }
}

const unable = Deno.build.os === "windows" ? "they need a POSIX system" : missing("bash", "ps");
if (unable !== undefined) console.log(`ignored: shell scripts in examples: ${unable}`);

for (const [file, hetpaxos, lines] of SCRIPTS) {
  Deno.test({
    name: `examples/${file} shows what it says, and leaves nothing behind`,
    ignore: unable !== undefined,
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "hetpaxos_example_" });
      try {
        const { code, output } = await run(["bash", `examples/${file}`], {
          env: { TMPDIR: folder, HETPAXOS: hetpaxos },
          signal: AbortSignal.timeout(150_000),
        });
        assertEquals(code, 0, output);
        expectLines(output, lines);
        assertEquals(await processesOf(folder), []);
        assertEquals([...Deno.readDirSync(folder)], []);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** What examples import, and nobody runs; and what tests/e2e/proof_page_test.ts runs in a browser. */
const HELPERS: readonly string[] = ["free_ports.ts", "proof_page", "proof_page.ts"];

Deno.test("every example has a test", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(`${ROOT}/examples`)) files.push(name);
  const tested = [...EXAMPLES, ...SCRIPTS].map(([file]) => file);
  assertEquals(files.filter((name) => !HELPERS.includes(name)).sort(), tested.sort());
});
