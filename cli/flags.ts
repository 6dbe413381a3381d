/**
 * Flags as a table: what a program declares here is what it accepts, what its help, manual page and
 * completions say, and what the types of the parsed values are.
 *
 * @module
 */

/** What every flag has. */
export interface FlagBase {
  /** Long name without dashes, words joined by dashes; never beginning with "no-". */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** One sentence fragment for the help, without a full stop. */
  readonly help: string;
  /** Names of flags that contradict it: the parser refuses both together, in either order. */
  readonly excludes?: readonly string[];
}

/** What completions may offer for a value beyond the choices: names of files or of folders. */
export type Offered = "file" | "folder";

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

/** Given any number of times, also as in `-vv`; the value is how often. */
export interface CountFlag extends FlagBase {
  /** Tells the kinds of flags apart. */
  readonly kind: "count";
}

/** Any text but the empty one. */
export interface TextFlag extends ValueFlag<string> {
  /** Tells the kinds of flags apart. */
  readonly kind: "text";
  /** What completions offer; nothing if left out. */
  readonly offers?: Offered;
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
  /** What completions offer; nothing if left out. */
  readonly offers?: Offered;
}

/** One row of a program's table of flags. */
export type Flag =
  | BooleanFlag
  | CountFlag
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
  /** The words that may stand here, if there are only a few. */
  readonly choices?: readonly string[];
  /** What completions offer beyond the choices; nothing if left out. */
  readonly offers?: Offered;
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
  : F extends { readonly kind: "count" } ? number
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
