/**
 * The value to propose.
 *
 * @module
 */

import type { Configuration } from "../../lib/config/configuration.ts";
import { standardInput } from "../../lib/config/stdin.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { reasonOf } from "../../lib/wire/os_reason.ts";

/**
 * The value that the flags, else the configuration, give.
 *
 * @throws OperatorError if there is none, two, or one that is empty, too large or not readable.
 */
export async function readValue(
  { value, file }: { readonly value: string | undefined; readonly file: string | undefined },
  { proposal, source, limits }: Pick<Configuration, "proposal" | "source" | "limits">,
): Promise<Uint8Array> {
  const { valueBytesMax } = limits;
  if (value !== undefined) {
    return checked(new TextEncoder().encode(value), valueBytesMax, "--value");
  }
  if (file !== undefined) return checked(await read(file, valueBytesMax), valueBytesMax, "--file");
  if (proposal !== undefined) return checked(proposal, valueBytesMax, `${source}: proposal`);
  throw new OperatorError(
    EXIT.usage,
    `there is nothing to propose: give --value or --file, or a proposal in ${source}`,
  );
}

function checked(value: Uint8Array, bytesMax: number, where: string): Uint8Array {
  if (value.length === 0) throw new OperatorError(EXIT.usage, "the value is empty", where);
  if (value.length > bytesMax) {
    const what = `the value is larger than ${bytesMax} bytes; limits.valueBytesMax sets the bound`;
    throw new OperatorError(EXIT.usage, what, where);
  }
  return value;
}

/** Reads a file, or standard input, but never much more than the bound. */
async function read(file: string, bytesMax: number): Promise<Uint8Array> {
  try {
    const readable = file === "-"
      ? standardInput("the value to propose")
      : (await Deno.open(file)).readable;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of readable) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > bytesMax) break;
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  } catch (error) {
    throw new OperatorError(EXIT.resource, `cannot be read: ${reasonOf(error)}`, file);
  }
}
