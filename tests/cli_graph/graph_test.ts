import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { any, fourAcceptors, onGraphStage } from "./stage.ts";

Deno.test("check tells of a valid graph who can stop and deceive whom", () =>
  onGraphStage(async ({ write, run, json }) => {
    const file = await write("graph.json", fourAcceptors(4));
    const { status, out } = await run("check", file);
    assertEquals(status, EXIT.ok);
    for (
      const line of [
        "every promise of the closed graph can be kept (3 pairs)",
        "Eve: decides by any 3 of Alice, Bob, Carol, Dave",
        "survives any 1 crash, no more; stopped by any 2 of Alice, Bob, Carol, Dave (6 sets of 2)",
        "survives any 0 crashes, no more; stopped by any 1 of Alice, Bob, Carol, Dave (4 sets of 1)",
        "Eve decides twice: only with any 2 of Alice, Bob, Carol, Dave (6 sets of 2) lying",
        "Eve and Frank decide differently: only with any 3 of",
        "Frank with itself is promised, by Frank – Eve – Frank: while",
        "Eve, deciding by {Alice, Bob, Carol}, may leave Frank undecided",
      ]
    ) assertStringIncludes(out, line);
    const { lines: [record] } = await json("check", file);
    assertEquals([record.event, record.valid, record.finished], ["graph", true, true]);
    assertEquals(record.learners[0].survives, { atLeast: 1, atMost: 1 });
    assertEquals(record.splits[0].splitting.count, 6);
  }));

Deno.test("check tells of an invalid graph what fails and the smallest repair", () =>
  onGraphStage(async ({ write, run, json }) => {
    const file = await write("graph.json", fourAcceptors(2));
    const { status, out } = await run("check", file);
    assertEquals(status, EXIT.configuration);
    assertMatch(
      out,
      /invalid +Eve and Frank may decide differently though \{\w+, \w+, \w+\} are safe/,
    );
    assertMatch(out, /repair +of the quorums, let any 2 of .* become any 3 of/);
    const { lines: [record] } = await json("check", file);
    const broken = record.pairs.filter(({ valid }: { valid: boolean }) => !valid);
    for (const { quorums: [one, other], safeSet } of broken) {
      assertEquals(
        one.filter((name: string) => other.includes(name) && safeSet.includes(name)),
        [],
      );
    }
  }));

Deno.test("check names listed sets that contain another of their list", () =>
  onGraphStage(async ({ write, run, json }) => {
    const names = (...names: readonly string[]) => ({ names });
    const quorums = [names("Alice", "Bob"), names("Alice", "Bob", "Carol"), names("Bob", "Carol")];
    const graph = {
      learners: { Eve: { quorums } },
      safetySets: { Eve: { safetySets: { Eve: { quorums: [names("Bob")] } } } },
    };
    const file = await write("graph.json", graph);
    const { status, out } = await run("check", file);
    assertEquals(status, EXIT.ok);
    assertStringIncludes(out, "the quorum {Alice, Bob, Carol} of Eve contains {Alice, Bob}");
    const { lines: [{ superfluous }] } = await json("check", file);
    assertEquals(superfluous.map(({ set }: { set: string[] }) => set), [["Alice", "Bob", "Carol"]]);
  }));

Deno.test("check says in what files differ", () =>
  onGraphStage(async ({ write, run }) => {
    const [one, other] = [fourAcceptors(3), fourAcceptors(4)];
    const first = await write("a.json", one);
    const same = await run("check", first, await write("b.json", one));
    assertEquals(same.status, EXIT.ok);
    assertStringIncludes(same.out, "b.json says the same as");
    const { status, out } = await run("check", first, await write("c.json", other));
    assertEquals(status, EXIT.configuration);
    assertStringIncludes(out, "c.json differs from");
    assertStringIncludes(out, ": quorums of Frank");
  }));

Deno.test("check with no time at all says unknown, and its status says so", () =>
  onGraphStage(async ({ run, folder }) => {
    const nodes = "tests/fixtures/graphs/stellarbeat_nodes_2019-09-17.json";
    const made = ["--stellar", nodes, "--learners", "nodes", "--out", `${folder}/g.json`];
    assertEquals((await run("import", ...made)).status, EXIT.ok);
    const { status, out } = await run("check", "--time-limit", "1ms", `${folder}/g.json`);
    assertEquals(status, EXIT.timeout);
    assertStringIncludes(out, "ended by the time limit: what is not said is unknown");
    assertMatch(out, /unknown +whether/);
  }));

Deno.test("what-if tells who decides, who agrees, and who has become critical", () =>
  onGraphStage(async ({ write, run, json }) => {
    const file = await write("graph.json", fourAcceptors(3));
    const fine = await run("what-if", file, "--down", "Bob");
    assertEquals(fine.status, EXIT.ok);
    assertStringIncludes(fine.out, "Eve decides; now it needs Alice, Carol, Dave");
    const { status, lines } = await json("what-if", "--lying", "Alice,Bob", file);
    assertEquals(status, EXIT.disagreement);
    const pair = lines.find(({ event }) => event === "pair");
    assertEquals([pair.agree, pair.promised], [false, false]);
    const stuck = await run("what-if", file, "--down", "Bob", "--down", "Dave");
    assertEquals(stuck.status, EXIT.timeout);
    assertStringIncludes(stuck.out, "Eve cannot decide");
    const wrong = await run("what-if", file, "--down", "Bobb");
    assertEquals(wrong.error, '--down: "Bobb" is not an acceptor; did you mean "Bob"?');
  }));

Deno.test("derive makes a graph of what is to be tolerated, and safe sets of quorums", () =>
  onGraphStage(async ({ folder, run }) => {
    const [made, again] = [`${folder}/made.json`, `${folder}/again.json`];
    const wanted = ["--among", "Alice,Bob,Carol,Dave,Erin,Fay", "--liars", "1", "--crashes", "1"];
    assertEquals((await run("derive", ...wanted, "--out", made)).status, EXIT.ok);
    const { out } = await run("derive", made, "--out", again);
    assertStringIncludes(out, "everybody with itself, while safe: any 5 of Alice, Bob,");
    assertEquals(await Deno.readTextFile(made), await Deno.readTextFile(again));
    const few = await run("derive", "--among", "A,B,C", "--liars", "1", "--out", made);
    assertEquals(few.status, EXIT.usage);
    assertStringIncludes(
      few.error,
      "3 acceptors cannot tolerate 1 liars and 0 crashes; that takes 4",
    );
  }));

Deno.test("import makes graphs that check judges, whichever learners are chosen", () =>
  onGraphStage(async ({ folder, run, json }) => {
    const fixtures = "tests/fixtures/graphs";
    const out = `${folder}/g.json`;
    const organizations = `${fixtures}/stellarbeat_organizations_2019-09-17.json`;
    const nodes = `${fixtures}/stellarbeat_nodes_2019-09-17.json`;
    for (const learners of ["quorum-sets", "organizations", "network"]) {
      const args = ["--stellar", nodes, "--organizations", organizations, "--learners", learners];
      const { lines: [made] } = await json("import", ...args, "--out", out);
      assertEquals([made.event, made.acceptors, made.demands], ["imported", 75, true]);
      const { lines: [judged] } = await json("check", "--sets", "3", "--time-limit", "6s", out);
      assertEquals(judged.valid, true, learners);
    }
    const broken = ["--stellar", `${fixtures}/broken_trivial.json`, "--learners", "network"];
    assertEquals((await run("import", ...broken, "--out", out)).status, EXIT.ok);
    assertEquals((await run("check", out)).status, EXIT.configuration);
  }));

Deno.test("where all demand the same, an import needs no demands, and can be written out", () =>
  onGraphStage(async ({ folder, json }) => {
    const out = `${folder}/g.json`;
    const { lines: [made] } = await json(
      ...["import", "--stellar", "tests/fixtures/graphs/top_tier.json", "--safe", "largest"],
      ...["--out", out],
    );
    assertEquals([made.demands, Object.keys(made.learners).length], [false, 1]);
    const { lines: [judged] } = await json("check", out);
    assertEquals([judged.valid, judged.learners[0].blocking.count], [true, 945]);
    assertEquals(judged.splits[0].splitting.count, 945);
    const correct = ["--stellar", "tests/fixtures/graphs/correct.json", "--learners", "network"];
    const { lines: [written] } = await json(
      ...["import", ...correct, "--quorums", "written", "--out", out],
    );
    assertEquals(written.demands, false);
    const { demands, learners } = JSON.parse(await Deno.readTextFile(out));
    assertEquals([demands, learners.network.quorums.length], [undefined, 1]);
  }));

Deno.test("draw makes a picture in each format", () =>
  onGraphStage(async ({ write, run }) => {
    const file = await write("graph.json", fourAcceptors(2));
    const { out } = await run("draw", file);
    assertStringIncludes(out, "Eve    x x x x  agrees with itself, Frank(!)");
    const starts = {
      svg: "<svg ",
      dot: "graph learners {",
      mermaid: "graph LR",
      html: "<!doctype",
    };
    for (const [format, start] of Object.entries(starts)) {
      const drawn = await run("draw", "--format", format, file);
      assertEquals([drawn.status, drawn.out.slice(0, start.length)], [EXIT.ok, start]);
      for (const name of ["Alice", "Dave", "Eve", "Frank"]) assertStringIncludes(drawn.out, name);
    }
  }));

Deno.test("mistakes in graph files are one line that says where", () =>
  onGraphStage(async ({ write, run }) => {
    const good = fourAcceptors(3);
    const cases: [unknown, string][] = [
      ["[]", ": is not an object {…}"],
      ["", ": is empty; hetpaxos graph derive and config generate make graphs"],
      [{ ...good, acceptors: "Alice" }, ": acceptors: is no list of names"],
      [{ ...good, acceptors: ["Alice", "Alice"] }, ': acceptors: "Alice" is listed twice'],
      [{ ...good, demands: [] }, ": demands: is no object;"],
      [
        { ...good, demands: { Bib: any(1, "Bob") } },
        ': demands.Bib: "Bib" is not an acceptor; did',
      ],
      [{ ...good, demands: { Bob: any(3, "Bob") } }, ": demands.Bob.threshold: is 3; of 1,"],
      [{ ...good, acceptors: ["Alice"] }, 'of[1]: "Bob" is not an acceptor'],
      [
        { ...good, addresses: [], demands: {} },
        ": demands: goes with graphs that have no addresses",
      ],
    ];
    for (const [content, message] of cases) {
      const { status, error } = await run("check", await write("bad.json", content));
      assertEquals(status, EXIT.configuration, error);
      assertStringIncludes(error, message);
    }
  }));

Deno.test("mistakes in lists of nodes are one line that says where", () =>
  onGraphStage(async ({ write, run, folder }) => {
    const set = { threshold: 1, validators: ["K"], innerQuorumSets: [] };
    const cases: [unknown, string][] = [
      [{}, ": is an object; a list […] is expected"],
      [[1], ": [0]: is the number 1; an object"],
      [[{}], ": [0].publicKey: is missing"],
      [[{ publicKey: "K" }, { publicKey: "K" }], ": [1].publicKey: is that of an earlier node too"],
      [[{ publicKey: "K", quorumSet: {} }], ": [0].quorumSet.threshold: is missing, or no number"],
      [[{ publicKey: "K", quorumSet: { threshold: 1 } }], ": [0].quorumSet.validators: is missing"],
      [[{ publicKey: "K" }], "no node of the network can ever be satisfied"],
      [
        [{ publicKey: "K", quorumSet: { ...set, threshold: 2 } }],
        "no node of the network can ever",
      ],
    ];
    for (const [content, message] of cases) {
      const file = await write("bad.json", content);
      const { status, error } = await run("import", "--stellar", file, "--out", `${folder}/o.json`);
      assertEquals(status, EXIT.configuration, error);
      assert(error.includes(message), `${error}\n${message}`);
    }
  }));
