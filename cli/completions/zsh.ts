/**
 * Completions for zsh.
 *
 * @module
 */

import type { Flag, Offered, Positional } from "../flags.ts";
import { excludedBy, mayRepeat, nodesOf, takesValue, type Tree } from "../tree.ts";

/** A script to be a file `_hetpaxos` in `fpath`, or to be sourced after `compinit`. */
export function zshCompletions(programs: readonly Tree[]): string {
  const called = programs.map(({ path }) => path[0]!);
  return `#compdef ${called.join(" ")}
# zsh completion; made by: hetpaxos completions zsh

${programs.flatMap(nodesOf).map(functionOf).join("\n\n")}

_hetpaxos() {
  case "$service" in
${called.map((name) => `    ${name}) ${nameOf([name])} ;;`).join("\n")}
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _hetpaxos "$@"
else
  compdef _hetpaxos ${called.join(" ")}
fi
`;
}

/** Of the function for a command. */
function nameOf(path: readonly string[]): string {
  return `__${path.join("_").replaceAll("-", "_")}`;
}

function functionOf(node: Tree): string {
  return node.children.length > 0 ? groupFunction(node) : programFunction(node);
}

function groupFunction({ path, flags, children }: Tree): string {
  const list = children.map((child) => {
    const name = child.path.at(-1)!;
    return `        ${quoted(`${name}:${child.summary}`)}`;
  });
  const calls = children.map((child) => `        ${child.path.at(-1)}) ${nameOf(child.path)} ;;`);
  return `${nameOf(path)}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C -S ${flags.map((flag) => flagSpec(flag, flags)).join(" ")} \\
    '1:command:->command' '*::argument:->argument'
  case "$state" in
    command)
      local -a commands=(
${list.join("\n")}
      )
      _describe -t commands command commands
      ;;
    argument)
      case "$line[1]" in
${calls.join("\n")}
      esac
      ;;
  esac
}`;
}

function programFunction({ path, flags, positionals }: Tree): string {
  const specs = [
    ...flags.map((flag) => flagSpec(flag, flags)),
    ...positionals.map(positionalSpec),
  ];
  if (specs.length === 0) return `${nameOf(path)}() { _message 'nothing more'; }`;
  return `${nameOf(path)}() {
  _arguments -S \\
    ${specs.join(" \\\n    ")}
}`;
}

function flagSpec(flag: Flag, flags: readonly Flag[]): string {
  const own = spellings(flag);
  const rivals = flags.filter(({ name }) => excludedBy(flag, flags).includes(name));
  const gone = [...rivals.flatMap(spellings), ...mayRepeat(flag) ? [] : own];
  const exclusion = gone.length === 0 ? "" : quoted(`(${gone.join(" ")})`);
  const star = mayRepeat(flag) ? "'*'" : "";
  // "=" after a long name: its value may be the next word, or stand behind an equals sign.
  const written = own.map((name) => takesValue(flag) && name.startsWith("--") ? `${name}=` : name);
  const names = written.length === 1 ? written[0]! : `{${written.join(",")}}`;
  const text = `[${escaped(flag.help).replaceAll(/[[\]]/g, "\\$&")}]${valueSpec(flag)}`;
  return `${exclusion}${star}${names}${quoted(text)}`;
}

function valueSpec(flag: Flag): string {
  if (!("value" in flag)) return "";
  const offers = "offers" in flag ? flag.offers : undefined;
  const choices = flag.kind === "choice" ? flag.choices : undefined;
  return `:${escaped(flag.value)}:${actionOf(choices, offers)}`;
}

function positionalSpec({ name, choices, offers, many }: Positional, index: number): string {
  const place = many ? "*" : String(index + 1);
  return quoted(`${place}:${escaped(name)}:${actionOf(choices, offers)}`);
}

function actionOf(choices: readonly string[] | undefined, offers: Offered | undefined): string {
  if (choices !== undefined) return `(${choices.join(" ")})`;
  return offers === "file" ? "_files" : offers === "folder" ? "_files -/" : "()";
}

function spellings({ name, short }: Flag): string[] {
  return short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`];
}

/** Colons part the fields of a specification. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll(":", "\\:");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
