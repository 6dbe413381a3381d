import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { windowRuleOf } from "../../lib/config/windows.ts";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import { parseConfig } from "../../lib/config/parse.ts";
import { parseGraph } from "../../lib/config/graph.ts";
import { checkGraph } from "../../lib/config/validity.ts";
import { toHex } from "../../lib/wire/hex.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_NETWORK_SETTINGS,
  DEFAULT_PROPOSER_SETTINGS,
} from "../../lib/wire/limits.ts";
import { Place } from "../../lib/wire/place.ts";
import { limitsPage } from "../../scripts/limits_table.ts";
import { anyThree, load, sample } from "./sample.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);

Deno.test("a configuration is completed by what follows from it", () => {
  const config = sample(1);
  const configuration = load(config, "bob.json");
  assertEquals(configuration.self.name, "Bob");
  assertEquals(configuration.self.acceptorIndex, 1);
  assertEquals(configuration.acceptors.map(({ name }) => name), ["Alice", "Bob", "Carol", "Dave"]);
  assertEquals(configuration.acceptors.map(({ acceptorIndex }) => acceptorIndex), [0, 1, 2, 3]);
  assertEquals(configuration.identities.map(({ client }) => client), [
    false,
    false,
    false,
    false,
    true,
  ]);
  assertEquals(configuration.listen, { host: "localhost", port: 8701 });
  assertEquals(configuration.proposal, undefined);
  assertEquals(configuration.limits, DEFAULT_LIMITS);
  const rotation = ["Alice", "Bob", "Carol", "Dave"];
  assertEquals(configuration.proposer, { ...DEFAULT_PROPOSER_SETTINGS, rotation });
  assertEquals(configuration.network, DEFAULT_NETWORK_SETTINGS);
  assertEquals(configuration.warnings, []);
  assertEquals(configuration.graph.spec.burial, "TECHNICAL_REPORT");
});

Deno.test("a client has no index, and nowhere to listen", () => {
  const { self, listen } = load(sample(4));
  assertEquals([self.name, self.acceptorIndex, listen], ["client_0", undefined, {
    host: "",
    port: 0,
  }]);
});

Deno.test("what is said is taken instead of the defaults", () => {
  const config = sample();
  Object.assign(config, { listen: "[::]:9000", rules: "HP2", proposal: "é" });
  Object.assign(config, {
    limits: { refsMax: 20, instancesMax: 0 },
    proposer: { backoffMsMin: 5, rotation: ["Bob", "Alice"] },
  });
  const { listen, graph, proposal, limits, proposer } = load(config);
  assertEquals(listen, { host: "::", port: 9000 });
  assertEquals(graph.burial, "HP2");
  assertEquals(proposal, new TextEncoder().encode("é"));
  assertEquals(limits, { ...DEFAULT_LIMITS, refsMax: 20 });
  assertEquals(proposer.backoffMsMin, 5);
  assertEquals(proposer.rotation, ["Bob", "Alice"]);
});

Deno.test("acceptors keep windows unless the configuration says that they do not", () => {
  const rule = (proposer: object) => windowRuleOf(load({ ...sample(), proposer }));
  const all = { rotation: [0, 1, 2, 3], hasOthers: true, windowMsMin: 20 };
  assertEquals(rule({}), all);
  assertEquals(rule({ rotation: ["client_0", "Bob"] }), { ...all, rotation: [4, 1] });
  assertEquals(rule({ withoutWindows: true }), undefined);
});

Deno.test("names are sorted by code points, whatever the order in the file", () => {
  const config = sample();
  const names = ["\u{1f600}", "\uff21", "z", "B"];
  config.addresses.slice(0, 4).forEach((address: { name: string }, i: number) => {
    address.name = names[i]!;
  });
  const any = { quorums: [{ threshold: 3, of: names }] };
  config.learners = { Eve: any };
  config.safetySets = { Eve: { safetySets: { Eve: any } } };
  assertEquals(load(config).acceptors.map(({ name }) => name), ["B", "z", "\uff21", "\u{1f600}"]);
});

Deno.test("names with a meaning in JavaScript are names like others", () => {
  const text = JSON.stringify(sample()).replaceAll('"Eve"', '"__proto__"').replaceAll(
    '"Bob"',
    '"constructor"',
  );
  const { graph } = loadConfiguration(text, "alice.json");
  assertEquals(graph.spec.learners, ["Frank", "__proto__"]);
  assertEquals(graph.spec.acceptors, ["Alice", "Carol", "Dave", "constructor"]);
});

Deno.test("a nested threshold is never expanded", () => {
  const config = sample();
  config.learners.Eve = {
    quorums: [{ threshold: 3, of: ["Alice", "Dave", { threshold: 2, of: ["Carol", "Bob"] }] }],
  };
  const plain = sample();
  plain.learners.Eve = {
    quorums: [{
      threshold: 3,
      of: [{ name: "Alice" }, { name: "Dave" }, {
        quorum: { threshold: 2, of: [{ name: "Bob" }, { name: "Carol" }] },
      }],
    }],
  };
  const [rule] = load(config).graph.spec.quorums;
  assertEquals(rule, load(plain).graph.spec.quorums[0]);
  // "All three of (Alice, Dave, both of (Carol, Bob))" is "all four".
  assert(rule?.kind === "threshold" && rule.threshold === 4);

  const mixed = sample();
  const all = { quorums: [{ names: ["Alice", "Bob", "Carol", "Dave"] }] };
  const half = { threshold: 1, of: ["Bob", "Carol"] };
  mixed.learners = { Eve: { quorums: [{ threshold: 2, of: ["Alice", half] }] } };
  mixed.safetySets = { Eve: { safetySets: { Eve: all } } };
  const [nested] = load(mixed).graph.spec.quorums;
  assert(nested?.kind === "threshold" && nested.of.some(({ kind }) => kind === "threshold"));
});

Deno.test("a pair listed at both learners counts what either lists", () => {
  const config = sample();
  const only = (...names: string[]) => ({ quorums: [{ names }] });
  config.safetySets = {
    Eve: { safetySets: { Eve: anyThree(), Frank: only("Alice", "Bob", "Carol") } },
    Frank: { safetySets: { Eve: only("Bob", "Carol", "Dave") } },
  };
  const { graph } = load(config);
  const connected = (caught: bigint) => graph.connected(caught)[0];
  assertEquals(connected(0b1000n), 0b11n, "Alice, Bob, Carol are safe");
  assertEquals(connected(0b0001n), 0b11n, "Bob, Carol, Dave are safe");
  assertEquals(connected(0b0010n), 0b01n, "Alice, Carol, Dave are safe: enough for Eve alone");
});

Deno.test("an edge to another learner gives a learner one to itself", () => {
  const config = sample();
  config.safetySets = { Eve: { safetySets: { Frank: anyThree() } } };
  assertEquals(load(config).graph.connected(0n), [0b11n, 0b11n]);
});

Deno.test("a learner may agree with nobody if that is said", () => {
  const config = sample();
  config.safetySets = { Eve: { safetySets: { Eve: anyThree() } } };
  config.allowDisagreement = ["Frank", "Frank"];
  const configuration = load(config);
  assertEquals(configuration.allowDisagreement, ["Frank"]);
  assertEquals(configuration.graph.connected(0n), [0b01n, 0n]);
});

Deno.test("files of the reference's shape load as they are, and belong together", async () => {
  const digests = new Set<string>();
  for (const [i, name] of ["Alice", "Bob", "Carol", "Dave"].entries()) {
    const file = `reference_${i}_config.json`;
    const text = await Deno.readTextFile(new URL(file, FIXTURES));
    const configuration = loadConfiguration(text, file);
    assertEquals(configuration.self.name, name);
    assertEquals(configuration.self.certificate.keyKind, "p256");
    assertEquals(configuration.listen, { host: "localhost", port: 8700 + i });
    assertEquals(new TextDecoder().decode(configuration.proposal), `my_proposal_${i}`);
    assertEquals(configuration.warnings, []);
    digests.add(toHex(configuration.digest.whole));
  }
  assertEquals(digests.size, 1);
  assertNotEquals(toHex(load(sample()).digest.whole), [...digests][0]);
});

Deno.test("a long proposal is read", () => {
  const config = sample();
  config.proposal = "\n".repeat(1_000_000);
  assertEquals(load(config).proposal?.length, 1_000_000);
});

Deno.test("the example of docs/CONFIGURATION.md is a valid learner graph", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/CONFIGURATION.md", import.meta.url));
  const [, example] = /```json\n(.*?)```/s.exec(page)!;
  const root = new Place("example");
  const config = parseConfig(example!, "example");
  const graph = checkGraph(parseGraph(config, ["Alice", "Bob", "Carol"], ["console"], root), root);
  assertEquals(graph.connected(0b010n), [0b01n, 0n], "Bob caught: Eve still agrees with herself");
});

Deno.test("docs/LIMITS.md is what the tables say", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/LIMITS.md", import.meta.url));
  assertEquals(page, limitsPage(), "run: deno run -A scripts/limits_table.ts");
});
