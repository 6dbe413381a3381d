/**
 * Completions for fish.
 *
 * @module
 */

import type { Flag, Offered } from "../flags.ts";
import { excludedBy, nodesOf, takesValue, type Tree } from "../tree.ts";

/** A script to be a file `hetpaxos.fish` in a folder of completions, or to be sourced. */
export function fishCompletions(programs: readonly Tree[]): string {
  const valued = programs.flatMap(nodesOf).flatMap(({ flags }) => flags.filter(takesValue));
  const written = [
    ...new Set(valued.flatMap(({ name, short }) => [
      `--${name}`,
      ...short === undefined ? [] : [`-${short}`],
    ])),
  ];
  const lines = programs.flatMap((program) => [
    `complete -c ${program.path[0]} -f`,
    ...nodesOf(program).flatMap((node) => linesOf(program.path[0]!, node)),
  ]);
  return `# fish completion; made by: hetpaxos completions fish

# The words of the command line that are neither flags nor their values.
function __hetpaxos_words
    set -l words
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip -eq 1
            set skip 0
        else if contains -- $word ${written.join(" ")}
            set skip 1
        else if not string match -q -- '-*' $word
            set -a words $word
        end
    end
    printf '%s\\n' $words
end

# Whether the words are exactly these.
function __hetpaxos_is
    set -l words (__hetpaxos_words)
    test "$words" = "$argv"
end

# Whether the words begin with these.
function __hetpaxos_in
    set -l words (__hetpaxos_words)
    set -l wanted (count $argv)
    test $wanted -eq 0; and return 0
    test (count $words) -ge $wanted; and test "$words[1..$wanted]" = "$argv"
end

${lines.join("\n")}
`;
}

function linesOf(program: string, { path, flags, positionals, children }: Tree): string[] {
  const words = path.slice(1).join(" ");
  // A group's own flags come before the command.
  const here = children.length > 0 ? `__hetpaxos_is ${words}` : `__hetpaxos_in ${words}`;
  const start = `complete -c ${program}`;
  return [
    ...children.map((child) =>
      `${start} -n '__hetpaxos_is ${words}' -a ${child.path.at(-1)} -d ${quoted(child.summary)}`
    ),
    ...flags.map((flag) => `${start} -n ${quoted(condition(here, flag, flags))} ${flagOf(flag)}`),
    ...positionals.flatMap(({ choices, offers }) => {
      const offered = offer(choices, offers);
      return offered === "" ? [] : [`${start} -n '${here}' ${offered}`];
    }),
  ];
}

/**
 * A flag is offered while nothing contradicts it. That it has been given is no reason to offer it no
 * more: fish would not know its values then.
 */
function condition(here: string, flag: Flag, flags: readonly Flag[]): string {
  const gone = flags.filter(({ name }) => excludedBy(flag, flags).includes(name));
  if (gone.length === 0) return here;
  const written = gone.map(({ name, short }) => short === undefined ? name : `-s ${short} ${name}`);
  return `${here}; and not __fish_contains_opt ${written.join(" ")}`;
}

function flagOf(flag: Flag): string {
  const short = flag.short === undefined ? "" : `-s ${flag.short} `;
  const choices = flag.kind === "choice" ? flag.choices : undefined;
  const offers = "offers" in flag ? flag.offers : undefined;
  const value = takesValue(flag) ? ` ${offer(choices, offers) || "-x"}` : "";
  return `${short}-l ${flag.name}${value} -d ${quoted(flag.help)}`;
}

function offer(choices: readonly string[] | undefined, offers: Offered | undefined): string {
  if (choices !== undefined) return `-x -a ${quoted(choices.join(" "))}`;
  if (offers === "file") return "-r -F";
  return offers === "folder" ? "-x -a '(__fish_complete_directories (commandline -ct))'" : "";
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
