/**
 * What a person at a terminal sees.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hetpaxos } from "../../../cli/hetpaxos.ts";
import { nodesOf, treeOf } from "../../../cli/tree.ts";
import { ROOT } from "../../../scripts/lint/paths.ts";
import { MemorySink } from "../../cli_args/memory_sink.ts";
import { Cluster } from "../cluster.ts";
import { NODE_PERMISSIONS } from "../program.ts";
import { Stage } from "../stage.ts";
import { noTerminal, onTerminal, type TerminalStep, without } from "./terminal.ts";

/** A sink of a known width. */
class Narrow extends MemorySink {
  constructor(readonly columns: number) {
    super();
  }
}

/** The help of a command, at a width. */
async function helpOf(path: readonly string[], columns: number): Promise<string> {
  const sink = new Narrow(columns);
  assertEquals(await hetpaxos.run("hetpaxos", [...path.slice(1), "--help"], sink), 0);
  return sink.text;
}

/** All words in order; a backslash at the end of a line of an example is none. */
function wordsOf(help: string): string[] {
  return help.replaceAll(/ \\$/gm, "").split(/\s+/).filter((word) => word !== "");
}

Deno.test("help fits 40, 60, 80 and 120 columns, and breaks no word", async () => {
  const nodes = nodesOf(await treeOf(hetpaxos, ["hetpaxos"]));
  assert(nodes.length > 10);
  for (const { path } of nodes) {
    const words = wordsOf(await helpOf(path, 120));
    for (const columns of [40, 60, 80, 120]) {
      const help = await helpOf(path, columns);
      assertEquals(wordsOf(help), words, `${path.join(" ")} at ${columns}`);
      const long = help.split("\n").filter((line) => line.length > columns);
      // Alone on its line, a longer word has to stay whole.
      assertEquals(
        long.filter((line) => line.trim().replace(/ \\$/, "").split(/ +/).length > flagWords(line)),
        [],
        `${path.join(" ")} at ${columns}`,
      );
    }
  }
});

/** Words that belong together in one term: "-l, --learner NAME". */
function flagWords(line: string): number {
  return /^ {2,6}-/.test(line) ? 3 : 1;
}

function test(name: string, body: () => Promise<void>, ...more: readonly (string | undefined)[]) {
  const reason = [noTerminal, ...more].find((why) => why !== undefined);
  if (reason !== undefined) console.log(`ignored: ${name}: ${reason}`);
  Deno.test({ name, ignore: reason !== undefined, fn: body });
}

const RUN = [
  ...[Deno.execPath(), "run", "--quiet", ...NODE_PERMISSIONS, "--allow-env=TERM,COLUMNS"],
  `${ROOT}/cli/main.ts`,
];

test("help is as wide as the terminal", async () => {
  for (const columns of [60, 80, 120]) {
    const { shown, status } = await onTerminal({
      argv: [...RUN, "help", "learner"],
      columns,
      steps: [["end"]],
    });
    assertEquals(status, 0);
    assertEquals(shown.replaceAll("\r", ""), await helpOf(["hetpaxos", "learner"], columns));
  }
});

test("colours are shown on a terminal, not on a dumb one, nor where TERM is not known", async () => {
  await Stage.use(async (stage) => {
    const cluster = await Cluster.make(stage);
    const check = async (argv: readonly string[], env: Record<string, string>) => {
      const file = cluster.file("Alice");
      const { shown, status } = await onTerminal({
        argv: [...argv, "config", "check", file],
        env,
        steps: [["end"]],
      });
      assertEquals(status, 0, shown);
      assertStringIncludes(shown, ": valid");
      return shown.includes("\x1b[");
    };
    assertEquals(await check(RUN, { TERM: "xterm" }), true);
    assertEquals(await check(RUN, { TERM: "dumb" }), false);
    assertEquals(await check(RUN, { TERM: "xterm", NO_COLOR: "1" }), false);
    // Without the permission nobody is asked for it, and the program runs.
    const bare = RUN.filter((word) => !word.startsWith("--allow-env"));
    assertEquals(await check(bare, { TERM: "xterm" }), true);
  });
});

test("a terminal that is read is announced, and what is typed is taken", async () => {
  const { shown, status } = await onTerminal({
    argv: [...RUN, "learner", "--text"],
    steps: [
      ["expect", "reading the configuration from this terminal; Ctrl-D ends it"],
      ["send", "{}\n"],
      ["send", "\x04"],
      ["end"],
    ],
  });
  assertEquals(status, 3, shown);
  assertMatch(shown, /hetpaxos: <stdin>: .*/);
});

test("Ctrl-C while the configuration is typed ends it", async () => {
  const { status, signal } = await onTerminal({
    argv: [...RUN, "learner", "--text"],
    steps: [["expect", "reading the configuration"], ["send", "\x03"], ["end"]],
  });
  // As later: whenever a program that runs a node is stopped, it ends so.
  assertEquals([status, signal], [0, null]);
});

/** Deno's task runner may be faster than the program, and answer Ctrl-C with a status of its own. */
const UNDER_TASK = [0, 130];

for (
  const [how, argv, expected] of [
    ["directly", RUN, [0]],
    ["under deno task", undefined, UNDER_TASK],
  ] as const
) {
  test(`Ctrl-C ends programs in good order with status ${expected.join(" or ")} ${how}`, () =>
    Stage.use(async (stage) => {
      const cluster = await Cluster.make(stage, { clients: 1 });
      const runs: readonly (readonly [string, readonly string[], string, TerminalStep])[] = [
        ["acceptor", ["--volatile"], "Alice", ["expect", "Alice listens on"]],
        ["learner", ["-vv"], "client_0", ["expect", "no link to Alice"]],
        ["proposer", ["--value", "x", "-vv"], "client_0", ["expect", "no link to Alice"]],
      ];
      for (const [program, flags, name, ready] of runs) {
        const start = argv === undefined ? [Deno.execPath(), "task", "--quiet", program] : [
          ...argv,
          program,
        ];
        const { status, signal, shown } = await onTerminal({
          argv: [...start, ...flags, cluster.file(name)],
          cwd: ROOT,
          columns: 200,
          steps: [ready, ["send", "\x03"], ["end"]],
        });
        const seen = `${program}: status ${status}, signal ${signal}; ${shown}`;
        assert(expected.some((right) => right === status), seen);
      }
    }));
}

test(
  "the manual page has no fault that groff knows, and says what the help says",
  async () => {
    const sink = new MemorySink();
    assertEquals(await hetpaxos.run("hetpaxos", ["man"], sink), 0);
    const groff = new Deno.Command("groff", {
      args: ["-man", "-ww", "-Tutf8", "-rLL=120n"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = groff.stdin.getWriter();
    await writer.write(new TextEncoder().encode(sink.text));
    await writer.close();
    const { stdout, stderr } = await groff.output();
    assertEquals(new TextDecoder().decode(stderr), "");
    // Bold is a letter over itself, or an escape sequence.
    // deno-lint-ignore no-control-regex
    const page = new TextDecoder().decode(stdout).replaceAll(/\x1b\[[0-9;]*m|.\x08/g, "");
    const words = wordsOf(page.replaceAll(/[‐−]/g, "-")).join(" ");
    for (const { spec } of nodesOf(await treeOf(hetpaxos, ["hetpaxos"]))) {
      for (const { name, help } of spec?.flags ?? []) {
        assertStringIncludes(words, `--${name}`);
        assertStringIncludes(words, wordsOf(help).join(" "));
      }
    }
  },
  without("groff", "--version"),
);
