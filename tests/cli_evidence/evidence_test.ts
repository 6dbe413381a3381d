import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeEvidence } from "../../lib/evidence/evidence.ts";
import { openJournal } from "../../lib/process/open_journal.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { clusterOf, fork, idOf, signed } from "../node/equivocator.ts";
import { LAST, onStage, type Outcome, type Stage } from "./stage.ts";

const records = (text: string) => text.trim().split("\n").map((line) => JSON.parse(line));

function assertFails({ status, out, err }: Outcome, expected: number, words: string): void {
  assertEquals([status, out], [expected, ""], err);
  assertEquals(err.trimEnd().split("\n").length, 1, err);
  assertStringIncludes(err, words);
}

/** What all members share of a file: that without its key. */
async function keylessFile(to: string, from: string): Promise<void> {
  const { privateKey: _, ...shared } = JSON.parse(await Deno.readTextFile(from));
  await Deno.writeTextFile(to, JSON.stringify(shared));
}

Deno.test("what one process has caught is listed, exported, and verified by another", async () => {
  await onStage(async ({ run, file, folder, configuration }) => {
    const listed = await run("list", file("Alice"));
    assertEquals(listed.status, EXIT.ok);
    const ids = (name: string, instance: bigint) => {
      const { answers } = fork(configuration(name), instance);
      const [first, second] = answers.map((wire) => idOf(configuration(name), wire)).toSorted();
      return { first, second };
    };
    const event = "equivocation";
    assertEquals(records(listed.out), [
      { event, instance: "1", acceptor: "Dave", ...ids("Dave", 1n) },
      { event, instance: String(LAST), acceptor: "Carol", ...ids("Carol", LAST) },
    ]);
    const exported = await run("export", file("Alice"));
    assertEquals([exported.status, exported.err], [EXIT.ok, ""]);
    assertEquals(records(exported.out).length, 2);

    const path = `${folder}/all.jsonl`;
    const written = await run("export", "--out", path, file("Alice"));
    assertEquals(records(written.out), [{ event: "written", file: path, documents: 2 }]);
    assertEquals(await Deno.readTextFile(path), exported.out);
    await keylessFile(`${folder}/cluster.json`, file("client_0"));
    const keyless = await run("verify", path, `${folder}/cluster.json`);
    assertEquals([keyless.status, keyless.err], [EXIT.ok, ""]);
    const verified = await run("verify", path, file("client_0"));
    assertEquals([verified.status, verified.err], [EXIT.ok, ""]);
    const proved = { event: "proved", prev: null, voided: [] };
    assertEquals(records(verified.out), [
      { ...proved, where: `${path}:1`, instance: "1", acceptor: "Dave", ...ids("Dave", 1n) },
      {
        ...{ ...proved, where: `${path}:2`, instance: String(LAST), acceptor: "Carol" },
        ...ids("Carol", LAST),
      },
      {
        event: "together",
        acceptors: ["Carol", "Dave"],
        voided: [["Eve", "Eve"], ["Eve", "Frank"], ["Frank", "Frank"]],
        kept: [],
      },
    ]);
  });
});

Deno.test("a person is told in words whose agreement is lost", async () => {
  await onStage(async ({ run, file, write }) => {
    const all = await write("all.jsonl", (await run("export", file("Alice"))).out);
    const listed = await run("list", "--text", "--acceptor", "Dave", file("Alice"));
    assertMatch(listed.out, /^Dave equivocated in instance 1: [0-9a-f]{64} and [0-9a-f]{64}\n$/);
    const none = await run("list", "--text", "--instance", "2", file("Alice"));
    assertEquals([none.status, none.out], [
      EXIT.ok,
      "no equivocation of this kind is known here\n",
    ]);
    const { out } = await run("verify", "--text", all, file("Bob"));
    assertMatch(
      out,
      /all\.jsonl:1: proved: Dave equivocated in instance 1; it signed [0-9a-f]{64} /,
    );
    for (
      const words of [
        ", each as its first message\n  without Dave all that had to agree still have to\n",
        "together: without Carol, Dave these need not agree any more: Eve with itself, Eve with " +
        "Frank, Frank with itself; nobody need agree any more\n",
      ]
    ) assertStringIncludes(out, words);
  });
});

Deno.test("what is exported can be chosen, and replaces no file unless told to", async () => {
  await onStage(async ({ run, file, folder, write }) => {
    const only = await run("export", "--instance", String(LAST), file("Alice"));
    assertEquals(records(only.out).map(({ acceptor }) => acceptor.name), ["Carol"]);
    const both = await run("export", "--instance", "1", "--acceptor", "Carol", file("Alice"));
    assertFails(both, EXIT.evidence, "no equivocation of this kind is known here");
    const precious = await write("precious.jsonl", "precious");
    const refused = await run("export", "--out", precious, file("Alice"));
    assertFails(refused, EXIT.usage, "precious.jsonl: exists already; nothing was written");
    assertEquals(await Deno.readTextFile(precious), "precious");
    const forced = await run("export", "--out", precious, "--force", file("Alice"));
    assertEquals(forced.status, EXIT.ok);
    assertEquals((await run("verify", precious, file("Bob"))).status, EXIT.ok);
    const nowhere = await run("export", "--out", `${folder}/no/where`, file("Alice"));
    assertFails(nowhere, EXIT.resource, "cannot be written: no such directory");
    assertFails(await run("export", "--force", file("Alice")), EXIT.usage, "--force: goes with");
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assertEquals(names.filter((name) => name.includes("tmp") || name === "no"), []);
  });
});

Deno.test("a journal that cannot be read is one line", async () => {
  await onStage(async ({ run, file, folder, configuration }) => {
    const bob = await run("list", file("Bob"));
    assertFails(bob, EXIT.resource, "Bob_data: there is no journal in this folder");
    assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => name === "Bob_data"), []);
    const client = await run("export", file("client_0"));
    assertFails(client, EXIT.usage, "--data-dir: is missing, and the configuration has no dataDir");
    const foreign = await run("export", "--data-dir", `${folder}/Alice_data`, file("Bob"));
    assertFails(foreign, EXIT.resource, 'is the journal of "Alice", not of "Bob"');
    const typo = await run("list", "--acceptor", "Dvae", file("Alice"));
    assertFails(typo, EXIT.usage, 'has no acceptor "Dvae"; perhaps Dave');
    const alice = configuration("Alice");
    const journal = openJournal(alice, alice.dataDir!);
    try {
      for (const command of ["list", "export"]) {
        const outcome = await run(command, file("Alice"));
        assertFails(outcome, EXIT.resource, "journal.sqlite: in use by another process; end that");
      }
    } finally {
      journal.close();
    }
    assertEquals((await run("list", file("Alice"))).status, EXIT.ok);
  });
});

Deno.test("a document spread over lines is one, and says where it is wrong", async () => {
  await onStage(async ({ run, file, write }) => {
    const [dave, carol] = records((await run("export", file("Alice"))).out);
    const text = `\n${JSON.stringify(dave, null, 2)}\n\n${JSON.stringify(carol)}`;
    const last = text.split("\n").length;
    const good = await run("verify", await write("two.jsonl", text), file("Bob"));
    assertEquals(good.status, EXIT.ok, good.err);
    assertMatch(records(good.out)[0].where, /two\.jsonl:2$/);
    assert(records(good.out)[1].where.endsWith(`two.jsonl:${last}`));
    const cut = await write("cut.jsonl", text.slice(0, -9));
    assertFails(
      await run("verify", cut, file("Bob")),
      EXIT.evidence,
      `cut.jsonl:${last}:`,
    );
  });
});

/** What is given as evidence, and what must be said about it. */
type Doubtful = readonly [name: string, content: string | Uint8Array, words: string];

async function doubtful({ configuration, run, file }: Stage): Promise<Doubtful[]> {
  const [alice, carol, dave] = ["Alice", "Carol", "Dave"].map(configuration);
  const exported = (await run("export", "--acceptor", "Dave", file("Alice"))).out;
  // deno-lint-ignore no-explicit-any
  const spoilt = (change: (document: any) => void): string => {
    const document = JSON.parse(exported);
    change(document);
    return JSON.stringify(document);
  };
  const [one, two] = fork(dave!).answers;
  const next = signed(dave!, { prev: idOf(dave!, one), refs: [] });
  const made = (
    ...wires: Parameters<typeof makeEvidence> extends [unknown, ...infer R] ? R : never
  ) => JSON.stringify(makeEvidence(alice!, ...wires));
  const other = await clusterOf();
  const foreign = JSON.stringify(makeEvidence(other("Alice"), ...fork(other("Dave")).answers));
  const { 1: carols } = fork(carol!).answers;
  return [
    ["tampered", spoilt((d) => void (d.messages[0].canonicalBytes += "00")), "canonicalBytes are"],
    ["signature", made(one, { ...two, signature: one.signature }), "is not signed by Dave in this"],
    [
      "cluster",
      foreign,
      "is of another configuration: the acceptors' names or keys, the proposers' names or keys differ",
    ],
    ["twice", made(one, one), "has one message twice"],
    ["chain", made(one, next), "of which one follows the other, as it should be"],
    ["signer", made(one, carols), "is a message of Carol, not of Dave"],
    ["version", spoilt((d) => void (d.version = 3)), "has version 3; 2 is the only one known here"],
    ["form", spoilt((d) => void delete d.instance), "lacks instance"],
    ["json", exported.slice(0, 100), "a string that does not end; is the file cut off?"],
    ["twice_a_key", exported.replace("{", '{"version":3,'), '"version" is twice in one object'],
    ["trailing", exported.trim() + exported, "more text after the end of the JSON"],
    ["array", `[${exported.trim()}]`, "is not an object"],
    ["empty", "", "holds no evidence"],
    ["blank", "\n \n", "holds no evidence"],
    ["binary", Uint8Array.of(0x7b, 0xff, 0xfe), "is not UTF-8 text"],
    ["truncated", Uint8Array.of(0x7b, 0xc3), "is not UTF-8 text"],
    ["long", " ".repeat(9 * 1024 * 1024), "a document of more than 8388608 characters"],
    [
      "deep",
      "{" + `\n${" ".repeat(1023)}`.repeat(9 * 1024),
      "a document of more than 8388608 characters",
    ],
    ["second", exported + made(one, one), "second.jsonl:2: has one message twice"],
  ];
}

Deno.test("what proves nothing is status 8 and one line that says why", async () => {
  await onStage(async (stage) => {
    const { run, file, write } = stage;
    for (const [name, content, words] of await doubtful(stage)) {
      const path = await write(`${name}.jsonl`, content);
      const outcome = await run("verify", path, file("Bob"));
      assertFails(outcome, EXIT.evidence, words);
      assertStringIncludes(outcome.err, `${name}.jsonl`);
    }
    const good = await write("good.jsonl", (await run("export", file("Alice"))).out);
    const mixed = await run("verify", good, `${stage.folder}/twice.jsonl`, file("Bob"));
    assertFails(mixed, EXIT.evidence, "twice.jsonl:1: has one message twice");
    assertFails(await run("verify", "none.jsonl", file("Bob")), EXIT.resource, "no such file");
    assertFails(await run("verify", good), EXIT.usage, "CONFIG: is missing");
    assertFails(await run("verify", good, good), EXIT.configuration, "good.jsonl");
    assertFails(await run("verify", "-", "-"), EXIT.usage, "standard input can be named only once");
  });
});

Deno.test("the task's permissions are enough, and a pipe does", async () => {
  await onStage(async ({ file, folder }) => {
    const start = (stdin: "null" | "piped", ...args: string[]) =>
      new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", "evidence", ...args],
        ...{ cwd: ROOT, stdin, stdout: "piped", stderr: "piped", env: { NO_COLOR: "1" } },
      }).spawn();
    const exporting = start("null", "export", "--data-dir", `${folder}/Alice_data`, file("Alice"));
    const verifying = start("piped", "verify", "-", file("client_0"));
    await exporting.stdout.pipeTo(verifying.stdin);
    const failed = await new Response(exporting.stderr).text();
    assertEquals([(await exporting.status).code, failed], [EXIT.ok, ""]);
    const { code, stdout, stderr } = await verifying.output();
    assertEquals([code, new TextDecoder().decode(stderr)], [EXIT.ok, ""]);
    const proved = records(new TextDecoder().decode(stdout));
    assert(proved.every(({ where }) => where === undefined || where.startsWith("<stdin>:")));
    assertEquals(proved.map(({ event }) => event), ["proved", "proved", "together"]);
  });
});
