/**
 * Reads the arguments of a program by its table of flags.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import type { Flag, FlagValues, Positional, ProgramSpec } from "./flags.ts";
import { nearest } from "./nearest.ts";

/** What {@linkcode parseFlags} found. */
export interface Parsed<F extends readonly Flag[]> {
  /** By name. */
  readonly flags: FlagValues<F>;
  /** As many as the table of positionals allows. */
  readonly positionals: readonly string[];
}

/**
 * Parses the arguments of a program strictly. Everything after `--` is positional.
 *
 * @throws OperatorError (usage) for a flag that is unknown (with the nearest name), repeated, not
 * given, without its value or with one that is out of range; for a positional too many or too few.
 *
 * @example
 * ```ts
 * import { parseFlags } from "./args.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { flags, positionals } = parseFlags({
 *   name: "acceptor",
 *   summary: "votes",
 *   description: "Votes.",
 *   flags: [{ name: "patience", kind: "duration", value: "TIME", min: 1, max: 60_000, help: "" }],
 *   positionals: [{ name: "CONFIG", help: "the configuration file" }],
 * }, ["--patience", "2s", "alice.json"]);
 * assertEquals(flags.patience, 2000);
 * assertEquals(positionals, ["alice.json"]);
 * ```
 */
export function parseFlags<const F extends readonly Flag[]>(
  spec: ProgramSpec<F>,
  args: readonly string[],
): Parsed<F> {
  const names = spec.flags.map((flag) => flag.name);
  const found = parseArgs(joinValues(spec.flags, args), {
    string: [...names, "_"],
    collect: names,
  });
  refuseContradictions(spec.flags, (name) => Array.isArray(found[name]) && found[name].length > 0);
  const flags: Record<string, unknown> = {};
  for (const flag of spec.flags) {
    flags[flag.name] = readFlag(flag, (found[flag.name] ?? []) as readonly string[]);
  }
  return {
    flags: flags as FlagValues<F>,
    positionals: checkPositionals(spec.positionals ?? [], found._.map(String)),
  };
}

/**
 * Writes every flag as `--name=value`. Left to itself, parseArgs takes what follows a flag for its
 * value or not depending on what it looks like; here the table alone decides, and what is not in
 * the table ends here.
 */
function joinValues(flags: readonly Flag[], args: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") return [...joined, ...args.slice(i)];
    if (!arg.startsWith("-") || arg === "-") {
      joined.push(arg);
      continue;
    }
    const equals = arg.indexOf("=");
    const written = equals === -1 ? arg : arg.slice(0, equals);
    const together = equals === -1 ? letters(flags, written) : [];
    if (together.length > 1) {
      joined.push(...together.map(({ name }) => `--${name}=given`));
      continue;
    }
    const flag = flags.find((row) => written === `--${row.name}` || written === `-${row.short}`);
    if (flag === undefined) throw unknownFlag(flags, written);
    let value = equals === -1 ? undefined : arg.slice(equals + 1);
    if (takesNoValue(flag)) {
      if (value !== undefined) throw usage(written, "takes no value");
      value = "given";
    } else if (value === undefined) {
      const next = args[i + 1];
      if (next !== undefined && !/^-[^0-9]/.test(next)) value = args[++i];
    }
    if (value === undefined || value === "") throw usage(written, `wants a value`);
    joined.push(`--${flag.name}=${value}`);
  }
  return joined;
}

function takesNoValue({ kind }: Flag): boolean {
  return kind === "boolean" || kind === "count";
}

/** The flags of `-vq`: several letters, each of a flag without a value; else none. */
function letters(flags: readonly Flag[], written: string): Flag[] {
  if (!/^-[a-zA-Z]{2,}$/.test(written)) return [];
  const found = [...written.slice(1)].flatMap((letter) =>
    flags.filter((flag) => flag.short === letter && takesNoValue(flag))
  );
  return found.length === written.length - 1 ? found : [];
}

/** Both directions, so that a table may name the pair at either flag. */
function refuseContradictions(flags: readonly Flag[], given: (name: string) => boolean): void {
  for (const flag of flags) {
    const other = flag.excludes?.find((name) => given(flag.name) && given(name));
    if (other !== undefined) throw usage(`--${flag.name}`, `excludes --${other}: give one of them`);
  }
}

function unknownFlag(flags: readonly Flag[], written: string): OperatorError {
  const guess = nearest(written, ["--help", "--version", ...flags.map((row) => `--${row.name}`)]);
  return usage(written, guess === undefined ? "no such flag" : `no such flag: perhaps ${guess}`);
}

function readFlag(flag: Flag, given: readonly string[]): unknown {
  if (flag.kind === "list") return given;
  if (flag.kind === "count") return given.length;
  const where = `--${flag.name}`;
  if (given.length > 1) throw usage(where, "is given more than once");
  const text = given[0];
  if (flag.kind === "boolean") return text !== undefined;
  if (text === undefined) {
    if (flag.required) throw usage(where, `is missing (${flag.value}: ${flag.help})`);
    return flag.default;
  }
  switch (flag.kind) {
    case "text":
      return text;
    case "choice":
      if (flag.choices.includes(text)) return text;
      throw usage(where, `wants one of ${flag.choices.join(", ")}, not "${text}"`);
    case "integer":
      return Number(readWhole(where, text, flag.min, flag.max));
    case "bigint":
      return readWhole(where, text, flag.min, flag.max);
    case "duration":
      return readDuration(where, text, flag.min, flag.max);
  }
}

function readWhole<T extends number | bigint>(where: string, text: string, min: T, max: T): bigint {
  const number = /^-?[0-9]{1,40}$/.test(text) ? BigInt(text) : undefined;
  if (number === undefined || number < min || number > max) {
    throw usage(where, `wants a whole number from ${min} to ${max}, not "${text}"`);
  }
  return number;
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function readDuration(where: string, text: string, min: number, max: number): number {
  const [, digits, unit] = /^([0-9]{1,12})(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(digits) * (UNITS_MS[unit ?? ""] ?? NaN);
  if (!(ms >= min && ms <= max)) {
    const range = `${formatDuration(min)} to ${formatDuration(max)}`;
    throw usage(where, `wants a time from ${range}, with its unit (ms, s, m, h), not "${text}"`);
  }
  return ms;
}

/** Milliseconds in the largest unit that divides them: 90,000 is "90s". */
export function formatDuration(ms: number): string {
  const units = Object.entries(UNITS_MS).reverse();
  const [unit, size] = units.find(([, size]) => ms !== 0 && ms % size === 0) ?? ["ms", 1];
  return `${ms / size}${unit}`;
}

function checkPositionals(rows: readonly Positional[], given: readonly string[]): string[] {
  const missing = rows[given.length];
  if (missing !== undefined && !missing.optional) {
    throw usage(missing.name, `is missing (${missing.help})`);
  }
  if (given.length > rows.length && !rows.at(-1)?.many) {
    throw usage(`"${given[rows.length]}"`, "is one argument too many");
  }
  for (const [i, { name, choices }] of rows.entries()) {
    const text = given[i];
    if (text === undefined || choices === undefined || choices.includes(text)) continue;
    const guess = nearest(text, choices);
    const hint = guess === undefined ? "" : `: perhaps ${guess}`;
    throw usage(name, `wants one of ${choices.join(", ")}, not "${text}"${hint}`);
  }
  return [...given];
}

function usage(where: string, what: string): OperatorError {
  return new OperatorError(EXIT.usage, `${what} (--help shows what there is)`, where);
}
