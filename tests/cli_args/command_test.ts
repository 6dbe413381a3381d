import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { defineCommand, defineGroup, lazyCommand } from "../../cli/command.ts";
import { commitOfSources, VERSION } from "../../cli/version.ts";
import { PROTOCOL_VERSION } from "../../lib/wire/protocol_version.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { MemorySink } from "./memory_sink.ts";

const greet = defineCommand({
  name: "greet",
  summary: "greets somebody",
  description: "Greets somebody, loudly if asked to, and says nothing else. ".repeat(3),
  flags: [
    { name: "loud", short: "l", kind: "boolean", help: "greet in capitals" },
    {
      name: "patience",
      kind: "duration",
      value: "TIME",
      min: 1,
      max: 60_000,
      default: 5000,
      help: "how long to wait for an answer",
    },
    { name: "also", kind: "list", value: "NAME", help: "somebody else to greet" },
    {
      name: "a-flag-with-a-long-name",
      kind: "choice",
      value: "WORD",
      choices: ["x", "y"],
      required: false,
      help: "something else",
    },
  ],
  positionals: [{ name: "NAME", help: "whom to greet", optional: true, many: true }],
  examples: [{ args: "--loud Alice", does: "greets Alice" }],
  exits: [{ status: EXIT.ok, means: "somebody was greeted" }],
}, ({ flags, positionals, program, stdout }) => {
  const text = `${program} ${flags.loud} ${flags.patience} ${positionals.join()}`;
  stdout.writeSync(new TextEncoder().encode(text));
  return Promise.resolve(EXIT.ok);
});

const HELP = `\
Usage: hetpaxos-greet [FLAGS] [NAME...]

Greets somebody, loudly if asked to, and says nothing else. Greets somebody,
loudly if asked to, and says nothing else. Greets somebody, loudly if asked to,
and says nothing else.

Arguments:
  NAME  whom to greet

Flags:
  -l, --loud                    greet in capitals
      --patience TIME           how long to wait for an answer; default 5s
      --also NAME               somebody else to greet; may be repeated
      --a-flag-with-a-long-name WORD
                                something else; one of x, y
  -h, --help                    show this help and exit
  -V, --version                 show the version and exit

Examples:
  hetpaxos-greet --loud Alice
      greets Alice

Exit statuses:
  0  somebody was greeted
`;

const VERSION_LINE = new RegExp(
  `^hetpaxos-greet ${VERSION} \\(commit ([0-9a-f]{12}|unknown), Deno ${Deno.version.deno}, ` +
    `protocol ${PROTOCOL_VERSION}\\)\n$`,
);

async function run(args: readonly string[], command = greet, program = "hetpaxos-greet") {
  const stdout = new MemorySink();
  const status = await command.run(program, args, stdout);
  return { status, text: stdout.text };
}

Deno.test("a command gets its flags, its arguments and what it is called as", async () => {
  const { status, text } = await run(["-l", "Alice", "Bob"]);
  assertEquals([status, text], [EXIT.ok, "hetpaxos-greet true 5000 Alice,Bob"]);
});

Deno.test("--help shows the table, whatever else is on the line", async () => {
  assertEquals(await run(["--nope", "--help"]), { status: EXIT.ok, text: HELP });
  assertEquals((await run(["-h"])).text, HELP);
});

Deno.test("--version shows name, version, commit, Deno and protocol", async () => {
  assertMatch((await run(["--version"])).text, VERSION_LINE);
  assertMatch((await run(["-V"])).text, VERSION_LINE);
  const { commit, ...record } = JSON.parse((await run(["--json", "-V"])).text);
  assertMatch(commit, /^([0-9a-f]{40}|unknown)$/);
  assertEquals(record, {
    event: "version",
    program: "hetpaxos-greet",
    version: VERSION,
    deno: Deno.version.deno,
    protocol: PROTOCOL_VERSION,
  });
});

Deno.test("the commit is read from a repository, its linked work trees, and packed refs", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_git_" });
  const root = new URL(`file://${folder}/tree/`);
  const write = (path: string, text: string) => {
    const file = new URL(path, root);
    Deno.mkdirSync(new URL(".", file), { recursive: true });
    Deno.writeTextFileSync(file, text);
  };
  try {
    assertEquals(commitOfSources(root), "unknown");
    write(".git/HEAD", `${"a".repeat(40)}\n`);
    assertEquals(commitOfSources(root), "a".repeat(40));
    write(".git/HEAD", "ref: refs/heads/main\n");
    write(".git/packed-refs", `# pack-refs\n${"b".repeat(40)} refs/heads/main\n`);
    assertEquals(commitOfSources(root), "b".repeat(40));
    write(".git/refs/heads/main", `${"c".repeat(40)}\n`);
    assertEquals(commitOfSources(root), "c".repeat(40));
    write(".git/worktrees/w/HEAD", "ref: refs/heads/main\n");
    write(".git/worktrees/w/commondir", "../..\n");
    write("../w/.git", `gitdir: ${folder}/tree/.git/worktrees/w\n`);
    assertEquals(commitOfSources(new URL("../w/", root)), "c".repeat(40));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("--help after -- is an argument", async () => {
  assertStringIncludes((await run(["--", "--help"])).text, "5000 --help");
});

const group = defineGroup(
  { name: "hetpaxos", summary: "all", description: "All programs." },
  [greet],
);

Deno.test("a group hands the rest of the line to the command named first", async () => {
  const { text } = await run(["greet", "--loud", "Alice"], group, "hetpaxos");
  assertEquals(text, "hetpaxos greet true 5000 Alice");
  const help = (await run(["greet", "--help"], group, "hetpaxos")).text;
  assertStringIncludes(help, "Usage: hetpaxos greet [FLAGS]");
  const own = (await run(["--help"], group, "hetpaxos")).text;
  assertStringIncludes(own, "Commands:\n  greet  greets somebody\n");
  assertStringIncludes((await run(["-V"], group, "hetpaxos")).text, `hetpaxos ${VERSION} (`);
});

Deno.test("help explains the group, a command, and one of a group within", async () => {
  const outer = defineGroup({ name: "outer", summary: "", description: "All." }, [
    lazyCommand("hetpaxos", "all", () => Promise.resolve(group)),
  ]);
  const help = async (...args: string[]) => (await run(["help", ...args], outer, "outer")).text;
  assertEquals(await help("help"), await help());
  assertEquals(await help(), (await run(["--help"], outer, "outer")).text);
  assertEquals(await help("hetpaxos"), (await run(["--help"], group, "outer hetpaxos")).text);
  assertEquals(
    await help("hetpaxos", "greet"),
    (await run(["--help"], greet, "outer hetpaxos greet")).text,
  );
  const mistakes = [["gret"], ["hetpaxos", "gret"], ["hetpaxos", "greet", "more"]];
  for (const mistake of mistakes) {
    const error = await assertRejects(() => help(...mistake), OperatorError);
    assertEquals(error.exitStatus, EXIT.usage);
  }
});

Deno.test("a group without a command shows its help where mistakes are told", async () => {
  const [stdout, stderr] = [new MemorySink(), new MemorySink()];
  assertEquals(await group.run("hetpaxos", [], stdout, stderr), EXIT.usage);
  assertEquals(stdout.text, "");
  assertEquals(stderr.text, (await run(["--help"], group, "hetpaxos")).text);
});

Deno.test("an unknown command is a mistake of usage", async () => {
  const unknown = await assertRejects(() => run(["gret"], group, "hetpaxos"), OperatorError);
  assertEquals(unknown.exitStatus, EXIT.usage);
  assertStringIncludes(unknown.message, "gret: no such command: perhaps greet");
  await assertRejects(() => run(["--nope"], group, "hetpaxos"), OperatorError, "no such command");
});
