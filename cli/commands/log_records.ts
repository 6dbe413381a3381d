/**
 * Records to be appended, from a file or standard input.
 *
 * @module
 */

import { standardInput } from "../../lib/config/stdin.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { reasonOf } from "../../lib/wire/os_reason.ts";

const NEWLINE = 10;

/** A piece of the input. */
export interface InputRecord {
  readonly payload: Uint8Array;
  /** Its line, from 1; 1 for a file that is one record. */
  readonly line: number;
}

/** What standard input is called in messages. */
export function nameOfInput(file: string): string {
  return file === "-" ? "<stdin>" : file;
}

/**
 * The lines of an input without their ends, or all of it as one. Holds one in memory at a time.
 *
 * @param bytesMax Of one; a longer one is refused with its line.
 * @throws OperatorError (resource) if it cannot be read, (usage) for one that is too long.
 */
export async function* inputRecords(
  file: string,
  isWhole: boolean,
  bytesMax: number,
): AsyncGenerator<InputRecord> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  let line = 1;
  const add = (part: Uint8Array) => {
    bytes += part.length;
    if (bytes > bytesMax) {
      const what = `is longer than ${bytesMax} bytes, which log.batchBytesMax leaves for a record`;
      throw new OperatorError(EXIT.usage, what, `${nameOfInput(file)}:${line}`);
    }
    held.push(part);
  };
  const take = (): InputRecord => {
    const record = { payload: joined(held, bytes), line: line++ };
    held = [];
    bytes = 0;
    return record;
  };
  for await (const chunk of chunksOf(file)) {
    let from = 0;
    if (!isWhole) {
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        add(chunk.subarray(from, at));
        yield take();
        from = at + 1;
      }
    }
    if (from < chunk.length) add(chunk.slice(from));
  }
  if (bytes > 0 || isWhole) yield take();
}

async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    const readable = file === "-"
      ? standardInput("the records to append")
      : (await Deno.open(file)).readable;
    yield* readable;
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(EXIT.resource, `cannot be read: ${reasonOf(error)}`, file);
  }
}

function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
