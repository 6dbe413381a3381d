/**
 * Checks that a spoilt configuration is refused by the right message.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { sample } from "./sample.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

/** What is done to a good configuration, and how the message about it must begin. */
export type Case = readonly [name: string, spoil: (config: Loose) => unknown, message: string];

/** Checks that a text is refused by one line that begins with `message`. */
export function expectMessage(text: string, message: string): void {
  const error = assertThrows(() => loadConfiguration(text, "alice.json"), OperatorError);
  assert(error.message.startsWith(message), `\n${error.message}\ndoes not begin with\n${message}`);
  assert(!error.message.includes("\n"), error.message);
  assertEquals(error.exitStatus, EXIT.configuration);
}

/** Makes a test of each case. */
export function testAll(cases: readonly Case[]): void {
  for (const [name, spoil, message] of cases) {
    Deno.test(`refused: ${name}`, () => {
      const config = sample();
      spoil(config);
      expectMessage(JSON.stringify(config), `alice.json${message}`);
    });
  }
}
