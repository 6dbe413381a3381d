import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { loadCluster } from "../../lib/config/cluster_configuration.ts";
import { readConfiguration } from "../../lib/config/configuration.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { onStage, type Stage } from "./stage.ts";
import { sha256Hex } from "../../lib/crypto/hash.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

/** Two learners that trust different acceptors; each pair and set written in no special order. */
const GRAPH = {
  learners: {
    Frank: { quorums: [{ threshold: 2, of: ["Carol", "Bob", "Alice"] }] },
    Eve: { quorums: [{ names: ["Carol", "Alice"] }, { names: ["Bob", "Alice"] }] },
  },
  safetySets: {
    Frank: { safetySets: { Eve: { quorums: [{ names: ["Carol", "Alice", "Bob"] }] } } },
    Eve: { safetySets: { Eve: { quorums: [{ names: ["Alice"] }] } } },
  },
  limits: { valueBytesMax: 4096 },
};

/** The same, written otherwise. */
const SAME_GRAPH = {
  safetySets: {
    Eve: {
      safetySets: {
        Frank: { quorums: [{ threshold: 3, of: ["Alice", "Bob", "Carol"] }] },
        Eve: { quorums: [{ names: ["Alice"] }] },
      },
    },
  },
  limits: { valueBytesMax: 4096 },
  learners: {
    Eve: { quorums: [{ names: ["Alice", "Bob"] }, { names: ["Alice", "Carol"] }] },
    Frank: { quorums: [{ threshold: 2, of: ["Alice", "Bob", "Carol"] }] },
  },
};

const NAMES = ["Alice", "Bob", "Carol"] as const;

/** Three acceptors and a client, whose keys happen to be in one folder here. */
async function onCards(play: (stage: Stage, cards: string[]) => Promise<void>): Promise<void> {
  await onStage(async (stage) => {
    const { folder, path, records } = stage;
    for (const [i, name] of NAMES.entries()) {
      const at = ["--host", "localhost", "--port", `${9000 + i}`];
      await records("key", "new", name, ...at, "--out", folder);
    }
    await records("key", "new", "console", "--client", "--out", folder);
    stage.write("graph.json", GRAPH);
    await play(stage, [...NAMES, "console"].map((name) => path(`${name}.card.json`)));
  });
}

Deno.test("whoever joins the cards makes the same bytes, without any key", async () => {
  await onCards(async (stage, cards) => {
    const { path, read, write, records } = stage;
    write("other.json", JSON.stringify(SAME_GRAPH, undefined, 7));
    const [joined] = await records(
      ...["config", "join", ...cards, "--graph", path("graph.json"), "--out", path("cluster.json")],
    );
    const text = read("cluster.json");
    assert(!text.includes("PRIVATE KEY"));
    assertEquals(joined.sha256, sha256Hex(text));
    assertEquals([joined.written, joined.acceptors, joined.clients, joined.learners], [
      true,
      [...NAMES],
      ["console"],
      ["Eve", "Frank"],
    ]);
    // The same cards as they may arrive: in another order, with other line breaks.
    for (const card of cards) {
      const other = JSON.parse(await Deno.readTextFile(card));
      other.certificate = other.certificate.replaceAll("\n", "\r\n");
      await Deno.writeTextFile(card, JSON.stringify(other));
    }
    const again = ["--graph", path("other.json"), "--out", path("again.json")];
    const [other] = await records("config", "join", ...cards.toReversed(), ...again);
    assertEquals(read("again.json"), text);
    assertEquals(other.sha256, joined.sha256);

    const cluster = loadCluster(text, "cluster.json");
    assertEquals(cluster.limits.valueBytesMax, 4096);
    for (const name of [...NAMES, "console"]) {
      const own = await readConfiguration(path(`${name}.json`));
      assertEquals([own.self.name, own.digest], [name, cluster.digest]);
      assertEquals(own.shared?.sha256, joined.sha256);
      assertEquals(own.warnings, []);
    }
  });
});

Deno.test("joined again it is left as it is; something else is not overwritten unasked", async () => {
  await onCards(async ({ path, read, records, run, write }, cards) => {
    const join = ["config", "join", ...cards, "--out", path("cluster.json")];
    await records(...join, "--graph", path("graph.json"));
    const [again] = await records(...join, "--graph", path("graph.json"));
    assertEquals(again.written, false);
    const text = read("cluster.json");
    write("graph.json", { ...GRAPH, rules: "HP2" });
    const { status, err } = await run(...join, "--graph", path("graph.json"));
    assertEquals(status, EXIT.usage);
    assertMatch(err, /cluster\.json: exists already; .* something else; .*--force to replace it/);
    assertEquals(read("cluster.json"), text);
    await records(...join, "--graph", path("graph.json"), "--force");
    assertEquals(JSON.parse(read("cluster.json")).rules, "HP2");
  });
});

Deno.test("presets are graphs over the cards", async () => {
  await onCards(async ({ path, folder, read, records, run }, cards) => {
    const join = ["config", "join", ...cards, "--out", path("cluster.json"), "--force"];
    await records(...join, "--preset", "crash", "--learners", "X,Y", "--rules", "HP2");
    const { learners, safetySets, rules } = JSON.parse(read("cluster.json"));
    const majorities = [["Alice", "Bob"], ["Alice", "Carol"], ["Bob", "Carol"]];
    assertEquals(learners.X, { quorums: majorities.map((names) => ({ names })) });
    assertEquals(safetySets.X.safetySets.Y, { quorums: [{ names: [...NAMES] }] });
    assertEquals(rules, "HP2");
    const { status, err } = await run(...join, "--preset", "two-chain");
    assertEquals(status, EXIT.configuration);
    assertStringIncludes(err, '--preset two-chain: names "Blue_0", "Blue_1"');
    const chains = ["Blue_0", "Blue_1", "Blue_2", "Red_0", "Red_1", "Red_2", "Both_0", "Both_1"];
    for (const [i, name] of chains.entries()) {
      const at = ["--host", "localhost", "--port", `${9100 + i}`];
      await records("key", "new", name, ...at, "--out", folder);
    }
    const chainCards = chains.map((name) => path(`${name}.card.json`));
    await records(
      ...["config", "join", ...chainCards, "--preset", "two-chain"],
      ...["--out", path("chains.json")],
    );
    assertEquals(Object.keys(JSON.parse(read("chains.json")).learners), ["Blue", "Red"]);
  });
});

type Spoil = (stage: Stage, cards: string[]) => void;

const edit = (file: string, change: (json: Loose) => void): Spoil => (stage) => {
  const json = JSON.parse(stage.read(file));
  change(json);
  stage.write(file, json);
};

const MISTAKES: readonly (readonly [string, Spoil, RegExp])[] = [
  ["a card given twice", (_, cards) => cards.push(cards[0]!), /Alice\.card\.json: is given twice$/],
  [
    "one name on two cards",
    edit("Bob.card.json", (card) => card.name = "Alice"),
    /Bob\.card\.json: has the name "Alice" of .*Alice\.card\.json too; each needs its own/,
  ],
  [
    "one key on two cards",
    (stage) => {
      const { certificate } = JSON.parse(stage.read("Alice.card.json"));
      edit("Bob.card.json", (card) => card.certificate = certificate)(stage, []);
    },
    /Bob\.card\.json: has the key of .*Alice\.card\.json too; each needs its own/,
  ],
  [
    "one address on two cards",
    edit("Bob.card.json", (card) => Object.assign(card, { host: "LOCALHOST", port: 9000 })),
    /Bob\.card\.json: has the address localhost:9000 of .*Alice\.card\.json too/,
  ],
  [
    "an acceptor of the graph without a card",
    (_, cards) => cards.splice(2, 1),
    /graph\.json: names "Carol", of whom there is no card; give that too, or leave the name out/,
  ],
  [
    "a slip in the graph",
    edit("graph.json", (graph) => graph.learners.Eve.quorums[0].names[0] = "Carl"),
    /graph\.json: names "Carl", of whom there is no card; did you mean "Carol"\?/,
  ],
  [
    "a client in a quorum",
    edit("graph.json", (graph) => graph.learners.Eve.quorums[0].names[0] = "console"),
    /graph\.json: learners\.Eve\.quorums\[0\]\.names\[0\]: "console" is a client, not an acceptor/,
  ],
  [
    "a card that the graph does not use",
    (stage) =>
      stage.write("graph.json", {
        learners: { Eve: { quorums: [{ names: ["Alice", "Bob"] }] } },
        safetySets: { Eve: { safetySets: { Eve: { quorums: [{ names: ["Alice", "Bob"] }] } } } },
      }),
    /Carol\.card\.json: "Carol" is in no quorum and no safe set of .*graph\.json; name it there/,
  ],
  [
    "a private key for a card",
    (stage, cards) => cards[0] = stage.path("Alice.key"),
    /Alice\.key: holds a private key, which must not leave its owner's machine; a card is public/,
  ],
  [
    "a card with a private key in it",
    (stage) => {
      const key = stage.read("Alice.key");
      edit("Alice.card.json", (card) => card.privateKey = key)(stage, []);
    },
    /Alice\.card\.json: holds a private key/,
  ],
  [
    "a certificate file with the private key in it",
    (stage) => {
      edit("Alice.card.json", (card) => {
        stage.write("both.pem", card.certificate + stage.read("Alice.key"));
        delete card.certificate;
        card.certificateFile = "both.pem";
      })(stage, []);
    },
    /Alice\.card\.json: certificateFile: holds a private key/,
  ],
  [
    "an own file for a card",
    (stage, cards) => cards[0] = stage.path("Alice.json"),
    /Alice\.json: privateKeyFile: is of a configuration, not of a card; give NAME\.card\.json/,
  ],
  [
    "a certificate for a card",
    (stage, cards) => {
      stage.write("alice.pem", JSON.parse(stage.read("Alice.card.json")).certificate);
      cards[0] = stage.path("alice.pem");
    },
    /alice\.pem: is PEM, not a card: a card is JSON/,
  ],
  [
    "a field that no card has",
    edit("Alice.card.json", (card) => card.hots = "x"),
    /Alice\.card\.json: hots: unknown field; did you mean "host"\?/,
  ],
  [
    "a card cut off",
    (stage) => stage.write("Alice.card.json", stage.read("Alice.card.json").slice(0, 90)),
    /Alice\.card\.json:5:\d+: a string that does not end; is the file cut off\?/,
  ],
  [
    "a graph with addresses",
    edit("graph.json", (graph) => graph.addresses = [{ name: "Alice" }]),
    /graph\.json: addresses: is made from the cards; leave it out/,
  ],
  [
    "a graph with a private key",
    edit("graph.json", (graph) => graph.privateKey = "x"),
    /graph\.json: privateKey: is a private key; a graph is public/,
  ],
  [
    "an invalid graph",
    edit("graph.json", (graph) => graph.learners.Frank.quorums[0].threshold = 1),
    /graph\.json: safetySets\.\w+\.safetySets\.Frank: invalid learner graph/,
  ],
  [
    "a setting out of range",
    edit("graph.json", (graph) => graph.limits.refsMax = 1e9),
    /graph\.json: limits\.refsMax: is 1000000000; a number from/,
  ],
];

for (const [name, spoil, pattern] of MISTAKES) {
  Deno.test(`join refuses ${name}`, async () => {
    await onCards(async (stage, cards) => {
      spoil(stage, cards);
      const out = stage.path("cluster.json");
      const args = ["--graph", stage.path("graph.json"), "--out", out];
      const { status, err, out: printed } = await stage.run("config", "join", ...cards, ...args);
      assertEquals([status, printed], [EXIT.configuration, ""], err);
      assertMatch(err.trimEnd(), pattern);
      assertEquals(err.trimEnd().split("\n").length, 1, err);
      assert(!err.includes(stage.read("Alice.key").split("\n")[1]!), "no key is shown");
      assertEquals(await Deno.stat(out).catch(() => "none"), "none");
    });
  });
}

Deno.test("a renewed card joins to the same cluster", async () => {
  await onCards(async ({ path, records }, cards) => {
    const join = ["config", "join", ...cards, "--graph", path("graph.json")];
    const [before] = await records(...join, "--out", path("before.json"));
    await records("key", "renew", path("Bob.card.json"), "--days", "30");
    const [after] = await records(...join, "--out", path("after.json"));
    assertEquals(after.digest, before.digest);
    assertNotEquals(after.sha256, before.sha256);
  });
});
