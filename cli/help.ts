/**
 * Help texts, made from the tables that the parsers use.
 *
 * @module
 */

import configuration from "../deno.json" with { type: "json" };
import { type Flag, formatDuration, type Positional, type ProgramSpec } from "./args.ts";

/** The version of all programs. */
export const VERSION: string = configuration.version;

/** Columns of a help text. */
const WIDTH = 88;

interface Row {
  readonly term: string;
  readonly text: string;
}

const STANDARD_ROWS: readonly Row[] = [
  { term: "-h, --help", text: "show this help and exit" },
  { term: "-V, --version", text: "show the version and exit" },
];

/** The help of one program: usage, a paragraph, arguments, flags, examples, exit statuses. */
export function renderHelp(program: string, spec: ProgramSpec): string {
  const positionals = spec.positionals ?? [];
  const usage = [program, "[FLAGS]", ...positionals.map(usageOf)].join(" ");
  const examples = (spec.examples ?? []).flatMap(({ args, does }) => [
    `  ${program} ${args}`,
    ...wrap(does, WIDTH - 6).map((line) => `      ${line}`),
  ]);
  const exits = (spec.exits ?? []).map(({ status, means }) => ({
    term: String(status),
    text: means,
  }));
  return join([
    [`Usage: ${usage}`],
    wrap(spec.description, WIDTH),
    section("Arguments", table(positionals.map(({ name, help }) => ({ term: name, text: help })))),
    section("Flags", table([...spec.flags.map(flagRow), ...STANDARD_ROWS])),
    section("Examples", examples),
    section("Exit statuses", table(exits)),
  ]);
}

/** The help of a program that has sub-commands. */
export function renderGroupHelp(
  program: string,
  description: string,
  commands: readonly { readonly name: string; readonly summary: string }[],
): string {
  return join([
    [`Usage: ${program} COMMAND [FLAGS] [ARGUMENTS]`],
    wrap(description, WIDTH),
    section(
      "Commands",
      table(commands.map(({ name, summary }) => ({ term: name, text: summary }))),
    ),
    section("Flags", table(STANDARD_ROWS)),
    [`${program} COMMAND --help says more about one of them.`],
  ]);
}

function usageOf({ name, optional, many }: Positional): string {
  const shown = many ? `${name}...` : name;
  return optional ? `[${shown}]` : shown;
}

function flagRow(flag: Flag): Row {
  const value = flag.kind === "boolean" ? "" : ` ${flag.value}`;
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  return { term: `${short}--${flag.name}${value}`, text: [flag.help, ...remarks(flag)].join("; ") };
}

function remarks(flag: Flag): string[] {
  if (flag.kind === "boolean") return [];
  if (flag.kind === "list") return ["may be repeated"];
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
function table(rows: readonly Row[]): string[] {
  const column = Math.min(34, Math.max(0, ...rows.map(({ term }) => term.length)) + 4);
  return rows.flatMap(({ term, text }) => {
    const lines = wrap(text, WIDTH - column);
    const head = `  ${term}`;
    const rest = lines.map((line) => " ".repeat(column) + line);
    if (head.length + 1 >= column) return [head, ...rest];
    return [head.padEnd(column) + (lines[0] ?? ""), ...rest.slice(1)];
  });
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines];
}

function wrap(text: string, width: number): string[] {
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
