/**
 * The manual page, in roff's man macros.
 *
 * @module
 */

import { EXIT } from "../lib/wire/operator_error.ts";
import type { ProgramSpec } from "./flags.ts";
import { flagRow, positionalText, usageLine } from "./help.ts";
import { nodesOf, type Tree } from "./tree.ts";
import { VERSION } from "./version.ts";

/** One page about a program and all its commands. */
export function manualPage(tree: Tree): string {
  const [name] = tree.path;
  const commands = nodesOf(tree).filter(({ spec }) => spec !== undefined);
  return [
    `.TH ${name!.toUpperCase()} 1 "" "${name} ${VERSION}" "User Commands"`,
    ".nh",
    ".ad l",
    ".SH NAME",
    `${text(name!)} \\- ${text(tree.summary)}`,
    ".SH SYNOPSIS",
    `.B ${text(name!)}`,
    ".I COMMAND",
    "[FLAGS] [ARGUMENTS]",
    ".SH DESCRIPTION",
    text(tree.description),
    ".SH COMMANDS",
    ...commands.flatMap((node) => section(node, node.spec!)),
    ".SH EXIT STATUS",
    "Every command says above which of these it ends with.",
    ...Object.entries(EXIT).flatMap(([meaning, status]) => [
      ".TP",
      `.B ${status}`,
      text(MEANINGS[meaning as keyof typeof EXIT]),
    ]),
    "",
  ].join("\n");
}

/** In a few words, for all commands alike. */
const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "done, or stopped by a signal",
  internal: "a fault of the program: please report it",
  usage: "a flag or argument is wrong",
  configuration: "a configuration file, key, certificate or trace is wrong",
  resource: "a port cannot be used, a file not be read or written, a permission is missing",
  identityInUse: "another process runs as this acceptor",
  disagreement: "learners that should agree decided differently",
  timeout: "what was waited for did not happen in time",
  evidence: "evidence proves nothing",
  difference: "a step does something else than a trace says",
  starved: "a learner is starved, all others have decided",
  lost: "another value than the one proposed was decided",
  clusterState: "there is no such local cluster, or its state does not permit this",
  stuck: "a learner cannot decide now",
};

function section({ path, description }: Tree, spec: ProgramSpec): string[] {
  const called = path.join(" ");
  const terms = (rows: readonly { readonly term: string; readonly text: string }[]) =>
    rows.flatMap(({ term, text: words }) => [".TP", `.B ${text(term.trim())}`, text(words)]);
  return [
    `.SS ${text(path.slice(1).join(" "))}`,
    text(usageLine(called, spec).replace("Usage: ", "")),
    ".PP",
    text(description),
    ...terms((spec.positionals ?? []).map((row) => ({
      term: row.name,
      text: positionalText(row),
    }))),
    ...terms(spec.flags.map(flagRow)),
    ...(spec.examples ?? []).flatMap(({ args, does }) => [
      ".PP",
      text(does),
      ".PP",
      ".in +4n",
      ".nf",
      text(`${called} ${args}`),
      ".fi",
      ".in",
    ]),
    ...terms((spec.exits ?? []).map(({ status, means }) => ({
      term: `status ${status}`,
      text: means,
    }))),
  ];
}

/** Text that means nothing to roff. */
function text(words: string): string {
  const plain = words.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll('"', "\\(dq")
    .replaceAll("'", "\\(aq").replaceAll("`", "\\(ga").replaceAll("~", "\\(ti")
    .replaceAll(/[^ -~]/gu, (char) => `\\[u${hexOf(char).padStart(4, "0")}]`);
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}

function hexOf(char: string): string {
  return char.codePointAt(0)!.toString(16).toUpperCase();
}
