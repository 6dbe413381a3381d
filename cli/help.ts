/**
 * Help texts, made from the tables that the parsers use.
 *
 * @module
 */

import { formatDuration } from "./args.ts";
import type { Flag, Positional, ProgramSpec } from "./flags.ts";

/** A row of a table: what is explained, and the explanation. */
export interface Row {
  /** Never broken over lines. */
  readonly term: string;
  /** One sentence fragment. */
  readonly text: string;
}

/** What every program accepts without a row in its table. */
export const STANDARD_FLAGS: readonly Flag[] = [
  { name: "help", short: "h", kind: "boolean", help: "show this help and exit" },
  { name: "version", short: "V", kind: "boolean", help: "show the version and exit" },
];

/**
 * The help of one program: usage, a paragraph, arguments, flags, examples, exit statuses.
 *
 * @param columns No line is longer, unless a word is.
 */
export function renderHelp(program: string, spec: ProgramSpec, columns: number): string {
  const positionals = spec.positionals ?? [];
  const examples = (spec.examples ?? []).flatMap(({ args, does }) => [
    ...command(`${program} ${args}`, columns),
    ...wrap(does, columns - 6).map((line) => `      ${line}`),
  ]);
  const exits = (spec.exits ?? []).map(({ status, means }) => ({
    term: String(status),
    text: means,
  }));
  const rows = positionals.map((row) => ({ term: row.name, text: positionalText(row) }));
  return join([
    hanging(usageLine(program, spec), columns),
    wrap(spec.description, columns),
    section("Arguments", table(rows, columns)),
    section("Flags", table([...spec.flags, ...STANDARD_FLAGS].map(flagRow), columns)),
    section("Examples", examples),
    section("Exit statuses", table(exits, columns)),
  ]);
}

/** `Usage: ` and what a program takes, in one line. */
export function usageLine(program: string, { positionals = [] }: ProgramSpec): string {
  return ["Usage:", program, "[FLAGS]", ...positionals.map(usageOf)].join(" ");
}

/** What the help says of an argument. */
export function positionalText({ help, choices }: Positional): string {
  return choices === undefined ? help : `${help}; one of ${choices.join(", ")}`;
}

/**
 * The help of a program that has sub-commands.
 *
 * @param columns No line is longer, unless a word is.
 */
export function renderGroupHelp(
  program: string,
  description: string,
  commands: readonly { readonly name: string; readonly summary: string }[],
  columns: number,
): string {
  const rows = commands.map(({ name, summary }) => ({ term: name, text: summary }));
  return join([
    hanging(`Usage: ${program} COMMAND [FLAGS] [ARGUMENTS]`, columns),
    wrap(description, columns),
    section("Commands", table(rows, columns)),
    section("Flags", table(STANDARD_FLAGS.map(flagRow), columns)),
    wrap(`${program} help COMMAND says more about one of them.`, columns),
  ]);
}

function usageOf({ name, optional, many }: Positional): string {
  const shown = many ? `${name}...` : name;
  return optional ? `[${shown}]` : shown;
}

/** A flag as the help shows it: how it is written, and what it does. */
export function flagRow(flag: Flag): Row {
  const value = "value" in flag ? ` ${flag.value}` : "";
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  const not = flag.excludes?.map((name) => `--${name}`).join(", ");
  const notes = not === undefined ? remarks(flag) : [...remarks(flag), `not with ${not}`];
  return { term: `${short}--${flag.name}${value}`, text: [flag.help, ...notes].join("; ") };
}

function remarks(flag: Flag): string[] {
  if (flag.kind === "boolean") return [];
  if (flag.kind === "list" || flag.kind === "count") return ["may be repeated"];
  const notes: string[] = [];
  if (flag.kind === "choice") notes.push(`one of ${flag.choices.join(", ")}`);
  if (flag.required) notes.push("required");
  if (flag.default !== undefined) {
    const shown = flag.kind === "duration" ? formatDuration(flag.default) : String(flag.default);
    notes.push(`default ${shown}`);
  }
  return notes;
}

/** Terms in one column, texts wrapped in the next. */
function table(rows: readonly Row[], columns: number): string[] {
  const widest = Math.max(0, ...rows.map(({ term }) => term.length)) + 4;
  const column = Math.min(34, widest, Math.floor(columns * 0.4));
  return rows.flatMap(({ term, text }) => {
    const lines = wrap(text, columns - column);
    const head = `  ${term}`;
    const rest = lines.map((line) => " ".repeat(column) + line);
    if (head.length + 1 >= column) return [head, ...rest];
    return [head.padEnd(column) + (lines[0] ?? ""), ...rest.slice(1)];
  });
}

/** A line whose continuations stand further to the right. */
function hanging(text: string, columns: number): string[] {
  return wrap(text, columns - 8).map((line, i) => i === 0 ? line : `        ${line}`);
}

/** A command line, to be pasted: where it goes on, the shell is told. */
function command(text: string, columns: number): string[] {
  const lines = wrap(text, columns - 8);
  return lines.map((line, i) =>
    `${i === 0 ? "  " : "      "}${line}${i === lines.length - 1 ? "" : " \\"}`
  );
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines];
}

/** Lines of whole words. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((word) => word !== "")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

function join(blocks: readonly (readonly string[])[]): string {
  return blocks.filter((block) => block.length > 0).map((block) => block.join("\n")).join("\n\n") +
    "\n";
}
