/**
 * `hetpaxos log` against acceptors in this process.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { explainFailure } from "../../cli/exit.ts";
import { logCommand } from "../../cli/log.ts";
import { encodeBatch } from "../../lib/log/record.ts";
import { MemorySink } from "../cli_args/memory_sink.ts";
import { type LogStage, type LogStageOptions, setLogStage } from "../process/log_stage.ts";

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

interface Scene extends LogStage {
  readonly folder: string;
  /** The client's configuration file. */
  readonly config: string;
  run(...args: readonly string[]): Promise<Outcome>;
  /** Writes a file; returns its path. */
  write(name: string, text: string): Promise<string>;
}

async function run(...args: readonly string[]): Promise<Outcome> {
  const out = new MemorySink();
  try {
    const status = await logCommand.run("hetpaxos log", args, out, new MemorySink());
    return { status, out: out.text, err: "" };
  } catch (error) {
    const { status, words } = explainFailure("hetpaxos log", error);
    return { status, out: out.text, err: words };
  }
}

async function onScene(
  body: (scene: Scene) => Promise<void>,
  options?: LogStageOptions,
): Promise<void> {
  await using stage = await setLogStage(options);
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_log_" });
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, text, { mode: 0o600 });
    return `${folder}/${name}`;
  };
  try {
    const config = await write("client.json", JSON.stringify(stage.file));
    await body({ ...stage, folder, config, run, write });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function events(text: string): Record<string, unknown>[] {
  return text.trimEnd().split("\n").map((line) => {
    const record = JSON.parse(line);
    assertEquals(typeof record.event, "string", line);
    return record;
  });
}

const LEARNER = ["--learner", "Eve"];

Deno.test("log: lines are appended, read, proved and verified", () =>
  onScene(async ({ config, run, write, folder }) => {
    const lines = Array.from({ length: 70 }, (_, i) => `line ${i + 1}`);
    const file = await write("lines.txt", lines.join("\n"));
    const appended = await run("append", config, file, "--client", "till", "--text");
    assertEquals([appended.status, appended.err], [0, ""]);
    assertMatch(
      appended.out,
      /70 records, the last at \d+ of Eve, at \d+ of Frank; append more with --client till --sequence 71/,
    );

    const status = await run("status", config);
    const [first] = events(status.out).filter(({ event }) => event === "log-status");
    const [eve] = (first as { learners: { prefix: string; certified: string }[] }).learners;
    const [position, certified] = [Number(eve!.prefix) - 1, Number(eve!.certified)];
    assert(certified > 0);
    const from = ["--from", `${position}`];
    const payloads = await run("read", config, ...LEARNER, "--payloads", ...from);
    assert(lines.join("\n").endsWith(payloads.out.trimEnd()), payloads.out);
    const text = await run(
      "read",
      config,
      ...LEARNER,
      "--text",
      ...from,
      "--follow",
      "--count",
      "1",
    );
    assert(text.out.endsWith(`Eve ${position} "line 70" (till 70)\n`), text.out);
    const since = await run("read", config, ...LEARNER, "--json", "--from-checkpoint");
    assertEquals([since.status, since.err], [0, ""]);
    for (const entry of since.out === "" ? [] : events(since.out)) assertEquals(entry.repeated, 0);

    const told = await run("status", "--text", config);
    assertMatch(told.out, /Alice: forgotten below \d+, used up to \d+; 0 records wait/);
    assertMatch(told.out, /Eve has \d+ entries, nothing is the matter/);

    const out = `${folder}/proof.json`;
    const proof = await run("proof", `${certified - 1}`, ...LEARNER, "--out", out, config);
    assertEquals([proof.status, proof.err], [0, ""]);
    const verified = await run("verify", out, config);
    assertEquals(verified.status, 0, verified.err);
    assertEquals(events(verified.out)[0]!.position, certified - 1);
    const forged = (await Deno.readTextFile(out)).replace(/"position":\d+/, '"position":0');
    const wrong = await run("verify", await write("forged.json", forged), config);
    assertEquals(wrong.status, 8);
    assertMatch(wrong.err, /forged\.json:1: proves nothing: the outcomes do not lead/);
    const exists = await run("proof", `${certified - 1}`, ...LEARNER, "--out", out, config);
    assertMatch(exists.err, /exists already/);
  }));

Deno.test("log: an interrupted append goes on where it stopped, and a file can be one record", () =>
  onScene(async ({ config, run, write, logs }) => {
    const lines = ["one", "two", "", "four"];
    const file = await write("lines.txt", `${lines.join("\n")}\n`);
    logs.conditions.isHeld = true;
    const late = await run("append", config, file, "--client", "till", "--timeout", "200ms");
    assertEquals(late.status, 7);
    assertMatch(late.err, /not in the log of Eve, Frank yet, as far as 4 of 4 acceptors say/);
    const [upload] = events(late.out).slice(-1);
    assertEquals([upload!.records, upload!.nextSequence, upload!.nextSkip], [0, 1, 0]);
    logs.release();
    await run("append", config, file, "--client", "till");
    const rest = ["--client", "till", "--sequence", "3", "--skip", "2"];
    assertEquals((await run("append", config, file, ...rest)).status, 0);
    await run("append", config, file, "--client", "whole", "--whole");
    const { out } = await run("read", config, ...LEARNER);
    const values = events(out).flatMap(({ records }) =>
      (records as { value?: string; valueHex?: string }[]).map((each) =>
        each.value ?? each.valueHex
      )
    );
    const whole = new TextEncoder().encode(`${lines.join("\n")}\n`).toHex();
    assertEquals(values.toSorted(), [...lines, whole].toSorted());
  }));

Deno.test("log: every mistake is one line with what to do, and a status", () =>
  onScene(async ({ config, run, write, file, logs, folder }) => {
    const { log: _, ...none } = file;
    const logless = await write("logless.json", JSON.stringify(none));
    const text = await write("text.txt", "a\n");
    const long = await write("long.txt", `a\n${"x".repeat(5_000)}\n`);
    logs.propose(0, encodeBatch([]));
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [["append", logless, text], 3, /logless\.json: the configuration has no log/],
      [["read", logless], 3, /has no log/],
      [["verify", text, logless], 3, /has no log/],
      [
        ["append", config, long],
        2,
        /long\.txt:2: is longer than \d+ bytes, which log\.batchBytesMax/,
      ],
      [["append", config, `${folder}/none`], 4, /none: cannot be read: no such file/],
      [["append", config, text, "--client", "x".repeat(65)], 2, /--client: has more than 64 bytes/],
      [
        ["append", config, text, "--learner", "Eva"],
        2,
        /--learner: there is no learner/,
      ],
      [["read", config], 2, /--learner: say whose log you mean; there are Eve, Frank/],
      [
        ["read", config, "--learner", "Eva"],
        2,
        /--learner: there is no learner "Eva"; perhaps Eve/,
      ],
      [["read", config, ...LEARNER, "--from", "7"], 7, /the log of Eve ends before \d/],
      [["proof", "x", config], 2, /x: is no position/],
      [["proof", "7", config, ...LEARNER], 7, /there is no position 7 yet/],
      [["proof", "0", config, ...LEARNER], 7, /position 0 of Eve is not certified yet/],
      [["verify", text, config], 8, /text\.txt:1:1: /],
    ];
    for (const [args, status, line] of cases) {
      const outcome = await run(...args);
      assertEquals(outcome.status, status, `${args}: ${outcome.err}`);
      assertMatch(outcome.err, line);
      assertEquals(outcome.err.trimEnd().split("\n").length, 1, outcome.err);
    }
    for (let at = 1; at < 40; at++) logs.propose(at, encodeBatch([]));
    const forgotten = await run("read", config, ...LEARNER);
    assertEquals(forgotten.status, 11);
    assertMatch(forgotten.err, /position 0 of Eve is kept no more; what is begins at \d+/);
  }));
