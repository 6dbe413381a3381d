/**
 * A folder, and `hetpaxos key` and `hetpaxos config` run in it, for tests.
 *
 * @module
 */

import { defineGroup } from "../../cli/command.ts";
import { configCommand } from "../../cli/config.ts";
import { explainFailure } from "../../cli/exit.ts";
import { keyCommand } from "../../cli/key.ts";
import { MemorySink } from "../cli_args/memory_sink.ts";

/** What a command did. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Where a test plays. */
export interface Stage {
  readonly folder: string;
  /** A file in the folder. */
  path(name: string): string;
  /** What is in a file in the folder. */
  read(name: string): string;
  /** Writes one. */
  write(name: string, content: string | object): void;
  /** Runs `hetpaxos ARGS`. */
  run(...args: string[]): Promise<Outcome>;
  /** Runs it; it must succeed. What it printed, line by line. */
  // deno-lint-ignore no-explicit-any
  records(...args: string[]): Promise<any[]>;
}

const hetpaxos = defineGroup(
  { name: "hetpaxos", summary: "", description: "" },
  [keyCommand, configCommand],
);

/** Plays in a folder of its own. */
export async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_key_" });
  const path = (name: string) => `${folder}/${name}`;
  const run = async (...args: string[]) => {
    const out = new MemorySink();
    try {
      return { status: await hetpaxos.run("hetpaxos", args, out), out: out.text, err: "" };
    } catch (error) {
      const { status, words } = explainFailure("hetpaxos", error);
      return { status, out: out.text, err: words };
    }
  };
  try {
    await play({
      folder,
      path,
      run,
      read: (name) => Deno.readTextFileSync(path(name)),
      write: (name, content) =>
        Deno.writeTextFileSync(
          path(name),
          typeof content === "string" ? content : JSON.stringify(content),
        ),
      records: async (...args) => {
        const { status, out, err } = await run(...args);
        if (status !== 0) throw new Error(`${args.join(" ")}: status ${status}: ${err}`);
        return out.trim().split("\n").map((line) => JSON.parse(line));
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
