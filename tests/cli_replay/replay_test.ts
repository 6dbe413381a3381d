/**
 * `hetpaxos replay`: what it prints, and how it ends.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { replay } from "../../cli/commands/replay.ts";
import { explainFailure } from "../../cli/exit.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { MemorySink } from "../cli_args/memory_sink.ts";
import { record } from "../trace/recording.ts";
import { TRACE_VERSION } from "../../lib/trace/format.ts";

/** Of a trace that a later program has written. */
const NEWER = TRACE_VERSION + 1;

const LINES = record(1).map(({ text }) => text);
const STEPS = LINES.filter((line) => line.includes('"effects":')).length;
const NODES = [...new Set(record(1).map(({ node }) => node))];

/** The first line at which a proposer offers a ballot, from 0; and that line with another time. */
const CHANGED = LINES.findIndex((line) => line.includes('"effects":[{"kind":"propose"'));
const OTHERWISE = LINES.with(CHANGED, withOtherBallot(LINES[CHANGED]!));

function withOtherBallot(text: string): string {
  const line = JSON.parse(text);
  line.effects[0].ballot.nanos++;
  return JSON.stringify(line);
}

async function run(...args: readonly string[]) {
  const out = new MemorySink();
  try {
    return { status: await replay.run("replay", args, out), out: out.text, err: "" };
  } catch (error) {
    const { status, words } = explainFailure("replay", error);
    return { status, out: out.text, err: words };
  }
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_replay_" });
  try {
    await Deno.writeTextFile(`${folder}/same`, LINES.join("\n") + "\n");
    await Deno.writeTextFile(`${folder}/cut`, LINES.join("\n").slice(0, -1));
    await Deno.writeTextFile(`${folder}/other`, OTHERWISE.join("\n") + "\n");
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a trace that is the same: one line, status 0", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/same`;
    const json = await run(file);
    assertEquals([json.status, json.err], [0, ""]);
    const expected = { file, nodes: NODES, steps: STEPS, lines: LINES.length, cutOff: false };
    assertEquals(JSON.parse(json.out), { event: "same", ...expected });
    const text = await run("--text", file);
    assertEquals(text.out, `${file}: the same: ${STEPS} steps of ${NODES.join(", ")}\n`);
  });
});

Deno.test("a trace whose writer was killed is the same as far as it goes", async () => {
  await inFolder(async (folder) => {
    const { status, out } = await run("--text", `${folder}/cut`);
    assertEquals(status, 0);
    assertMatch(out, new RegExp(`; line ${LINES.length} is cut off and was left out\n$`));
    assertEquals(JSON.parse((await run(`${folder}/cut`)).out).cutOff, true);
  });
});

Deno.test("a difference is told with both sides, in every file, and ends with status 9", async () => {
  assert(CHANGED > 0);
  await inFolder(async (folder) => {
    const { status, out } = await run(`${folder}/other`, `${folder}/same`);
    assertEquals(status, 9);
    const [first, second] = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals([first.event, first.line, first.effect], ["different", CHANGED + 1, 0]);
    assertEquals(JSON.parse(first.recorded).kind, "propose");
    assert(first.now !== first.recorded);
    assertEquals(second.event, "same");
    const text = (await run("--text", `${folder}/other`)).out.split("\n");
    assertMatch(text[0]!, new RegExp(`^${folder}/other:${CHANGED + 1}: different: `));
    assertEquals(text[1], `  recorded: ${first.recorded}`);
    assertEquals(text[2], `  now:      ${first.now}`);
  });
});

Deno.test("what is no trace, or not there, is one line that says where", async () => {
  await inFolder(async (folder) => {
    const cases: readonly (readonly [name: string, text: string, says: string])[] = [
      ["empty", "", "holds no whole line of a trace"],
      ["start", `{"trace":${TRACE_VERSION},"node":"Al`, "holds no whole line of a trace"],
      ["prose", "hello\n", "line 1: $: not JSON"],
      [
        "other version",
        `{"trace":${NEWER}}\n`,
        `line 1: $.trace: is ${NEWER}; this program reads ${TRACE_VERSION}`,
      ],
      ["bytes", "\x00\xff\n", "line 1: $: not JSON"],
      [
        "hole",
        LINES.slice(1).join("\n") + "\n",
        `line 1: $.node: no header of ${NODES[0]} comes before`,
      ],
    ];
    for (const [name, text, says] of cases) {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, text);
      assertEquals(await run(path), { status: 3, out: "", err: `replay: ${path}: ${says}\n` });
    }
    const missing = await run(`${folder}/none`);
    const why = "cannot be read: no such file; check the path";
    assertEquals(missing, { status: 4, out: "", err: `replay: ${folder}/none: ${why}\n` });
    assertEquals((await run()).status, 2);
  });
});

Deno.test("the task's permissions are enough, and a pipe does", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "replay", "--text", "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(LINES.join("\n") + "\n"));
  await writer.close();
  const { code, stdout } = await child.output();
  const out = new TextDecoder().decode(stdout);
  assertEquals([code, out], [0, `<stdin>: the same: ${STEPS} steps of ${NODES.join(", ")}\n`]);
});
