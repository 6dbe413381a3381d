/**
 * Completions in real shells.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { completions, programTrees } from "../../../cli/commands/completions.ts";
import type { Flag } from "../../../cli/flags.ts";
import { excludedBy, nodesOf, type Tree, withHelp } from "../../../cli/tree.ts";
import { MemorySink } from "../../cli_args/memory_sink.ts";
import { noTerminal, onTerminal, type TerminalStep, without } from "./terminal.ts";

/** Typed, and what the shell makes of the last word; undefined: it offers nothing. */
const TYPED: readonly (readonly [line: string, becomes: string | undefined])[] = [
  ["hetpaxos lea", "learner "],
  ["hetpaxos evidence ver", "verify "],
  ["hetpaxos help evidence ver", "verify "],
  ["hetpaxos learner --onc", "--once "],
  ["hetpaxos learner --log-level inf", "info "],
  ["hetpaxos learner --log-level=inf", "info"],
  ["hetpaxos learner --json --data-dir pla", "place/"],
  ["hetpaxos learner --data-dir place --onc", "--once "],
  ["hetpaxos learner plai", "plain.json "],
  ["hetpaxos-proposer --forev", "--forever "],
  ["hetpaxos-acceptor plai", "plain.json "],
  ["hetpaxos completions fi", "fish "],
  ["hetpaxos learner --all --onc", undefined],
  ["hetpaxos learner --once --al", undefined],
];

/** The folder that the lines are typed in: "pla" can be a file or a folder. */
async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_completions_" });
  try {
    await Deno.writeTextFile(`${folder}/plain.json`, "");
    await Deno.mkdir(`${folder}/place`);
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function script(shell: string): Promise<string> {
  const sink = new MemorySink();
  assertEquals(await completions.run("hetpaxos completions", [shell], sink), 0);
  return sink.text;
}

/** Every command and its flags. */
async function allNodes(): Promise<Tree[]> {
  return (await programTrees()).flatMap((tree) => nodesOf(withHelp(tree)));
}

function test(shell: string, name: string, body: () => Promise<void>): void {
  const reason = noTerminal ?? without(shell, "-c", "true");
  if (reason !== undefined) console.log(`ignored: ${name}: ${reason}`);
  Deno.test({ name, ignore: reason !== undefined, fn: body });
}

/** Types lines into a shell that has read `setUp`, each with a tab, and sees what they become. */
async function type(
  shell: readonly string[],
  folder: string,
  setUp: string,
  lines: readonly (readonly [line: string, becomes: string])[],
): Promise<void> {
  const steps: TerminalStep[] = [["send", `${setUp}; echo RE""ADY\n`], ["expect", "READY\r\n"]];
  for (const [line, becomes] of lines) {
    // Ctrl-A: the shell itself says what the line has become, word by word.
    steps.push(["send", `${line}\t\x01echo LI""NE: \n`], ["expect", `LINE: ${becomes}\r\n`]);
  }
  steps.push(["send", "exit\n"], ["end"]);
  await onTerminal({
    argv: shell,
    steps,
    cwd: folder,
    columns: 500,
    rows: 200,
    env: { TERM: "dumb", ZDOTDIR: folder, HOME: folder, LC_ALL: "C.UTF-8" },
  });
}

/** The whole line that comes of a typed one. */
function completed([line, becomes]: typeof TYPED[number]): readonly [string, string] {
  if (becomes === undefined) return [line, line];
  return [line, line.replace(/[^ =]*$/, becomes).trim()];
}

/** How each of the two is started and made ready. */
const INTERACTIVE = {
  bash: {
    argv: ["bash", "--norc", "--noprofile", "-i"],
    setUp: "PS1='$ '; bind 'set enable-bracketed-paste off'; source ./script",
  },
  zsh: {
    argv: ["zsh", "-f", "-i"],
    setUp: "PS1='$ '; unset zle_bracketed_paste; unsetopt prompt_sp; LISTMAX=9999; " +
      "bindkey -e; autoload -Uz compinit; compinit -u -D; source ./script",
  },
} as const;

for (const [shell, { argv, setUp }] of Object.entries(INTERACTIVE)) {
  test(
    shell,
    `${shell} completes commands, flags, choices, files and folders`,
    () =>
      inFolder(async (folder) => {
        await Deno.writeTextFile(`${folder}/script`, await script(shell));
        const lines = TYPED.map(completed);
        // zsh takes back what it added last when the cursor moves away from it.
        const kept = (text: string) => shell === "zsh" ? text.replace(/\/$/, "") : text;
        await type(argv, folder, setUp, lines.map(([line, text]) => [line, kept(text)]));
      }),
  );
}

test(
  "fish",
  "fish completes commands, flags, choices, files and folders",
  () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/script`, await script("fish"));
      for (const [line, becomes] of TYPED) {
        const offered = await fish(folder, line);
        if (becomes === undefined) assertEquals(offered, [], line);
        else assert(offered.some((word) => word.endsWith(becomes.trim())), `${line}: ${offered}`);
      }
      assertEquals(await fish(folder, "hetpaxos learner --data-dir pla"), ["place/"]);
    }),
);

/** What fish offers for a line. */
async function fish(folder: string, line: string): Promise<string[]> {
  const { stdout, stderr } = await new Deno.Command("fish", {
    args: ["--no-config", "-c", 'source ./script; complete -C "$argv"', line],
    cwd: folder,
    env: { HOME: folder },
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
  return lines.map((line) => line.split("\t", 1)[0]!);
}

test("bash", "bash offers every command and every flag there is", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/script`, await script("bash"));
    const nodes = await allNodes();
    const offered = async (words: readonly string[], last: string) => {
      const { stdout } = await new Deno.Command("bash", {
        args: [
          ...["--norc", "--noprofile", "-c"],
          'source ./script; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); __hetpaxos; ' +
          'printf "%s\\n" "${COMPREPLY[@]}"',
          ...["bash", ...words, last],
        ],
        cwd: folder,
      }).output();
      return new TextDecoder().decode(stdout).split("\n").filter((word) => word !== "").toSorted();
    };
    for (const { path, flags, children } of nodes) {
      const long = flags.map(({ name }) => `--${name}`).toSorted();
      assertEquals(await offered(path, "--"), long, path.join(" "));
      if (children.length > 0) {
        assertEquals(await offered(path, ""), children.map(({ path }) => path.at(-1)!).toSorted());
      }
      for (const flag of flags.filter(({ excludes }) => excludes !== undefined)) {
        const gone = excludedBy(flag, flags).map((name) => `--${name}`);
        const given = "value" in flag ? [`--${flag.name}`, "x"] : [`--${flag.name}`];
        const left = await offered([...path, ...given], "--");
        assertEquals(left.filter((name) => gone.includes(name)), [], path.join(" "));
      }
    }
    console.log(`${nodes.length} commands, ${nodes.flatMap(({ flags }) => flags).length} flags`);
  }));

test("zsh", "zsh offers every command and every flag there is", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/script`, await script("zsh"));
    const nodes = (await allNodes()).filter(({ flags }) => flags.length > 0);
    const { argv, setUp } = INTERACTIVE.zsh;
    // The last letter of each is left to the shell, where no other flag begins like it.
    const lines = nodes.flatMap(({ path, flags }) => {
      const begun = (flag: Flag) => `--${flag.name.slice(0, -1)}`;
      const alone = flags.filter((flag) =>
        flags.filter(({ name }) => `--${name}`.startsWith(begun(flag))).length === 1
      );
      const start = `${path.join(" ")} `;
      return alone.map((flag) => [start + begun(flag), `${start}--${flag.name}`] as const);
    });
    await type(argv, folder, setUp, lines);
    console.log(`${nodes.length} commands, ${lines.length} flags`);
  }));

test("fish", "fish offers every command and every flag there is", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/script`, await script("fish"));
    const nodes = await allNodes();
    for (const { path, flags, children } of nodes) {
      const long = flags.map(({ name }) => `--${name}`);
      const offered = await fish(folder, `${path.join(" ")} --`);
      assertEquals(long.filter((name) => !offered.includes(name)), [], path.join(" "));
      if (children.length === 0) continue;
      const commands = await fish(folder, `${path.join(" ")} `);
      assertEquals(commands.toSorted(), children.map(({ path }) => path.at(-1)!).toSorted());
    }
  }));
