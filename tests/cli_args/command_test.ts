import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { defineCommand, defineGroup } from "../../cli/command.ts";
import { VERSION } from "../../cli/help.ts";
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

Greets somebody, loudly if asked to, and says nothing else. Greets somebody, loudly if
asked to, and says nothing else. Greets somebody, loudly if asked to, and says nothing
else.

Arguments:
  NAME  whom to greet

Flags:
  -l, --loud                      greet in capitals
      --patience TIME             how long to wait for an answer; default 5s
      --also NAME                 somebody else to greet; may be repeated
      --a-flag-with-a-long-name WORD
                                  something else; one of x, y
  -h, --help                      show this help and exit
  -V, --version                   show the version and exit

Examples:
  hetpaxos-greet --loud Alice
      greets Alice

Exit statuses:
  0  somebody was greeted
`;

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
  assert(HELP.split("\n").every((line) => line.length <= 88));
});

Deno.test("--version shows the name and the version", async () => {
  assertEquals((await run(["--version"])).text, `hetpaxos-greet ${VERSION}\n`);
  assertEquals((await run(["-V"])).text, `hetpaxos-greet ${VERSION}\n`);
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
  assertEquals((await run(["-V"], group, "hetpaxos")).text, `hetpaxos ${VERSION}\n`);
});

Deno.test("a group without a command, or with an unknown one, is a mistake of usage", async () => {
  const missing = await assertRejects(() => run([], group, "hetpaxos"), OperatorError);
  assertStringIncludes(missing.message, "COMMAND: is missing: one of greet");
  const unknown = await assertRejects(() => run(["gret"], group, "hetpaxos"), OperatorError);
  assertEquals(unknown.exitStatus, EXIT.usage);
  assertStringIncludes(unknown.message, "gret: no such command: perhaps greet");
  await assertRejects(() => run(["--nope"], group, "hetpaxos"), OperatorError, "no such command");
});
