/**
 * Standard input. Whoever reads it reads it here, so that a person at a terminal is told what the
 * program waits for.
 *
 * @module
 */

import { platform } from "node:process";

/** Where it comes from and where a person is told. */
export interface StdinHost {
  /** The bytes, and whether a person types them. */
  readonly stdin: {
    readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
    isTerminal(): boolean;
  };
  /** Where the log goes. */
  readonly stderr: { writeSync(bytes: Uint8Array): number; isTerminal(): boolean };
}

/**
 * The bytes of standard input, to be read once. If it is a terminal, one line on standard error says
 * so first: as text on a terminal, as JSON (`"event":"waiting"`) elsewhere.
 *
 * @param what What is expected, after "reading": "the configuration".
 */
export function standardInput(
  what: string,
  { stdin, stderr }: StdinHost = Deno,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (stdin.isTerminal()) {
    const end = platform === "win32" ? "Ctrl-Z and Enter" : "Ctrl-D";
    const message = `reading ${what} from this terminal; ${end} ends it, Ctrl-C stops the program`;
    const line = stderr.isTerminal() ? message : JSON.stringify({
      event: "waiting",
      time: new Date().toISOString(),
      level: "warn",
      message,
    });
    try {
      stderr.writeSync(new TextEncoder().encode(`${line}\n`));
    } catch {
      // Nobody can be told; what is typed still counts.
    }
  }
  return stdin.readable;
}
