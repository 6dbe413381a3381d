import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { configMain } from "../../cli/config.ts";
import { loadCluster } from "../../lib/config/cluster_configuration.ts";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { MemorySink } from "../cli_args/memory_sink.ts";
import { load, sample } from "./sample.ts";
import { sha256Hex } from "../../lib/crypto/hash.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

const OWN = { cluster: "cluster.json", privateKeyFile: "alice.key", dataDir: "alice-data" };

/** What all share of the sample, without anything of Alice's. */
function shared(): Loose {
  const { privateKey: _, ...rest } = sample();
  return rest;
}

interface Files {
  readonly folder: string;
  /** Writes both files, and loads Alice's. */
  load(own: Loose, shared: Loose): ReturnType<typeof loadConfiguration>;
}

async function withFiles(body: (files: Files) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/alice.key`, sample().privateKey, { mode: 0o600 });
    await body({
      folder,
      load(own, shared) {
        Deno.writeTextFileSync(`${folder}/cluster.json`, JSON.stringify(shared));
        return loadConfiguration(JSON.stringify(own), `${folder}/alice.json`);
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a file of one's own and the one that all share are as good as one file", async () => {
  await withFiles((files) => {
    const configuration = files.load({ ...OWN, listen: "127.0.0.1:9", proposal: "p" }, shared());
    assertEquals(configuration.digest, load(sample()).digest);
    assertEquals(configuration.self.name, "Alice");
    assertEquals(configuration.identities, load(sample()).identities);
    assertEquals(configuration.listen, { host: "127.0.0.1", port: 9 });
    assertEquals(configuration.dataDir, `${files.folder}/alice-data`);
    assertEquals(configuration.proposal, new TextEncoder().encode("p"));
    assertEquals(configuration.warnings, []);
    const text = Deno.readTextFileSync(`${files.folder}/cluster.json`);
    assertEquals(configuration.shared, {
      file: `${files.folder}/cluster.json`,
      sha256: sha256Hex(text),
    });
  });
});

Deno.test("settings may be in both files: the own file's count, one by one", async () => {
  await withFiles((files) => {
    const { limits, proposer, network } = files.load(
      { ...OWN, limits: { refsMax: 100 }, proposer: { windowMsMin: 700 } },
      {
        ...shared(),
        limits: { refsMax: 200, instancesMax: 300 },
        proposer: { rotation: ["client_0"], windowMsMin: 600 },
        network: { pingIntervalMs: 4000 },
      },
    );
    assertEquals([limits.refsMax, limits.instancesMax], [100, 300]);
    assertEquals([proposer.rotation, proposer.windowMsMin], [["client_0"], 700]);
    assertEquals(network.pingIntervalMs, 4000);
    const off = files.load({ ...OWN, proposer: { backoffMsMin: 7 } }, {
      ...shared(),
      proposer: { withoutWindows: true },
    });
    assertEquals([off.proposer.rotation, off.proposer.backoffMsMin], [[], 7]);
  });
});

Deno.test("certificates of the shared file are beside that, keys beside the own one", async () => {
  await withFiles(async ({ folder }) => {
    await Deno.mkdir(`${folder}/common`);
    const config = shared();
    await Deno.writeTextFile(`${folder}/common/bob.pem`, config.addresses[1].certificate);
    delete config.addresses[1].certificate;
    config.addresses[1].certificateFile = "bob.pem";
    await Deno.writeTextFile(`${folder}/common/cluster.json`, JSON.stringify(config));
    const own = JSON.stringify({ ...OWN, cluster: "common/cluster.json" });
    const { digest } = loadConfiguration(own, `${folder}/alice.json`);
    assertEquals(digest, load(sample()).digest);
  });
});

const MISTAKES: readonly (readonly [string, Loose, (shared: Loose) => void, string])[] = [
  [
    "learners in the own file",
    { ...OWN, learners: sample().learners },
    () => {},
    'alice.json: learners: belongs into the file that "cluster" names; leave it out here',
  ],
  [
    "rules in the own file",
    { ...OWN, rules: "HP2" },
    () => {},
    'alice.json: rules: belongs into the file that "cluster" names',
  ],
  [
    "a private key in the shared file",
    OWN,
    (c) => c.privateKey = sample().privateKey,
    "cluster.json: privateKey: is in the file that all share; a private key belongs into",
  ],
  [
    "a private key's name in the shared file",
    OWN,
    (c) => c.privateKeyFile = "alice.key",
    "cluster.json: privateKeyFile: is in the file that all share",
  ],
  [
    "a data directory in the shared file",
    OWN,
    (c) => c.dataDir = "data",
    "cluster.json: dataDir: belongs to one process: put it into the own file of that",
  ],
  [
    "a shared file that names another",
    OWN,
    (c) => c.cluster = "more.json",
    "cluster.json: cluster: names another file; name that one instead",
  ],
  [
    "a mistake in the shared file",
    OWN,
    (c) => c.learners.Eve.quorums[0].names[0] = "Alyce",
    'cluster.json: learners.Eve.quorums[0].names[0]: "Alyce" is not an acceptor; did you mean',
  ],
  [
    "a setting out of range in the shared file",
    OWN,
    (c) => c.limits = { refsMax: 1_000_000_000 },
    "cluster.json: limits.refsMax: is 1000000000; a number from",
  ],
  [
    "a setting out of range in the own file",
    { ...OWN, limits: { refsMax: 1_000_000_000 } },
    () => {},
    "alice.json: limits.refsMax: is 1000000000; a number from",
  ],
  [
    "no shared file",
    { ...OWN, cluster: "no.json" },
    () => {},
    'alice.json: cluster: "no.json": cannot be read: no such file; hetpaxos config join makes it',
  ],
  [
    "a shared file and no key",
    { cluster: "cluster.json" },
    () => {},
    "alice.json: privateKey: is missing; give a PKCS#8 key as PEM, or privateKeyFile",
  ],
];

for (const [name, own, spoil, message] of MISTAKES) {
  Deno.test(`refused: ${name}`, async () => {
    await withFiles((files) => {
      const config = shared();
      spoil(config);
      const error = assertThrows(() => files.load(own, config), OperatorError);
      assert(error.message.startsWith(`${files.folder}/${message}`), error.message);
      assert(!error.message.includes("\n"), error.message);
    });
  });
}

Deno.test("who only looks needs no key, and none is looked at", () => {
  const text = JSON.stringify(shared());
  const cluster = loadCluster(text, "cluster.json");
  assertEquals(cluster.digest, load(sample()).digest);
  assert(!("self" in cluster));
  assertEquals(cluster.shared?.file, "cluster.json");
  const error = assertThrows(() => loadConfiguration(text, "cluster.json"), OperatorError);
  assertStringIncludes(error.message, "cluster.json: privateKey: is missing; give");
  assertStringIncludes(error.message, '{"cluster": "cluster.json", "privateKeyFile": "my.key"}');
  assertEquals(error.exitStatus, EXIT.configuration);
  // A file of a process is as good, even for somebody who may not read its key.
  const { privateKey: _, ...rest } = sample();
  const foreign = JSON.stringify({ ...rest, privateKeyFile: "/nowhere/alice.key" });
  assertEquals(loadCluster(foreign, "alice.json").shared, undefined);
});

Deno.test("check and digest take what all share, and show what to compare", async () => {
  await withFiles(async (files) => {
    const { shared: { sha256 } = { sha256: "" } } = files.load(OWN, shared());
    await Deno.writeTextFile(`${files.folder}/alice.json`, JSON.stringify(OWN));
    const run = async (...args: string[]) => {
      const [out, err] = [new MemorySink(false), new MemorySink(false)];
      assertEquals(await configMain(args, out, err), EXIT.ok, err.text);
      return out.text;
    };
    const [own, common] = [`${files.folder}/alice.json`, `${files.folder}/cluster.json`];
    const checked = (await run("check", own, common)).trim().split("\n").map((l) => JSON.parse(l));
    assertEquals(checked.map(({ name }) => name), ["Alice", null]);
    assertEquals(checked.map(({ event }) => event), ["checked", "checked"]);
    assertEquals(checked[0].digest, checked[1].digest);
    assertEquals(checked.map(({ shared }) => shared.sha256), [sha256, sha256]);
    const text = await run("check", "--text", common);
    assertStringIncludes(text, "identity    none: no private key, so what all members share");
    assertStringIncludes(text, `sha256 ${sha256}`);
    assertStringIncludes(await run("digest", "--text", common), `shared file ${sha256}`);
    assertStringIncludes(await run("digest", own), `"sharedFile":"${sha256}"`);
    // Who may not read the key may still ask for the digest.
    await Deno.remove(`${files.folder}/alice.key`);
    assertStringIncludes(await run("digest", own), `"sharedFile":"${sha256}"`);
  });
});
