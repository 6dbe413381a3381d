/**
 * Runs other programs.
 *
 * @module
 */

import { ROOT } from "./lint/paths.ts";

/** How a program ended. */
export interface Ended {
  readonly code: number;
  /** Both streams, as they came, without colours. */
  readonly output: string;
}

/** How to run a program. */
export interface RunOptions {
  /** Passes its output on as it comes. */
  readonly show?: boolean;
  /** Where it runs: the root of the repository if absent. */
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Sees its output as it comes, in pieces of any size. */
  readonly watch?: (text: string) => void;
  /** Ends it by force. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program, in the root of the repository unless told otherwise, without input. "deno" is the very Deno that runs
 * this, for the program itself and for whatever it starts in turn, so that nothing need be
 * installed: `npx deno@… task …` suffices.
 */
export async function run(
  [program, ...args]: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  const colours = options.show && Deno.stdout.isTerminal() && !Deno.noColor;
  const child = new Deno.Command(program === "deno" ? Deno.execPath() : program!, {
    args,
    cwd: options.cwd ?? ROOT,
    env: { ...withThisDeno(), ...(colours ? {} : { NO_COLOR: "1" }), ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: options.signal,
  }).spawn();
  const parts: string[] = [];
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      const text = decoder.decode(bytes, { stream: true });
      parts.push(text);
      options.watch?.(text);
      if (options.show) writeAll(bytes);
    }
  };
  const [{ code }] = await Promise.all([
    child.status,
    collect(child.stdout),
    collect(child.stderr),
  ]);
  // deno-lint-ignore no-control-regex -- colours begin with one
  return { code, output: parts.join("").replace(/\x1b\[[0-9;]*m/g, "") };
}

/** Last words of a script: `N passed, N failed`, and the exit status that goes with them. */
export function finish(passed: number, failed: number): never {
  console.log(`${passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 && passed > 0 ? 0 : 1);
}

function writeAll(bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(Deno.stdout.writeSync(rest));
}

/** Environment in which `deno` is the Deno that runs this. */
function withThisDeno(): Record<string, string> {
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const folder = Deno.execPath().replace(/[\\/][^\\/]*$/, "");
  // Backtraces of Deno's own code tell us nothing.
  return { RUST_BACKTRACE: "0", PATH: `${folder}${separator}${Deno.env.get("PATH") ?? ""}` };
}
