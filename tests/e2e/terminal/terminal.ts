/**
 * Programs on a terminal, for tests.
 *
 * @module
 */

import { ROOT } from "../../../scripts/lint/paths.ts";

/** What is done with a program: keys sent, text waited for, its end waited for. */
export type TerminalStep =
  | readonly ["send", string]
  | readonly ["expect", string]
  | readonly ["end"];

/** What is run, and how. */
export interface TerminalTask {
  readonly argv: readonly string[];
  readonly steps: readonly TerminalStep[];
  /** All of its environment, besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly columns?: number;
  readonly rows?: number;
  /** It is given up after so long; 20 seconds if left out. */
  readonly secondsMax?: number;
}

/** What came of it. */
export interface TerminalResult {
  /** Everything that was on the terminal, as it came. */
  readonly shown: string;
  readonly status: number | null;
  readonly signal: number | null;
}

/** Why there is no terminal here; undefined if there is one. */
export const noTerminal: string | undefined = without("python3", "-c", "import pty");

/** Why a program cannot be run here; undefined if it can. */
export function without(program: string, ...args: readonly string[]): string | undefined {
  try {
    const { success } = new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return success ? undefined : `${program} does not work here`;
  } catch {
    return `there is no ${program} here`;
  }
}

/**
 * Runs a program on a terminal.
 *
 * @throws Error if a step is not reached in time, with all that was shown.
 */
export async function onTerminal(task: TerminalTask): Promise<TerminalResult> {
  const child = new Deno.Command("python3", {
    args: [`${ROOT}/tests/e2e/terminal/on_terminal.py`],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const base = { PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "/" };
  const writer = child.stdin.getWriter();
  await writer.write(
    new TextEncoder().encode(JSON.stringify({ ...task, env: { ...base, ...task.env } })),
  );
  await writer.close();
  const { stdout } = await child.output();
  const { failed, ...result } = JSON.parse(new TextDecoder().decode(stdout));
  if (failed === null) return result;
  throw new Error(`not reached: ${JSON.stringify(failed)}; shown: ${result.shown}`);
}
