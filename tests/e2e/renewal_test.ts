/**
 * Certificates are renewed, one member at a time, while the cluster decides.
 *
 * @module
 */

import { timestampDate } from "@bufbuild/protobuf/wkt";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseCertificate } from "../../lib/crypto/certificate.ts";
import { type Holder, makeHolder } from "../net/odd_certificates.ts";
import { Durable } from "./durable.ts";
import { Load, printsAll } from "./load.ts";
import { type Ended, Program } from "./program.ts";
import { e2e, type Stage } from "./stage.ts";
import { missing } from "./tools.ts";

const OLD_DAYS = 20;
const NEW_DAYS = 700;

/** The certificates of a cluster, and the files that they are in. */
class Certificates {
  readonly holders: Map<string, Holder> = new Map();
  readonly #fileOf: (name: string) => string;

  constructor(fileOf: (name: string) => string) {
    this.#fileOf = fileOf;
  }

  /** Gives everybody a key and a certificate that ends soon. */
  async begin(names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.holders.set(name, await makeHolder(name, { valid: [-1, OLD_DAYS] }));
    }
    for (const name of names) {
      await this.#change(name, (config) => {
        config.privateKey = this.holders.get(name)!.privateKeyPem;
      });
      await this.distribute(name);
    }
  }

  /** Makes a new certificate of the same key and name, and puts it in the file of its owner alone. */
  async renew(name: string): Promise<void> {
    const { keys } = this.holders.get(name)!;
    const renewed = await makeHolder(name, { keys, valid: [-1, NEW_DAYS] });
    this.holders.set(name, renewed);
    await this.#change(name, ({ addresses }) => {
      addresses.find((address) => address.name === name)!.certificate = renewed.pem;
    });
  }

  /** Puts everybody's latest certificate in the file of one. */
  async distribute(to: string): Promise<void> {
    await this.#change(to, ({ addresses }) => {
      for (const address of addresses) {
        address.certificate = this.holders.get(address.name)!.pem;
      }
    });
  }

  async #change(name: string, change: (config: Config) => void): Promise<void> {
    const file = this.#fileOf(name);
    const config = JSON.parse(await Deno.readTextFile(file));
    change(config);
    await Deno.writeTextFile(file, JSON.stringify(config));
  }
}

interface Config {
  privateKey: string;
  readonly addresses: { readonly name: string; certificate: string }[];
}

/** How many days what a member shows is still valid, as `asked` says it of `name`. */
async function daysShown(durable: Durable, asked: string, name: string): Promise<number> {
  const { peers, certificateNotAfter } = await durable.cluster.status(asked, asked);
  const peer = peers.find((peer) => peer.name === name);
  assert(asked === name || peer?.connected, `${asked} is connected with ${name}`);
  const notAfter = timestampDate(
    (asked === name ? certificateNotAfter : peer?.certificateNotAfter)!,
  );
  return Math.round((notAfter.getTime() - Date.now()) / 86_400_000);
}

async function restart(durable: Durable, name: string): Promise<void> {
  await durable.stop(name);
  durable.start(name);
  await durable.votes(name);
}

Deno.test(e2e(
  import.meta.url,
  "four acceptors and two clients renew their certificates, each by itself, and go on deciding",
  async (stage) => {
    const durable = await Durable.make(stage, { clients: 2 });
    const certificates = new Certificates((name) => durable.cluster.file(name));
    await certificates.begin([...durable.names, "client_0", "client_1"]);
    await durable.startAll();
    assertStringIncludes(
      String((await durable.program("Alice").logged('certificate of "Bob"')).message),
      "expires in 19 days, on ",
    );
    const status = await stage.start("status", ["--text", durable.cluster.file("Alice")]).ended;
    assertEquals([status.code, status.out.match(/; certificate expires on 20/g)?.length], [0, 4]);
    const learn = () => stage.start("learner", ["--all", durable.cluster.file("client_1")]);
    const [before, load] = [learn(), await Load.start(durable)];
    await load.more(10);
    for (const name of durable.names) {
      await certificates.renew(name);
      await restart(durable, name);
      await load.more(10);
    }
    const first = await load.stop();
    await printsAll(before, first);
    before.kill("SIGTERM");
    for (const client of ["client_0", "client_1"]) await certificates.renew(client);
    const after = learn();
    const again = await Load.start(durable, { from: first.size });
    await again.more(10);
    // What is in the others' files is for another day, and for each on its own.
    for (const name of ["Carol", "Alice"]) {
      await certificates.distribute(name);
      await restart(durable, name);
      await again.more(10);
    }
    await printsAll(after, new Map([...first, ...await again.stop()]));
    for (const asked of durable.names) {
      for (const name of durable.names) {
        assertEquals(await daysShown(durable, asked, name), NEW_DAYS, `${name}, says ${asked}`);
      }
    }
    const over = await stage.start("status", ["--text", durable.cluster.file("Bob")]).ended;
    assertEquals([over.code, over.out.includes("certificate")], [0, false]);
    await durable.assertNobodyCaught();
  },
  { patienceMs: 180_000 },
));

async function openssl(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** `config check` of a file. */
async function check(file: string): Promise<Ended> {
  return await new Program("config", ["check", "--text", file]).ended;
}

/** Starts acceptors and waits until each is connected with the others. */
async function allConnected(stage: Stage, durable: Durable): Promise<void> {
  const learner = stage.start("learner", ["--all", durable.cluster.file("client_1")]);
  const load = await Load.start(durable);
  await load.more(5);
  await printsAll(learner, await load.stop());
}

Deno.test(e2e(
  import.meta.url,
  "the recipe for renewing by openssl works",
  async (stage) => {
    const durable = await Durable.make(stage, { clients: 2 });
    await durable.startAll();
    const { cluster } = durable;
    const config = await cluster.read("Alice");
    const path = (name: string) => `${stage.folder}/${name}`;
    const alice = config.addresses.find(({ name }) => name === "Alice")!;
    await stage.write("alice.key", config.privateKey);
    await stage.write("alice.pem", alice.certificate);
    const [key, pem, renewed] = ["alice.key", "alice.pem", "alice-new.pem"].map(path);
    await openssl(
      ...["x509", "-in", pem!, "-signkey", key!, "-days", "730", "-out", renewed!],
    );
    const certificate = await Deno.readTextFile(renewed!);
    assertEquals(parseCertificate(certificate).spki, parseCertificate(alice.certificate).spki);
    const addresses = config.addresses.map((address) =>
      address.name === "Alice" ? { ...address, certificate } : address
    );
    await Deno.writeTextFile(cluster.file("Alice"), JSON.stringify({ ...config, addresses }));
    const { code, out } = await check(cluster.file("Alice"));
    assertEquals(code, 0, out);
    await restart(durable, "Alice");
    await allConnected(stage, durable);
    assertEquals(await daysShown(durable, "Bob", "Alice"), 730);
  },
  { ignore: missing("openssl"), patienceMs: 120_000 },
));

Deno.test(e2e(
  import.meta.url,
  "certificates signed by another, made by openssl, serve a cluster",
  async (stage) => {
    const durable = await Durable.make(stage, { clients: 2 });
    const path = (name: string) => `${stage.folder}/${name}`;
    await openssl(
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-keyout", path("ca.key"), "-out", path("ca.pem"), "-days", "30", "-subj", "/CN=CA"],
    );
    await stage.write("ext", "extendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n");
    const members = [...durable.names, "client_0", "client_1"];
    const chains = new Map<string, string>();
    for (const name of members) {
      const file = durable.cluster.file(name);
      const config = JSON.parse(await Deno.readTextFile(file));
      const key = await stage.write(`${name}.key`, config.privateKey);
      await openssl("req", "-new", "-key", key, "-subj", `/CN=${name}`, "-out", path("csr"));
      await openssl(
        ...["x509", "-req", "-in", path("csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key")],
        ...["-CAcreateserial", "-days", "20", "-extfile", path("ext"), "-out", path("leaf.pem")],
      );
      const leaf = await Deno.readTextFile(path("leaf.pem"));
      chains.set(name, leaf + await Deno.readTextFile(path("ca.pem")));
      await Deno.writeTextFile(path(`${name}.leaf`), leaf);
    }
    for (const name of members) {
      const file = durable.cluster.file(name);
      const config: Config = JSON.parse(await Deno.readTextFile(file));
      for (const address of config.addresses) address.certificate = chains.get(address.name)!;
      await Deno.writeTextFile(file, JSON.stringify(config));
      assertStringIncludes((await check(file)).out, "expires in 19 days");
    }
    await durable.startAll();
    await allConnected(stage, durable);
    // Without its issuer behind it, a certificate of this kind could never work.
    const file = durable.cluster.file("Alice");
    const config: Config = JSON.parse(await Deno.readTextFile(file));
    config.addresses[1]!.certificate = await Deno.readTextFile(path("Bob.leaf"));
    await Deno.writeTextFile(file, JSON.stringify(config));
    const { code, err } = await check(file);
    assertEquals(code, 3);
    assertStringIncludes(err, 'certificate: is signed by "CN=CA", whose certificate is missing');
  },
  { ignore: missing("openssl"), patienceMs: 120_000 },
));
