/**
 * Traces of files and of standard input, line by line.
 *
 * @module
 */

import { reasonOf } from "../../lib/config/config_files.ts";
import { standardInput } from "../../lib/config/stdin.ts";
import { TraceError } from "../../lib/trace/field.ts";
import { LineSplitter } from "../../lib/trace/lines.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";

/** What a file is called in messages. */
export function nameOfTrace(file: string): string {
  return file === "-" ? "<stdin>" : file;
}

/** What is done with a trace. */
export interface TraceReader<T> {
  /** Takes a line; what it returns, if anything, ends the reading. */
  take(line: string): T | undefined;
  /** Takes what follows the last line break; says if that is something, but not a whole line. */
  takeRest(rest: string): T | "cut off" | undefined;
  /** Told how many bytes have come. */
  tell?(bytes: number): void;
}

/**
 * Reads a trace; memory does not grow with it.
 *
 * @param file `-` is standard input.
 * @returns what the reader has returned; undefined if it has come to the end.
 * @throws OperatorError if the file cannot be read, is no trace, or has no line.
 */
export async function readTrace<T>(
  file: string,
  { take, takeRest, tell }: TraceReader<T>,
): Promise<T | "cut off" | undefined> {
  const name = nameOfTrace(file);
  const splitter = new LineSplitter();
  let lines = 0;
  try {
    const readable = file === "-" ? standardInput("a trace") : (await Deno.open(file)).readable;
    for await (const chunk of readable) {
      for (const line of splitter.push(chunk)) {
        lines++;
        const found = take(line);
        if (found !== undefined) return found;
      }
      tell?.(chunk.length);
    }
    const found = takeRest(splitter.rest);
    if (lines > 0 || splitter.rest !== "" && found !== "cut off") return found;
    throw new OperatorError(EXIT.configuration, "holds no whole line of a trace", name);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    if (error instanceof TraceError) {
      throw new OperatorError(EXIT.configuration, error.message, name);
    }
    throw new OperatorError(EXIT.resource, `cannot be read: ${reasonOf(error)}`, name);
  }
}
