/**
 * What a script can trust: every line of JSON has an event, to the last one; what the operating
 * system or Deno refuses is one line and a status.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { hetpaxos } from "../../../cli/hetpaxos.ts";
import { nodesOf, treeOf } from "../../../cli/tree.ts";
import { ROOT } from "../../../scripts/lint/paths.ts";
import { onStage } from "../../cli_evidence/stage.ts";
import { Cluster } from "../cluster.ts";
import { succeeds } from "../expect.ts";
import { Stage } from "../stage.ts";

/** Where the commands are run. */
interface Scene {
  /** For new files. */
  readonly folder: string;
  /** Of the running cluster: client_0 may do everything; instance 0 is decided; Dave is down. */
  readonly client: string;
  readonly dave: string;
  /** Of a process that has caught others, and what it has exported. */
  readonly witness: string;
  readonly documents: string;
  readonly trace: string;
}

type Args = (scene: Scene) => readonly string[];

/** How each command is run so that it prints something and, if not stopped, ends. */
const RUNS: Readonly<Record<string, Args>> = {
  acceptor: ({ dave }) => ["--volatile", dave],
  learner: ({ client }) => ["--once", client],
  proposer: ({ client }) => ["--value", "again", client],
  explain: ({ client }) => ["--instance", "0", client],
  get: ({ client }) => ["--instance", "0", client],
  status: ({ client }) => [client],
  "evidence list": ({ witness }) => [witness],
  "evidence export": ({ witness }) => [witness],
  "evidence verify": ({ witness, documents }) => [documents, witness],
  replay: ({ trace }) => [trace],
  "config generate": ({ folder }) => [`${folder}/${crypto.randomUUID()}`],
  "config check": ({ client }) => [client],
  "config digest": ({ client }) => [client],
  "graph check": ({ client }) => [client],
  "graph what-if": ({ client }) => [client],
  "graph derive": ({ client, folder }) => [client, "--out", `${folder}/derived.json`],
  "key new": ({ folder }) => ["Zoe", "--client", "--out", folder],
};

/** Those that have no JSON, and why; or whose JSON is seen by a test of their own. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  console: "tests/e2e/console_test.ts",
  demo: "a show for people",
  completions: "a script for a shell",
  man: "a page in roff",
  ...Object.fromEntries(
    ["up", "down", "status", "logs", "kill", "restart", "list", "config"]
      .map((name) => [`cluster ${name}`, "below"]),
  ),
  ...Object.fromEntries(
    ["append", "read", "proof", "verify", "status"].map((name) => [`log ${name}`, "tests/cli_log"]),
  ),
  "config join": "tests/config",
  "graph import": "tests/cli_graph",
  "graph draw": "a picture",
  "key renew": "tests/config",
  "key show": "tests/config",
};

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command; an acceptor is stopped when it listens. */
async function run(
  command: string,
  args: readonly string[],
  { permissions = ["-A"], full = false, gone = false } = {},
): Promise<Ended> {
  const argv = [
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", ...permissions, `${ROOT}/cli/main.ts`],
    ...[...command.split(" "), ...args],
  ];
  const child = new Deno.Command("sh", {
    args: ["-c", full ? 'exec "$@" >/dev/full' : 'exec "$@"', "sh", ...argv],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let out = "";
  const reading = gone ? child.stdout.cancel() : (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      out += text;
      if (command === "acceptor" && out.includes('"listening"')) child.kill("SIGTERM");
    }
  })();
  const err = await new Response(child.stderr).text();
  await reading;
  const { code } = await child.status;
  return { code, out, err };
}

/** Sets up a scene in which every command has something to say. */
async function onScene(body: (scene: Scene) => Promise<void>): Promise<void> {
  await Stage.use((stage) =>
    onStage(async ({ run: evidence, file, write }) => {
      const cluster = await Cluster.make(stage, { clients: 2 });
      await cluster.acceptors(["Alice", "Bob", "Carol"]);
      const trace = `${stage.folder}/trace`;
      const first = ["--value", "first", "--trace", trace];
      await succeeds(cluster.run("proposer", "client_0", first));
      const { out } = await evidence("export", file("Alice"));
      await body({
        folder: stage.folder,
        client: cluster.file("client_0"),
        dave: cluster.file("Dave"),
        witness: file("Alice"),
        documents: await write("documents.jsonl", out),
        trace,
      });
    }), 300_000);
}

function assertEvents(text: string, what: string): void {
  for (const line of text.trimEnd().split("\n").filter((line) => line !== "")) {
    assertEquals(typeof JSON.parse(line).event, "string", `${what}: ${line}`);
  }
}

Deno.test("the tables below know every command", async () => {
  const leaves = nodesOf(await treeOf(hetpaxos, ["hetpaxos"])).filter(({ spec }) => spec);
  const known = [...Object.keys(RUNS), ...Object.keys(ELSEWHERE)];
  const names = leaves.map(({ path }) => path.slice(1).join(" "));
  assertEquals(names.filter((name) => !known.includes(name)), []);
});

Deno.test("every JSON line of every command has an event, the fatal one included", () =>
  onScene(async (scene) => {
    for (const [command, argsOf] of Object.entries(RUNS)) {
      const { out, err, code } = await run(command, ["--json", ...argsOf(scene)]);
      assert(out !== "", `${command} printed nothing: ${err}`);
      assert(code === 0 || code === 7 || code === 11, `${command}: status ${code}: ${err}`);
      assertEvents(out, command);
      assertEvents(err, command);
      const wrong = await run(command, ["--json", "--nope"]);
      assertEquals([wrong.code, wrong.out], [2, ""]);
      const { event, level, status, message } = JSON.parse(wrong.err);
      assertEquals({ event, level, status }, { event: "fatal", level: "error", status: 2 });
      assertMatch(message, /^--nope: no such flag/);
    }
  }));

Deno.test("every JSON line about a local cluster has an event", () =>
  Stage.use(async ({ folder }) => {
    const state = ["--json", "--state-dir", folder];
    const clusters = ["up", "status", "list", "config", "kill", "restart", "logs", "down"];
    const members: Record<string, readonly string[]> = { kill: ["Dave"], restart: ["Dave"] };
    try {
      for (const command of clusters) {
        const words = [...state, "events", ...members[command] ?? []];
        const args = command === "list" ? state : words;
        const { code, out, err } = await run(`cluster ${command}`, args);
        assertEquals(code, 0, `${command}: ${err}`);
        assertEvents(out, command);
        assertEvents(err, command);
      }
    } finally {
      await run("cluster down", [...state, "events"]);
    }
  }, 300_000));

/** What an acceptor does then is in unread_output_test.ts: it goes on. */
const { acceptor: _, ...ENDING } = RUNS;

const FULL_DISK = "a full disk at standard output is one line and status 4, but for an acceptor";
const noFullDisk = Deno.build.os === "linux" ? undefined : "it needs /dev/full of Linux";
if (noFullDisk !== undefined) console.log(`ignored: ${FULL_DISK}: ${noFullDisk}`);

Deno.test({
  name: FULL_DISK,
  ignore: noFullDisk !== undefined,
  fn: () =>
    onScene(async (scene) => {
      const commands: Record<string, Args> = {
        ...ENDING,
        completions: () => ["bash"],
        man: () => [],
        demo: () => [],
        "cluster list": ({ folder }) => ["--text", "--state-dir", `${folder}/none`],
        "cluster up": ({ folder }) => ["--state-dir", `${folder}/full`],
        "config check --text": RUNS["config check"]!,
        "--help": () => [],
        "--version": () => [],
      };
      for (const [command, argsOf] of Object.entries(commands)) {
        const { code, err } = await run(command, argsOf({ ...scene, folder: scene.folder }), {
          full: true,
        });
        const last = err.trimEnd().split("\n").at(-1)!;
        assertEquals(code, 4, `${command}: ${err}`);
        assertMatch(last, /standard output: cannot be written: the disk is full; make room/);
        assertEquals(/ at file:|os error|internal error/.test(err), false, err);
      }
      // A cluster that cannot say where it is would be of no use: none is left.
      assertEquals([...Deno.readDirSync(`${scene.folder}/full`)], []);
    }),
});

Deno.test("a reader that has gone ends all but an acceptor with status 0 and no word", () =>
  onScene(async (scene) => {
    const more: Record<string, Args> = {
      completions: () => ["bash"],
      man: () => [],
      "--help": () => [],
    };
    for (const [command, argsOf] of Object.entries({ ...ENDING, ...more })) {
      // What a log says of peers is not about the output.
      const quiet = ["learner", "proposer"].includes(command) ? ["--quiet"] : [];
      const { code, err } = await run(command, [...quiet, ...argsOf(scene)], { gone: true });
      assertEquals({ code, err }, { code: 0, err: "" }, command);
    }
  }));

Deno.test("a permission that is missing is one line and status 4", () =>
  onScene(async (scene) => {
    const { client, folder } = scene;
    const read = "--allow-read";
    const cases: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
      ["status", [client], [read], "--allow-net"],
      ["status", [client], [read, "--allow-net=127.0.0.1:1"], "--allow-net"],
      ["get", ["--instance", "0", client], [read, "--allow-net=localhost"], "--allow-net"],
      ["learner", [client], [read, "--allow-net=127.0.0.1:1"], "--allow-net"],
      ["proposer", ["--value", "x", client], [read], "--allow-net"],
      ["acceptor", ["--volatile", scene.dave], [read], "--allow-net"],
      ["acceptor", ["--data-dir", `${folder}/d`, scene.dave], [read, "-N"], "--allow-write"],
      ["learner", ["--trace", `${folder}/t`, client], [read, "-N"], "--allow-write"],
      ["proposer", ["--file", client, client], ["-N"], "--allow-read"],
      ["config check", [client], [], "--allow-read"],
      ["config generate", [`${folder}/x`], [read], "--allow-write"],
      ["replay", [scene.trace], [], "--allow-read"],
      ["demo", [], [read, "-N", "--allow-write"], "--allow-run"],
      ["cluster up", ["--state-dir", `${folder}/s`], [read, "-N", "--allow-write"], "--allow-run"],
      ["cluster up", ["--state-dir", `${folder}/s`], [read, "-N"], "--allow-write"],
      ["cluster up", [], [read, "-N", "--allow-write", "--allow-run"], "--allow-env"],
    ];
    for (const [command, args, permissions, missing] of cases) {
      const { code, err } = await run(command, args, { permissions: [...permissions] });
      assertEquals(code, 4, `${command} ${permissions}: ${err}`);
      assertEquals(err.trimEnd().split("\n").length, 1, err);
      assert(err.includes(`Deno was started without the permission ${missing} for `), err);
      assertEquals(/NotCapable|Requires |run again/.test(err), false, err);
    }
  }));

Deno.test("the operating system's numbers for its errors are in no message", () =>
  onScene(async ({ folder, client }) => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["proposer", ["--file", `${folder}/none`, client]],
      ["proposer", ["--file", folder, client]],
      ["replay", [`${folder}/none`]],
      ["config check", [`${client}/x`]],
      ["config generate", [`${folder}/none/x`]],
      ["learner", ["--trace", `${folder}/none/t`, client]],
      ["learner", ["--data-dir", `${client}/d`, client]],
      ["evidence verify", [`${folder}/none`, client]],
      ["evidence list", ["--data-dir", `${folder}/none`, client]],
    ];
    for (const [command, args] of cases) {
      const { code, err } = await run(command, args);
      assertEquals(code, 4, `${command} ${args}: ${err}`);
      assertEquals(err.trimEnd().split("\n").length, 1, err);
      assertEquals(/os error|E[A-Z]{4,}:| at file:/.test(err), false, err);
    }
  }));
