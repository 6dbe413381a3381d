/**
 * Files that are named by a relative path are where the person stands, under `deno task` too.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../../../scripts/lint/paths.ts";
import { Cluster } from "../cluster.ts";
import { succeeds } from "../expect.ts";
import { Stage } from "../stage.ts";
import { onStage } from "../../cli_evidence/stage.ts";

const TASK = [Deno.execPath(), "task", "--quiet", "--config", `${ROOT}/deno.json`];

/** Runs a task in a folder; stops it when it prints `until`, if that is given. */
async function task(cwd: string, args: readonly string[], until?: string) {
  const [executable, ...words] = TASK;
  // deno task keeps an INIT_CWD that it finds: the one of the task that runs this test, say.
  const { INIT_CWD: _, ...environment } = Deno.env.toObject();
  const child = new Deno.Command(executable!, {
    args: [...words, ...args],
    cwd,
    clearEnv: true,
    env: { ...environment, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const error = new Response(child.stderr).text();
  let out = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    out += text;
    if (until !== undefined && out.includes(until)) child.kill("SIGINT");
  }
  return { code: (await child.status).code, out, err: await error };
}

/** Names in a folder, sorted. */
function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

Deno.test("what every task writes by a relative path is where the person stands", () =>
  Stage.use((stage) =>
    onStage(async ({ file }) => {
      const before = namesIn(ROOT);
      const cluster = await Cluster.make(stage, { clients: 2 });
      await cluster.acceptors(["Alice", "Bob", "Carol"]);
      await succeeds(cluster.run("proposer", "client_1", ["--value", "x"]));
      const here = `${stage.folder}/with a space`;
      await Deno.mkdir(here);
      const client = "../client_0.json";
      // Each with the files that it is to make.
      const runs: readonly (readonly [readonly string[], readonly string[], string?])[] = [
        [["config", "generate", "my", "--acceptors", "1"], ["my_0_config.json"]],
        [["key", "new", "Zoe", "--client"], ["Zoe.card.json", "Zoe.json", "Zoe.key"]],
        [["learner", "--once", "--trace", "learner.trace", client], ["learner.trace"]],
        [
          ["proposer", "--value", "x", "--trace", "proposer.trace", client],
          ["proposer.trace"],
        ],
        [["acceptor", "--data-dir", "data", "../Dave.json"], ["data"], '"listening"'],
        [["evidence", "export", "--out", "alice.jsonl", file("Alice")], ["alice.jsonl"]],
      ];
      const made: string[] = [];
      for (const [args, files, until] of runs) {
        const { code, err } = await task(here, args, until);
        assert(code === 0 || until !== undefined && code === 130, `${args.join(" ")}: ${err}`);
        made.push(...files);
        assertEquals(namesIn(here), made.toSorted(), args.join(" "));
      }
      const replayed = await task(here, ["replay", "learner.trace"]);
      assertEquals(replayed.code, 0, replayed.err);
      const status = await task(here, ["status", client]);
      // A line for each of four acceptors, a verdict on one learner, and the end of the last line.
      assertEquals([status.code, status.out.split("\n").length], [7, 6], status.err);
      assertEquals(namesIn(ROOT), before);
    }), 240_000));
