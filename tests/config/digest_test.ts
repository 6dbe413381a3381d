import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { parseCard } from "../../lib/config/card.ts";
import { loadCluster } from "../../lib/config/cluster_configuration.ts";
import { joinCards } from "../../lib/config/join_cards.ts";
import { differingParts, DIGEST_PARTS } from "../../lib/config/digest.ts";
import { makeCertificate } from "../../lib/crypto/make_certificate.ts";
import { load, sample } from "./sample.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

const RUNS = 60;

const original = load(sample()).digest;

/** Ways to write the same cluster differently. Each changes the configuration in place. */
const HARMLESS: readonly ((config: Loose, seed: number) => void)[] = [
  (c, seed) => c.addresses = shuffle(c.addresses, seed),
  (c, seed) => c.learners = shuffleKeys(c.learners, seed),
  (c, seed) => {
    for (const learner of Object.keys(c.learners)) {
      c.learners[learner].quorums = shuffle(c.learners[learner].quorums, seed);
    }
  },
  (c, seed) => {
    for (const set of c.learners.Eve.quorums) set.names = shuffle(set.names, seed);
  },
  (c) => {
    c.learners.Frank.quorums = c.learners.Frank.quorums.map(asThreshold);
  },
  (c) => c.learners.Eve.quorums.push(c.learners.Eve.quorums[0]),
  (c) =>
    c.learners.Frank.quorums = [{ threshold: 1, of: c.learners.Frank.quorums.map(asThreshold) }],
  // The pair of Eve and Frank from Frank's side, or from both.
  (c) => {
    const { safetySets } = c.safetySets.Eve;
    c.safetySets.Frank.safetySets.Eve = safetySets.Frank;
    delete safetySets.Frank;
  },
  (c) => c.safetySets.Frank.safetySets.Eve ??= c.safetySets.Eve.safetySets.Frank,
  (c, seed) => c.safetySets = shuffleKeys(c.safetySets, seed),
  (c) => c.rules = "TECHNICAL_REPORT",
  (c, seed) => c.proposal = `proposal ${seed}`,
  (c, seed) => acceptorsOf(c).forEach((a, i) => a.port = 1024 + (seed % 1000) + i),
  (c) => acceptorsOf(c).forEach((a, i) => a.host = `host-${i}.example`),
  (c) => c.addresses.push(visitor),
  (c) => c.proposer = { backoffMsMin: 7 },
  // The default, said.
  (c) => c.proposer = { ...c.proposer, rotation: REVERSED.toReversed(), windowMsMin: 20 },
  (c, seed) => c.limits = { refsMax: 16 + (seed % 1000) },
  (c) => c.network = { pingTimeoutMs: 77 },
  (c) => c.listen = "0.0.0.0:1",
];

/** A client that is no declared proposer. */
const visitor = {
  name: "visitor",
  client: true,
  certificate: (await makeCertificate("ed25519", "visitor", ["localhost"])).certificate,
};

const REVERSED = ["Dave", "Carol", "Bob", "Alice"];

/** Makes a client a declared proposer. */
function declare(c: Loose, name: string): void {
  c.addresses.push({ ...visitor, name });
  c.proposers.push(name);
}

const MEANINGFUL: readonly (readonly [string, (config: Loose) => void, readonly string[]])[] = [
  ["the rules", (c) => c.rules = "HP2", ["rules"]],
  ["a key", (c) => swap(c.addresses[1], c.addresses[2], "certificate"), ["acceptors"]],
  [
    "an acceptor's name",
    (c) => rename(c, "Dave", "Daisy"),
    ["acceptors", "learners", "safetySets", "windows"],
  ],
  ["a learner's name", (c) => rename(c, "Frank", "Fritz"), ["learners", "safetySets"]],
  [
    "a quorum",
    (c) => c.learners.Eve.quorums = [{ names: ["Alice", "Bob", "Carol", "Dave"] }],
    ["learners"],
  ],
  [
    "a safe set",
    (c) =>
      c.safetySets.Eve.safetySets.Frank.quorums = [{ names: ["Alice", "Bob", "Carol", "Dave"] }],
    ["safetySets"],
  ],
  ["a proposer more", (c) => declare(c, "visitor"), ["proposers"]],
  ["a proposer less", (c) => delete c.proposers, ["proposers"]],
  ["who has windows", (c) => c.proposer = { rotation: ["Alice", "client_0"] }, ["windows"]],
  ["whose windows come first", (c) => c.proposer = { rotation: REVERSED }, ["windows"]],
  ["whether there are windows", (c) => c.proposer = { withoutWindows: true }, ["windows"]],
  ["how long windows are", (c) => c.proposer = { windowMsMin: 77 }, ["windows"]],
  ["a pair", (c) => delete c.safetySets.Eve.safetySets.Frank, ["safetySets"]],
];

Deno.test("the digest does not depend on how a cluster is written, nor on whose file it is", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(HARMLESS.length - 1), { maxLength: 8 }),
      fc.nat(3),
      fc.nat(1_000_000),
      (choices, index, seed) => {
        const config = sample(index);
        const once = new Set(choices);
        for (const choice of once) applyIfPossible(HARMLESS[choice]!, config, seed);
        assertEquals(load(config).digest, original);
      },
    ),
    { numRuns: RUNS },
  );
});

Deno.test("cards join to the same bytes however the graph is written, and to the same cluster", () => {
  const join = ({ addresses, learners, safetySets, rules, proposers }: Loose) =>
    joinCards(
      addresses.map((address: Loose) => parseCard(JSON.stringify(address), `${address.name}.card`)),
      JSON.stringify({ learners, safetySets, rules, proposers }),
      "graph.json",
    );
  const joined = join(sample());
  assertEquals(loadCluster(joined, "cluster.json").digest, original);
  const ofGraph = HARMLESS.slice(
    0,
    HARMLESS.findIndex((change) => `${change}`.includes("proposal")),
  );
  assert(ofGraph.length > 8);
  fc.assert(
    fc.property(
      fc.array(fc.nat(ofGraph.length - 1), { maxLength: 8 }),
      fc.nat(1_000_000),
      (choices, seed) => {
        const config = sample();
        for (const choice of new Set(choices)) applyIfPossible(ofGraph[choice]!, config, seed);
        assertEquals(join(config), joined);
      },
    ),
    { numRuns: RUNS },
  );
});

Deno.test("each harmless change is one alone, too", () => {
  for (const change of HARMLESS) {
    const config = sample();
    change(config, 12_345);
    assertEquals(load(config).digest, original, change.toString());
    assert(JSON.stringify(config) !== JSON.stringify(sample()), `no change: ${change}`);
  }
});

for (const [what, change, parts] of MEANINGFUL) {
  Deno.test(`the digest covers ${what}, and says which part differs`, () => {
    const config = sample();
    change(config);
    const { digest } = load(config);
    assertNotEquals(digest.whole, original.whole);
    assertEquals(differingParts(original, digest), [...parts]);
  });
}

Deno.test("permission to disagree is part of the safety sets", () => {
  const config = sample();
  config.safetySets = { Frank: config.safetySets.Frank };
  config.allowDisagreement = ["Eve"];
  const alone = load(config).digest;
  delete config.learners.Eve;
  config.allowDisagreement = [];
  assertEquals(differingParts(alone, load(config).digest), ["learners", "safetySets"]);
});

Deno.test("all parts are 32 bytes and differ from each other", () => {
  const parts = [...DIGEST_PARTS, "whole" as const].map((part) => original[part].toHex());
  assertEquals(new Set(parts).size, 7);
  for (const hex of parts) assertEquals(hex.length, 64);
});

function acceptorsOf(config: Loose): Loose[] {
  return config.addresses.filter(({ client }: Loose) => !client);
}

function asThreshold(set: Loose): Loose {
  return set.names === undefined ? set : { threshold: set.names.length, of: set.names };
}

/** Some changes exclude each other: what one removed, another cannot change. */
function applyIfPossible(
  change: (config: Loose, seed: number) => void,
  config: Loose,
  seed: number,
): void {
  try {
    change(config, seed);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Another order, whenever there is one. */
function shuffle<T>(list: readonly T[], seed: number): T[] {
  const by = 1 + seed % Math.max(1, list.length - 1);
  return [...list.slice(by), ...list.slice(0, by)];
}

function shuffleKeys(object: Loose, seed: number): Loose {
  return Object.fromEntries(shuffle(Object.entries(object), seed));
}

function swap(a: Loose, b: Loose, key: string): void {
  [a[key], b[key]] = [b[key], a[key]];
}

/** Renames an acceptor or a learner wherever it is named. */
function rename(config: Loose, from: string, to: string): void {
  const renamed = JSON.parse(JSON.stringify(config).replaceAll(`"${from}"`, `"${to}"`));
  Object.assign(config, renamed);
}
