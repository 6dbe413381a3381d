/**
 * Files that a command makes.
 *
 * @module
 */

import { reasonOf } from "../../lib/config/config_files.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";

/** Writes a file. @throws OperatorError (resource) if that is refused. */
export function writeNewText(file: string, text: string): void {
  try {
    Deno.writeTextFileSync(file, text);
  } catch (error) {
    throw new OperatorError(EXIT.resource, `cannot be written: ${reasonOf(error)}`, file);
  }
}
