import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { configMain } from "../../cli/config.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { MemorySink } from "../cli_args/memory_sink.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url).pathname;

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], terminal = false): Promise<Outcome> {
  const [out, err] = [new MemorySink(terminal), new MemorySink(false)];
  const status = await configMain(args, out, err);
  return { status, out: out.text, err: err.text };
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const records = (text: string) => text.trim().split("\n").map((line) => JSON.parse(line));

Deno.test("generate, then check, then digest", async () => {
  await inFolder(async (folder) => {
    const made = await run(["generate", `${folder}/my`, "--clients", "1"]);
    assertEquals([made.status, made.err], [EXIT.ok, ""]);
    const written = records(made.out);
    const files = written.slice(0, -1).map(({ file }) => file);
    assertEquals(files, [
      ...[0, 1, 2, 3].map((i) => `${folder}/my_${i}_config.json`),
      `${folder}/my_client_0_config.json`,
    ]);
    const { digest, note } = written.at(-1);
    assertMatch(note, /^for trying things out: .* key new and config join$/);
    for (const file of files) {
      assert(
        !(await Deno.readTextFile(file)).includes("proposal"),
        "a placeholder would be decided",
      );
    }

    const checked = await run(["check", ...files]);
    assertEquals(checked.status, EXIT.ok);
    for (const record of records(checked.out)) {
      assertEquals(record.digest, digest);
      assertEquals(record.warnings, []);
    }
    const shown = await run(["digest", files[4]]);
    assertEquals(records(shown.out)[0].whole, digest);

    const again = await run(["generate", `${folder}/my`]);
    assertEquals([again.status, again.out], [EXIT.usage, ""]);
    assertMatch(again.err, /^hetpaxos config: .*my_0_config\.json: exists already \(and 3 more\)/);
    const forced = await run(["generate", `${folder}/my`, "--force"]);
    assertEquals(forced.status, EXIT.ok);
    const mixed = await run(["check", files[0], files[4]]);
    assertEquals(mixed.status, EXIT.configuration);
    assertStringIncludes(
      mixed.err,
      `is of another cluster than ${files[0]}: they differ in accept`,
    );
  });
});

Deno.test("check warns of an address where nobody else reaches an acceptor, as a start does", async () => {
  await inFolder(async (folder) => {
    await run([
      "generate",
      `${folder}/my`,
      "--host",
      "a.example",
      "--host",
      "b.example",
      "--clients",
      "1",
    ]);
    const listening = async (file: string, listen: string) => {
      const config = JSON.parse(await Deno.readTextFile(`${folder}/${file}`));
      const text = JSON.stringify({ ...config, listen });
      await Deno.writeTextFile(`${folder}/own.json`, text, { mode: 0o600 });
      const asText = await run(["check", `${folder}/own.json`, "--text"]);
      const [{ warnings }] = records((await run(["check", `${folder}/own.json`])).out);
      assertEquals(asText.out.includes("which only this machine can reach"), warnings.length > 0);
      return warnings as string[];
    };
    for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
      const [warning, ...more] = await listening("my_0_config.json", `${host}:8700`);
      assertMatch(warning!, /which only this machine can reach, while others are elsewhere/);
      assertEquals(more, []);
      assertEquals(await listening("my_client_0_config.json", `${host}:8700`), []);
    }
    assertEquals(await listening("my_0_config.json", "0.0.0.0:8700"), []);
  });
});

Deno.test("every preset generates what its own check accepts", async () => {
  await inFolder(async (folder) => {
    for (
      const flags of [
        ["--preset", "crash", "--acceptors", "3"],
        ["--preset", "two-chain"],
        ["--acceptors", "A,B,C,D,E,F,G", "--learners", "X,Y", "--byzantine", "1", "--crash", "1"],
        ["--key-type", "p256", "--rules", "HP2", "--host", "a.example,::1", "--base-port", "1"],
      ]
    ) {
      const made = await run(["generate", `${folder}/my`, "--force", ...flags]);
      assertEquals([made.status, made.err], [EXIT.ok, ""]);
      const checked = await run(["check", `${folder}/my_0_config.json`, "--text"]);
      assertEquals([checked.status, checked.err], [EXIT.ok, ""]);
    }
  });
});

Deno.test("a person is told in words", async () => {
  const { status, out } = await run(["check", `${FIXTURES}reference_0_config.json`, "--text"]);
  assertEquals(status, EXIT.ok);
  for (
    const words of [
      "identity    Alice, acceptor 0 of 4, ECDSA P-256 key\n",
      "learner     Eve: any 3 of Alice, Bob, Carol, Dave\n",
      "agree       Eve with itself, while safe: any 3 of Alice, Bob, Carol, Dave\n",
    ]
  ) assertStringIncludes(out, words);
});

Deno.test("mistakes on the command line are one line and status 2", async () => {
  const cases: readonly (readonly [args: string, message: string])[] = [
    ["genrate", "genrate: no such command: perhaps generate"],
    ["generate", "PREFIX: is missing"],
    ["generate x y", '"y": is one argument too many'],
    ["generate x --bace-port 3", "--bace-port: no such flag: perhaps --base-port"],
    ["generate x --acceptors 0", '--acceptors: wants names, or a number from 1 to 1000, not "0"'],
    ["generate x --acceptors A,,B", '--acceptors: the name "" is empty'],
    ["generate x --acceptors A,B,A", '--acceptors: names "A" twice'],
    ["generate x --acceptors client_0 --clients 1", '--acceptors: "client_0" is the name of a'],
    [
      "generate x --acceptors 4 --byzantine 2",
      "--acceptors: 4 acceptors cannot tolerate 2 Byzantine",
    ],
    ["generate x --preset crash --byzantine 1", "--byzantine: does not go with --preset crash"],
    ["generate x --preset two-chain --crash 1", "--crash: does not go with --preset two-chain"],
    ["generate x --preset raft", '--preset: wants one of bft, crash, two-chain, not "raft"'],
    ["generate x --host a:1", '--host: "a:1" is neither a DNS name nor an IP address'],
    ["generate x --base-port 65534", "--base-port: acceptor 2 would need port 65536"],
    ["generate x --key-type rsa", "--key-type: wants one of ed25519, p256"],
    ["generate x --preset two-chain --acceptors 8", "--acceptors: does not go with --preset"],
    ["join", "CARD: is missing"],
    ["join a.card.json", "--graph: is missing: give a learner graph, or a --preset"],
    ["join a.card.json --graph g --preset bft", "--graph: excludes --preset: give one"],
    ["join a.card.json --graph g --crash 1", "--graph: excludes --crash: give one"],
    ["check", "FILE: is missing"],
    ["digest a b", '"b": is one argument too many'],
  ];
  for (const [args, message] of cases) {
    const { status, out, err } = await run(args.split(" ").filter((arg) => arg !== ""));
    assertEquals([status, out], [EXIT.usage, ""], args);
    assert(err.startsWith(`hetpaxos config: ${message}`), `${args}: ${err}`);
    assertEquals(err.trim().split("\n").length, 1);
  }
  const missing = await run(["check", "none.json"]);
  assertEquals(missing.status, EXIT.resource);
});

Deno.test("without a sub-command the help is shown on standard error, with status 2", async () => {
  const { status, out, err } = await run([]);
  assertEquals([status, out], [EXIT.usage, ""]);
  assertStringIncludes(err, "Usage: hetpaxos config COMMAND");
});

Deno.test("help tells about every sub-command", async () => {
  for (
    const args of [["--help"], ["generate", "-h"], ["join", "-h"], ["check", "--help"], [
      "digest",
      "--help",
    ]]
  ) {
    const { status, out } = await run(args, true);
    assertEquals(status, EXIT.ok);
    assertStringIncludes(out, "Usage: hetpaxos config");
  }
});

Deno.test("reading and writing files is all the permission it takes; - is standard input", async () => {
  await inFolder(async (folder) => {
    const start = async (args: readonly string[], stdin: string) => {
      const program = new URL("run_config.ts", import.meta.url).pathname;
      const command = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-prompt",
          "--no-check",
          "--allow-read",
          "--allow-write",
          program,
          ...args,
        ],
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        env: { NO_COLOR: "1" },
      });
      const child = command.spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(stdin));
      await writer.close();
      const { code, stdout, stderr } = await child.output();
      const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, out: decode(stdout), err: decode(stderr) };
    };
    const made = await start(["generate", `${folder}/my`, "--key-type", "p256"], "");
    assertEquals([made.code, made.err], [EXIT.ok, ""]);
    const text = await Deno.readTextFile(`${folder}/my_2_config.json`);
    const checked = await start(["check", "-"], text);
    assertEquals([checked.code, checked.err], [EXIT.ok, ""]);
    const [record] = records(checked.out);
    assertEquals([record.file, record.name], ["<stdin>", "Carol"]);
    const cut = await start(["check", "-"], text.slice(0, 100));
    assertEquals(cut.code, EXIT.configuration);
    assertMatch(cut.err, /^hetpaxos config: <stdin>:2:\d+: a string that does not end/);
  });
});
