/**
 * Completions for shells, and the manual page: what the tables of flags say, for other readers.
 *
 * @module
 */

import { EXIT } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { bashCompletions } from "../completions/bash.ts";
import { fishCompletions } from "../completions/fish.ts";
import { zshCompletions } from "../completions/zsh.ts";
import { manualPage } from "../manual.ts";
import { writeText } from "../output.ts";
import { type Tree, treeOf, withHelp } from "../tree.ts";

/** Names of the shells, and what makes a script for each. */
const SHELLS: Readonly<Record<string, (programs: readonly Tree[]) => string>> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

/** Sub-commands that are programs of their own too. */
const STANDALONE = ["acceptor", "learner", "proposer"];

/** The trees of all programs that are shipped. */
export async function programTrees(): Promise<Tree[]> {
  const { hetpaxos } = await import("../hetpaxos.ts");
  const all = await treeOf(hetpaxos, ["hetpaxos"]);
  const alone = all.children.filter(({ path }) => STANDALONE.includes(path[1]!))
    .map((tree) => ({ ...tree, path: [`hetpaxos-${tree.path[1]}`] }));
  return [all, ...alone];
}

/** Prints completions for a shell, or the manual page. */
export const completions: Command = defineCommand({
  name: "completions",
  summary: "Print what makes a shell complete commands and flags",
  description:
    "Prints a script that makes a shell complete all commands, flags, their values and names of " +
    "files, for hetpaxos, hetpaxos-acceptor, hetpaxos-learner and hetpaxos-proposer. It is made " +
    "from the same tables as this help.",
  flags: [],
  positionals: [{ name: "SHELL", help: "the shell", choices: Object.keys(SHELLS) }],
  examples: [
    { args: "bash > ~/.local/share/bash-completion/completions/hetpaxos", does: "for bash" },
    { args: "zsh > ~/.zfunc/_hetpaxos", does: "for zsh, with ~/.zfunc in fpath before compinit" },
    { args: "fish > ~/.config/fish/completions/hetpaxos.fish", does: "for fish" },
  ],
  exits: [
    { status: EXIT.ok, means: "printed" },
    { status: EXIT.usage, means: "there is no such shell" },
    { status: EXIT.resource, means: "it cannot be written" },
  ],
}, async ({ positionals, stdout }) => {
  const programs = (await programTrees()).map(withHelp);
  writeText(stdout, SHELLS[positionals[0]!]!(programs));
  return EXIT.ok;
});

/** `hetpaxos man`. */
export const man: Command = defineCommand({
  name: "man",
  summary: "Print the manual page",
  description:
    "Prints the manual page of all programs in roff, made from the same tables as this help.",
  flags: [],
  examples: [
    { args: "| man -l -", does: "read it now" },
    { args: "> ~/.local/share/man/man1/hetpaxos.1", does: "keep it where man finds it" },
  ],
  exits: [
    { status: EXIT.ok, means: "printed" },
    { status: EXIT.resource, means: "it cannot be written" },
  ],
}, async ({ stdout }) => {
  writeText(stdout, manualPage((await programTrees())[0]!));
  return EXIT.ok;
});
