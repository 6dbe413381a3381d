/**
 * Completions for bash, version 4 or newer.
 *
 * @module
 */

import type { Flag, Offered, Positional } from "../flags.ts";
import { excludedBy, mayRepeat, nodesOf, takesValue, type Tree } from "../tree.ts";

/** A script to be sourced, for programs that each have their own tree. */
export function bashCompletions(programs: readonly Tree[]): string {
  const nodes = programs.flatMap(nodesOf);
  const cases = (rows: readonly string[]) => rows.join("\n");
  return `# bash completion for ${names(programs)}; made by: hetpaxos completions bash

# What can follow, by the words of the command: its commands, flags, and kinds of arguments.
__hetpaxos_at() {
  commands= flags= arguments=
  case "$1" in
${cases(nodes.map(nodeCase))}
  esac
}

# What a flag is followed by: nothing if it is empty, else words, "file:", "folder:" or "any:".
__hetpaxos_value() {
  case "$1 $2" in
${cases(nodes.flatMap(valueCases))}
    *) value= ;;
  esac
}

# Flags that a flag rules out, itself included unless it may be repeated.
__hetpaxos_excluded() {
  case "$1 $2" in
${cases(nodes.flatMap(excludedCases))}
    *) excluded= ;;
  esac
}
${BODY}
complete -F __hetpaxos ${programs.map(({ path }) => path[0]).join(" ")}
`;
}

function names(programs: readonly Tree[]): string {
  return programs.map(({ path }) => path[0]).join(", ");
}

function nodeCase({ path, children, flags, positionals }: Tree): string {
  const commands = children.map((child) => child.path.at(-1)).join(" ");
  const written = flags.flatMap(spellings).join(" ");
  const kinds = positionals.map(kindOf).join(" ");
  return `    "${
    path.join(" ")
  }") commands="${commands}" flags="${written}" arguments="${kinds}" ;;`;
}

/** What an argument can be, in one word; "…" after it: and all that follow. */
function kindOf({ choices, offers, many }: Positional): string {
  const kind = choices === undefined ? `${offers ?? "any"}:` : choices.join(",");
  return many ? `${kind}…` : kind;
}

function valueCases({ path, flags }: Tree): string[] {
  return flags.filter(takesValue).map((flag) =>
    `    ${patterns(path, flag)}) value="${valueOf(flag)}" ;;`
  );
}

function valueOf(flag: Flag): string {
  if (flag.kind === "choice") return flag.choices.join(" ");
  const offers: Offered | undefined = "offers" in flag ? flag.offers : undefined;
  return `${offers ?? "any"}:`;
}

function excludedCases({ path, flags }: Tree): string[] {
  return flags.flatMap((flag) => {
    const others = excludedBy(flag, flags);
    const gone = flags.filter((row) =>
      others.includes(row.name) || row.name === flag.name && !mayRepeat(row)
    );
    if (gone.length === 0) return [];
    return [`    ${patterns(path, flag)}) excluded="${gone.flatMap(spellings).join(" ")}" ;;`];
  });
}

function patterns(path: readonly string[], flag: Flag): string {
  return spellings(flag).map((written) => `"${[...path, written].join(" ")}"`).join(" | ");
}

function spellings({ name, short }: Flag): string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
}

// No external program and no bash-completion package is needed. bash takes "=" for a word of its
// own where it is among COMP_WORDBREAKS, as it usually is.
const BODY = `
__hetpaxos_offer() {
  case "$1" in
    file:) compopt -o filenames; COMPREPLY=($(compgen -f -- "$2")) ;;
    folder:) compopt -o filenames; COMPREPLY=($(compgen -d -- "$2")) ;;
    any:) COMPREPLY=() ;;
    *) COMPREPLY=($(compgen -W "$1" -- "$2")) ;;
  esac
}

__hetpaxos() {
  local IFS=$' \\t\\n' path="\${COMP_WORDS[0]##*/}" current="\${COMP_WORDS[COMP_CWORD]}"
  local commands flags arguments value excluded word flag= only= gone= count=0 i
  [[ $current == "=" ]] && current=
  __hetpaxos_at "$path"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n $flag && $word == "=" ]]; then continue; fi
    if [[ -n $flag ]]; then flag=; continue; fi
    if [[ -z $only && $word == "--" ]]; then only=yes; continue; fi
    if [[ -z $only && $word == -?* ]]; then
      __hetpaxos_excluded "$path" "\${word%%=*}"
      gone+=" $excluded"
      __hetpaxos_value "$path" "\${word%%=*}"
      [[ -n $value && $word != *=* ]] && flag="$word"
      continue
    fi
    if [[ " $commands " == *" $word "* ]]; then
      path+=" $word"
      __hetpaxos_at "$path"
    else
      ((count++))
    fi
  done
  if [[ -n $flag ]]; then
    __hetpaxos_value "$path" "$flag"
    __hetpaxos_offer "$value" "$current"
    return
  fi
  if [[ -z $only && $current == -* ]]; then
    local offered=
    for word in $flags; do
      [[ " $gone " == *" $word "* ]] || offered+=" $word"
    done
    __hetpaxos_offer "$offered" "$current"
    return
  fi
  if [[ -n $commands ]]; then
    __hetpaxos_offer "$commands" "$current"
    return
  fi
  local kinds=($arguments) kind
  kind="\${kinds[count]}"
  if [[ -z $kind && \${#kinds[@]} -gt 0 && \${kinds[-1]} == *… ]]; then kind="\${kinds[-1]}"; fi
  kind="\${kind%…}"
  COMPREPLY=()
  [[ -n $kind ]] && __hetpaxos_offer "\${kind//,/ }" "$current"
}
`;
