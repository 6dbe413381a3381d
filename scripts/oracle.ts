/**
 * Holds traces against the definitions, by the oracle in proofs/oracle, which is written in Python.
 *
 * `deno task oracle FILE...`. Shipped programs start no others, so this is a task and no flag of
 * `replay`.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { ROOT } from "./lint/paths.ts";
import { run } from "./run.ts";

/** Where the oracle is. */
export const ORACLE = `${ROOT}/proofs/oracle/oracle.py`;

/** Whether there is a Python that can run it: the reason if not. */
export async function withoutPython(): Promise<string | undefined> {
  try {
    const { code } = await run([
      "python3",
      "-c",
      "import sys; sys.exit(sys.version_info < (3, 8))",
    ]);
    return code === 0 ? undefined : "python3 is older than 3.8";
  } catch {
    return "there is no python3 here";
  }
}

if (import.meta.main) {
  await runScript({
    name: "deno task oracle",
    summary: "Hold traces against the definitions",
    description: "Reads traces and holds every step against the definitions of the protocol, " +
      "written once more in Python. Tells for each file the first step that is not as defined.",
    flags: [],
    positionals: [{ name: "FILE", help: "a trace", many: true }],
    exits: [
      { status: 1, means: "a step is not as defined" },
      { status: 3, means: "a file is no trace, or there is no Python" },
    ],
  }, async ({ positionals: files }) => {
    const reason = await withoutPython();
    if (reason !== undefined) {
      console.error(`the oracle needs Python: ${reason}`);
      return 3;
    }
    const { code } = await run(["python3", "-B", ORACLE, ...files], {
      show: true,
      cwd: Deno.env.get("INIT_CWD") ?? ROOT,
    });
    return code;
  });
}
