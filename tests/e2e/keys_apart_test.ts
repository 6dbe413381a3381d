/**
 * Parties that make their keys apart, join their cards, and decide.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { assertOneLine, succeeds, valuesOf } from "./expect.ts";
import type { Program } from "./program.ts";
import { e2e, type Stage } from "./stage.ts";

/** Both are needed for a decision. */
const GRAPH = {
  learners: { Eve: { quorums: [{ names: ["Bob", "Alice"] }] } },
  safetySets: {
    Eve: { safetySets: { Eve: { quorums: [{ names: ["Alice"] }, { names: ["Bob"] }] } } },
  },
  proposers: ["console"],
};

/** A party with a folder of its own: no other party's programs are told of it. */
class Party {
  readonly folder: string;
  readonly #stage: Stage;

  private constructor(stage: Stage, readonly name: string, folder: string) {
    this.#stage = stage;
    this.folder = folder;
  }

  static async make(stage: Stage, name: string): Promise<Party> {
    return new Party(stage, name, await Deno.makeTempDir({ prefix: `hetpaxos_${name}_` }));
  }

  path(file: string): string {
    return `${this.folder}/${file}`;
  }

  async run(program: "key" | "config", ...args: string[]): Promise<void> {
    await succeeds(this.#stage.start(program, args));
  }

  start(program: "acceptor" | "learner" | "proposer", ...args: string[]): Program {
    return this.#stage.start(program, [...args, this.path(`${this.name}.json`)]);
  }

  /** Sends what is public to everybody. */
  async publish(files: readonly string[], others: readonly Party[]): Promise<void> {
    for (const other of others) {
      if (other === this) continue;
      for (const file of files) await Deno.copyFile(this.path(file), other.path(file));
    }
  }

  /** Joins the cards that have come with the graph; the cards in an order of its own. */
  async join(names: readonly string[], graph: string): Promise<string> {
    await Deno.writeTextFile(this.path("graph.json"), graph);
    const cards = names.map((name) => this.path(`${name}.card.json`));
    const at = ["--graph", this.path("graph.json"), "--out", this.path("cluster.json")];
    await this.run("config", "join", ...cards, ...at);
    return await Deno.readTextFile(this.path("cluster.json"));
  }

  /** Files in its folder, however deep, that have a private key in them. */
  async privateKeys(): Promise<string[]> {
    const found: string[] = [];
    const open = [this.folder];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for await (const { name, isDirectory } of Deno.readDir(at)) {
        const path = `${at}/${name}`;
        if (isDirectory) open.push(path);
        else if (new TextDecoder().decode(await Deno.readFile(path)).includes("PRIVATE KEY")) {
          found.push(path);
        }
      }
    }
    return found;
  }
}

async function withParties(
  stage: Stage,
  names: readonly string[],
  body: (parties: Party[]) => Promise<void>,
): Promise<void> {
  const parties: Party[] = [];
  try {
    for (const name of names) parties.push(await Party.make(stage, name));
    await body(parties);
  } finally {
    for (const { folder } of parties) await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Everybody joins, has the same bytes, and Alice and Bob decide what the client proposes.
 *
 * @returns the acceptors, running.
 */
async function joinAndDecide(parties: readonly Party[]): Promise<[Program, Program]> {
  const names = parties.map(({ name }) => name);
  const joined: string[] = [];
  for (const [i, party] of parties.entries()) {
    const order = [...names.slice(i), ...names.slice(0, i)];
    joined.push(await party.join(order, JSON.stringify(GRAPH, undefined, i)));
  }
  assertEquals(new Set(joined).size, 1, "all have the same bytes");
  for (const party of parties) {
    assertEquals(await party.privateKeys(), [party.path(`${party.name}.key`)]);
  }
  const [alice, bob, client] = parties as [Party, Party, Party];
  const acceptors: [Program, Program] = [alice.start("acceptor"), bob.start("acceptor")];
  await Promise.all(acceptors.map(listening));
  const learner = client.start("learner", "--once");
  const decisions = await succeeds(client.start("proposer", "--value", "apart"));
  assertEquals(valuesOf(decisions), ["apart"]);
  assertEquals(valuesOf(await succeeds(learner)), ["apart"]);
  for (const party of [alice, bob]) {
    assert((await Deno.stat(party.path(`${party.name}.data/journal.sqlite`))).isFile);
  }
  for (const party of parties) {
    assert((await party.privateKeys()).length <= 1, `${party.name} has its own key at most`);
  }
  return acceptors;
}

async function listening(acceptor: Program): Promise<void> {
  await acceptor.line(({ event }) => event === "listening", "listening");
}

Deno.test(e2e(
  import.meta.url,
  "parties make their keys apart, join, and decide; a fourth needs none to look on",
  async (stage) => {
    await withParties(stage, ["Alice", "Bob", "console", "Vera"], async (parties) => {
      const [alice, bob, client, vera] = parties as [Party, Party, Party, Party];
      const port = freePorts(2);
      for (const [i, party] of [alice, bob].entries()) {
        const at = ["--host", "127.0.0.1", "--port", `${port + i}`, "--out", party.folder];
        await party.run("key", "new", party.name, ...at);
      }
      await client.run("key", "new", "console", "--client", "--out", client.folder);
      const members = [alice, bob, client];
      for (const party of members) await party.publish([`${party.name}.card.json`], parties);
      const [running] = await joinAndDecide(members);

      const cards = members.map(({ name }) => name);
      const cluster = vera.path("cluster.json");
      assertEquals(
        await vera.join(cards, JSON.stringify(GRAPH)),
        await Deno.readTextFile(alice.path("cluster.json")),
      );
      await vera.run("config", "check", cluster);
      await vera.run("config", "digest", cluster);
      assertEquals(await vera.privateKeys(), []);
      const keyless = await stage.start("acceptor", [cluster]).ended;
      assertOneLine(keyless, 3, /cluster\.json: privateKey: is missing; give a PKCS#8 key as PEM/);

      // Alice renews her certificate, and nobody else has to know.
      const graph = ["--graph", alice.path("graph.json"), "--out", alice.path("cluster.json")];
      await alice.run("key", "renew", alice.path("Alice.card.json"), "--days", "90");
      await alice.run(
        "config",
        "join",
        ...cards.map((n) => alice.path(`${n}.card.json`)),
        ...graph,
        "--force",
      );
      running.kill("SIGTERM");
      assertEquals((await running.ended).code, 0);
      const renewed = alice.start("acceptor", "--log-level", "info");
      await listening(renewed);
      const proposer = client.start("proposer", "--value", "renewed", "--instance", "1");
      assertEquals(valuesOf(await succeeds(proposer)), ["renewed"]);
    });
  },
));

/** The shell commands of a section of a page, block by block. */
async function blocksOf(page: string, heading: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${ROOT}/docs/${page}`);
  const [, after] = text.split(`\n## ${heading}\n`);
  assert(after !== undefined, `${page} has no section "${heading}"`);
  const [section] = after.split("\n## ");
  return [...section!.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block!);
}

async function shell(folder: string, script: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-euc", script],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Why the recipe cannot be run here; undefined if it can. */
async function openssl(): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command("openssl", { args: ["version"] }).output();
    const version = new TextDecoder().decode(stdout).trim();
    // LibreSSL, which macOS calls openssl too, has no Ed25519 in many of its versions.
    return /^OpenSSL (1\.1\.1|[3-9])/.test(version) ? undefined : `openssl is ${version} here`;
  } catch {
    return "there is no openssl here";
  }
}

Deno.test(e2e(
  import.meta.url,
  "the recipe by openssl alone, word for word, makes identities that decide",
  async (stage) => {
    const [variables, ed25519, p256, certificate, files, ...more] = await blocksOf(
      "KEYS.md",
      "With openssl alone",
    ) as [string, string, string, string, string];
    assertEquals(more, [], "every block is run");
    assertMatch(variables, /^name=Alice host=a\.example port=8700\n$/);
    await withParties(stage, ["Alice", "Bob", "console"], async (parties) => {
      const [alice, bob, client] = parties as [Party, Party, Party];
      const port = freePorts(2);
      for (const [i, [party, key]] of ([[alice, ed25519], [bob, p256]] as const).entries()) {
        const here = `name=${party.name} host=localhost port=${port + i}\n`;
        await shell(party.folder, here + key + certificate + files);
        // The certificate is made again for the same key: a renewal.
        if (party === bob) await shell(party.folder, here + certificate);
      }
      await client.run("key", "new", "console", "--client", "--out", client.folder);
      const page = await Deno.readTextFile(`${ROOT}/docs/KEYS.md`);
      const [, fingerprint] = /By other means: `([^`]*)`/.exec(page)!;
      const shown = await shell(alice.folder, fingerprint!);
      const show = stage.start("key", ["show", alice.path("Alice.pem")]);
      await succeeds(show);
      assertEquals(show.out.all[0]!.fingerprint, /[0-9a-f]{64}/.exec(shown)![0]);
      await alice.publish(["Alice.card.json", "Alice.pem"], parties);
      await bob.publish(["Bob.card.json", "Bob.pem"], parties);
      await client.publish(["console.card.json"], parties);
      // Windows has no modes.
      for (const party of Deno.build.os === "windows" ? [] : [alice, bob]) {
        const { mode } = await Deno.stat(party.path(`${party.name}.key`));
        assertEquals(mode! & 0o777, 0o600);
      }
      await joinAndDecide(parties);
    });
  },
  { ignore: await openssl() },
));

Deno.test(e2e(
  import.meta.url,
  "of several that make one identity at once, one does, and its files belong together",
  async (stage) => {
    await withParties(stage, ["Alice"], async ([alice]) => {
      const args = ["new", "Alice", "--host", "localhost", "--out", alice!.folder];
      const ends = await Promise.all(
        Array.from({ length: 6 }, () => stage.start("key", args).ended),
      );
      assertEquals(ends.filter(({ code }) => code === 0).length, 1);
      for (const end of ends) if (end.code !== 0) assertOneLine(end, 2, /exists already/);
      const files = ["Alice.key", "Alice.card.json"].map((file) => alice!.path(file));
      const show = stage.start("key", ["show", ...files]);
      await succeeds(show);
      assertEquals(new Set(show.out.all.map(({ fingerprint }) => fingerprint)).size, 1);
      const names = [...Deno.readDirSync(alice!.folder)].map(({ name }) => name).sort();
      assertEquals(names, ["Alice.card.json", "Alice.json", "Alice.key"]);
    });
  },
));
