/**
 * What end-to-end tests expect of programs.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { EXIT } from "../../lib/wire/operator_error.ts";
import type { Line } from "./lines.ts";
import type { Ended, Program } from "./program.ts";

/** Waits until a program has ended well; returns the decisions that it printed. */
export async function succeeds(program: Program): Promise<Line[]> {
  const { code, signal, err } = await program.ended;
  assertEquals({ code, signal }, { code: 0, signal: null }, `${program.title}: ${err}`);
  return program.out.all.filter(({ event }) => event === "decision");
}

/**
 * Waits until a proposer has ended, whether its own value was decided or another; returns the
 * decisions that it printed, each of which says which it was.
 */
export async function decides(program: Program): Promise<Line[]> {
  const { code, signal, err } = await program.ended;
  const decisions = program.out.all.filter(({ event }) => event === "decision");
  const lost = decisions.some(({ proposed }) => proposed === false);
  const expected = lost ? EXIT.lost : EXIT.ok;
  assertEquals({ code, signal }, { code: expected, signal: null }, `${program.title}: ${err}`);
  assertEquals(decisions.every(({ proposed }) => typeof proposed === "boolean"), true);
  return decisions;
}

/** The values of decisions, in order. */
export function valuesOf(decisions: readonly Line[]): string[] {
  return decisions.map(({ value }) => String(value));
}

/**
 * A program ended with a status and one line on standard error, as text or as JSON, and printed
 * nothing else. `pattern` is what the line says as text.
 */
export function assertOneLine({ code, out, err }: Ended, status: number, pattern: RegExp): void {
  const lines = err.split("\n");
  const seen = `status ${code}, stdout ${JSON.stringify(out)}, stderr ${JSON.stringify(err)}`;
  assertEquals(code, status, seen);
  assertEquals(out, "", seen);
  assertEquals([lines.length, lines[1]], [2, ""], `one line on standard error; ${seen}`);
  assertEquals(pattern.test(asText(lines[0]!, status)), true, `${pattern}; ${seen}`);
}

function asText(line: string, status: number): string {
  if (!line.startsWith("{")) return line;
  const { event, level, time, program, message, ...more } = JSON.parse(line);
  assertEquals({ event, level, ...more }, { event: "fatal", level: "error", status }, line);
  assertMatch(time, /^\d{4}-.*Z$/);
  return `${program}: ${message}`;
}
