/**
 * Runs `hetpaxos graph` in a folder of its own.
 *
 * @module
 */

import { graph } from "../../cli/commands/graph.ts";
import { OperatorError } from "../../lib/wire/operator_error.ts";
import { MemorySink } from "../cli_args/memory_sink.ts";

/** How a command ended. */
export interface Ended {
  readonly status: number;
  readonly out: string;
  /** What an operator would be told. */
  readonly error: string;
}

/** What a test has. */
export interface GraphStage {
  /** Where files are. */
  readonly folder: string;
  /** Writes a file and returns its path. */
  write(name: string, content: unknown): Promise<string>;
  /** Runs `hetpaxos graph` with these arguments, on a terminal. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Runs it for a pipe; the lines as JSON. */
  // deno-lint-ignore no-explicit-any -- JSON of any shape
  json(...args: readonly string[]): Promise<{ status: number; lines: any[] }>;
}

/** Calls with a stage that is cleared away afterwards. */
export async function onGraphStage(body: (stage: GraphStage) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const run = async (args: readonly string[], terminal: boolean): Promise<Ended> => {
    const sink = new MemorySink(terminal, 4_096);
    try {
      const status = await graph.run("hetpaxos graph", args, sink, sink);
      return { status, out: sink.text, error: "" };
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return { status: error.exitStatus, out: sink.text, error: error.message };
    }
  };
  try {
    await body({
      folder,
      async write(name, content) {
        const text = typeof content === "string" ? content : JSON.stringify(content);
        await Deno.writeTextFile(`${folder}/${name}`, text);
        return `${folder}/${name}`;
      },
      run: (...args) =>
        run([args[0]!, ...args[0] === "draw" ? [] : ["--text"], ...args.slice(1)], false),
      async json(...args) {
        const { status, out } = await run(args, false);
        return { status, lines: out.trimEnd().split("\n").map((line) => JSON.parse(line)) };
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A threshold as a file has it. */
export const any = (threshold: number, ...of: readonly string[]) => ({ threshold, of });

/** Four acceptors, two learners: Eve needs any three, Frank any `frank`. */
export function fourAcceptors(frank: number) {
  const names = ["Alice", "Bob", "Carol", "Dave"];
  const three = { quorums: [any(3, ...names)] };
  return {
    learners: { Eve: three, Frank: { quorums: [any(frank, ...names)] } },
    safetySets: { Eve: { safetySets: { Eve: three, Frank: three } } },
  };
}
