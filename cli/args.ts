/**
 * Flags as a table: what a program declares here is what it accepts, what its help says and what
 * the types of the parsed values are.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { nearest } from "./nearest.ts";

/** What every flag has. */
export interface FlagBase {
  /** Long name without dashes, words joined by dashes; never beginning with "no-". */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** One sentence fragment for the help, without a full stop. */
  readonly help: string;
}

/** What every flag with a single value has. */
export interface ValueFlag<T> extends FlagBase {
  /** What stands for the value in the help: "FILE". */
  readonly value: string;
  /** What holds if the flag is not given. */
  readonly default?: T;
  /** Whether it must be given. */
  readonly required?: boolean;
}

/** Given or not. */
export interface BooleanFlag extends FlagBase {
  /** Tells the kinds of flags apart. */
  readonly kind: "boolean";
}

/** Any text but the empty one. */
export interface TextFlag extends ValueFlag<string> {
  /** Tells the kinds of flags apart. */
  readonly kind: "text";
}

/** One of a few words. */
export interface ChoiceFlag extends ValueFlag<string> {
  /** Tells the kinds of flags apart. */
  readonly kind: "choice";
  /** The words. */
  readonly choices: readonly string[];
}

/** A whole number, both bounds included. */
export interface IntegerFlag extends ValueFlag<number> {
  /** Tells the kinds of flags apart. */
  readonly kind: "integer";
  /** The least value. */
  readonly min: number;
  /** The greatest value. */
  readonly max: number;
}

/** A whole number that may exceed 2^53, both bounds included. */
export interface BigintFlag extends ValueFlag<bigint> {
  /** Tells the kinds of flags apart. */
  readonly kind: "bigint";
  /** The least value. */
  readonly min: bigint;
  /** The greatest value. */
  readonly max: bigint;
}

/** A time with its unit (`500ms`, `5s`, `2m`, `1h`); the value is in milliseconds. */
export interface DurationFlag extends ValueFlag<number> {
  /** Tells the kinds of flags apart. */
  readonly kind: "duration";
  /** The least value, in milliseconds. */
  readonly min: number;
  /** The greatest value, in milliseconds. */
  readonly max: number;
}

/** Text that may be given several times; in the order given, empty if never. */
export interface ListFlag extends FlagBase {
  /** Tells the kinds of flags apart. */
  readonly kind: "list";
  /** What stands for one value in the help: "NAME". */
  readonly value: string;
}

/** One row of a program's table of flags. */
export type Flag =
  | BooleanFlag
  | TextFlag
  | ChoiceFlag
  | IntegerFlag
  | BigintFlag
  | DurationFlag
  | ListFlag;

/** An argument that is not a flag. Only the last may be optional or many. */
export interface Positional {
  /** As the help shows it: "CONFIG". */
  readonly name: string;
  /** One sentence fragment for the help, without a full stop. */
  readonly help: string;
  /** Whether it may be left out. */
  readonly optional?: boolean;
  /** Takes all that follow as well. */
  readonly many?: boolean;
}

/** What a program accepts. */
export interface ProgramSpec<F extends readonly Flag[] = readonly Flag[]> {
  /** As a sub-command: "acceptor". */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** One paragraph for the help. */
  readonly description: string;
  /** The table of flags; `--help` and `--version` need no row. */
  readonly flags: F;
  /** Arguments that are not flags, in order. */
  readonly positionals?: readonly Positional[];
  /** Arguments to show after the program's name, and what they do. */
  readonly examples?: readonly { readonly args: string; readonly does: string }[];
  /** Exit statuses to explain. */
  readonly exits?: readonly { readonly status: number; readonly means: string }[];
}

/** The type of one value of a flag of kind `K`. */
export type ValueOf<K extends Flag["kind"]> = K extends "integer" | "duration" ? number
  : K extends "bigint" ? bigint
  : string;

/** The type of a flag's value: undefined only where neither given nor defaulted is possible. */
export type FlagValue<F extends Flag> = F extends { readonly kind: "boolean" } ? boolean
  : F extends { readonly kind: "list" } ? readonly string[]
  : F extends { readonly kind: "choice"; readonly choices: readonly (infer C)[] }
    ? C | (F extends { readonly default: string } | { readonly required: true } ? never : undefined)
  : F extends { readonly default: ValueOf<F["kind"]> } | { readonly required: true }
    ? ValueOf<F["kind"]>
  : ValueOf<F["kind"]> | undefined;

/** Values of all flags by name. */
export type FlagValues<F extends readonly Flag[]> = {
  readonly [Row in F[number] as Row["name"]]: FlagValue<Row>;
};

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
    const flag = flags.find((row) => written === `--${row.name}` || written === `-${row.short}`);
    if (flag === undefined) throw unknownFlag(flags, written);
    let value = equals === -1 ? undefined : arg.slice(equals + 1);
    if (flag.kind === "boolean") {
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

function unknownFlag(flags: readonly Flag[], written: string): OperatorError {
  const guess = nearest(written, ["--help", "--version", ...flags.map((row) => `--${row.name}`)]);
  return usage(written, guess === undefined ? "no such flag" : `no such flag: perhaps ${guess}`);
}

function readFlag(flag: Flag, given: readonly string[]): unknown {
  if (flag.kind === "list") return given;
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
  return [...given];
}

function usage(where: string, what: string): OperatorError {
  return new OperatorError(EXIT.usage, `${what} (--help shows what there is)`, where);
}
