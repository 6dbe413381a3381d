import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { parseCertificate } from "../../lib/crypto/certificate.ts";
import { KEY_KINDS, parsePrivateKey } from "../../lib/crypto/keys.ts";
import { readCertificateFields } from "../../lib/wire/x509_fields.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { onStage, type Outcome, type Stage } from "./stage.ts";

const DAY_MS = 86_400_000;

function assertFails({ status, out, err }: Outcome, expected: number, pattern: RegExp): void {
  assertEquals([status, out], [expected, ""], err);
  assertEquals(err.trimEnd().split("\n").length, 1, err);
  assertMatch(err, pattern);
}

const isFile = (stage: Stage, name: string) =>
  Deno.stat(stage.path(name)).then(({ isFile }) => isFile, () => false);

for (const kind of KEY_KINDS) {
  Deno.test(`an identity is a private key, a public card, and a file to run by: ${kind}`, async () => {
    await onStage(async (stage) => {
      const { folder, path, read } = stage;
      const [key, card, own, identity] = await stage.records(
        ...["key", "new", "Alice", "--host", "a.example", "--port", "99", "--key-type", kind],
        ...["--out", folder],
      );
      assertEquals([key, card, own].map(({ event, file, what }) => [event, file, what]), [
        ["written", path("Alice.key"), "private key"],
        ["written", path("Alice.card.json"), "card"],
        ["written", path("Alice.json"), "configuration"],
      ]);
      if (Deno.build.os !== "windows") {
        assertEquals((await Deno.stat(path("Alice.key"))).mode! & 0o777, 0o600);
      }
      const { name, host, port, client, certificate, ...rest } = JSON.parse(
        read("Alice.card.json"),
      );
      assertEquals([name, host, port, client, rest], ["Alice", "a.example", 99, undefined, {}]);
      const parsed = parseCertificate(certificate);
      const privateKey = parsePrivateKey(read("Alice.key"));
      assertEquals([parsed.keyKind, privateKey.kind], [kind, kind]);
      assertEquals(parsed.spki, privateKey.spki);
      assertEquals(JSON.parse(read("Alice.json")), {
        cluster: "cluster.json",
        privateKeyFile: "Alice.key",
        dataDir: "Alice.data",
      });
      for (const name of ["Alice.card.json", "Alice.json"]) {
        assert(!read(name).includes("PRIVATE"), `${name} is public`);
      }
      const [ofKey, ofCard] = await stage.records("key", "show", key.file, card.file);
      assertEquals([ofKey.what, ofCard.what], ["private key", "card"]);
      assertEquals(ofKey.fingerprint, identity.fingerprint);
      assertEquals(ofCard.fingerprint, identity.fingerprint);
      assertMatch(identity.fingerprint, /^[0-9a-f]{64}$/);
    });
  });
}

Deno.test("a client needs no host, and its file no journal", async () => {
  await onStage(async ({ folder, path, read, records, run }) => {
    await records("key", "new", "console", "--client", "--out", folder);
    assertEquals(JSON.parse(read("console.json")), {
      cluster: "cluster.json",
      privateKeyFile: "console.key",
    });
    const [shown] = await records("key", "show", path("console.card.json"));
    assertEquals([shown.client, shown.address], [true, undefined]);
    const { out } = await run("key", "show", "--text", path("console.card.json"));
    assertStringIncludes(out, "identity     console, client");
  });
});

Deno.test("nothing that exists is overwritten: a lost key is a lost identity", async () => {
  await onStage(async (stage) => {
    const { folder, path, read, run } = stage;
    stage.write("Alice.key", "precious");
    assertFails(
      await run("key", "new", "Alice", "--host", "localhost", "--out", folder),
      EXIT.usage,
      /Alice\.key: exists already; nothing was written: choose another NAME or --out/,
    );
    assertEquals(read("Alice.key"), "precious");
    assertEquals(await isFile(stage, "Alice.card.json"), false);
    assertFails(
      await run("key", "new", "Bob", "--client", "--out", path("none")),
      EXIT.resource,
      /none\/Bob\.key: cannot be written: no such directory; make it first/,
    );
  });
});

Deno.test("flags and names that make no sense are refused in one line", async () => {
  await onStage(async (stage) => {
    const cases: readonly (readonly [string[], RegExp])[] = [
      [["new"], /NAME: is missing/],
      [["new", "Alice"], /--host: is missing: say where the others reach/],
      [["new", "Alice", "--host", "a b"], /--host: "a b" is neither a DNS name nor/],
      [["new", "Alice", "--host", "x", "--port", "0"], /--port: wants a whole number/],
      [["new", "c", "--client", "--host", "x"], /--client: excludes --host: give one/],
      [["new", "c", "--client", "--port", "1"], /--client: excludes --port: give one/],
      [["new", "../x", "--client"], /NAME: "\.\.\/x" would make odd names of files/],
      [["new", "cluster", "--client"], /NAME: "cluster" is what the shared file is called/],
      [["new", " x", "--client"], /NAME: " x" begins or ends with a space/],
      [["new", "x", "--client", "--days", "0"], /--days: wants a whole number from 1/],
      [["renew", stage.path("x.pem"), "--key"], /--key: wants a value/],
    ];
    for (const [args, pattern] of cases) {
      assertFails(await stage.run("key", ...args), EXIT.usage, pattern);
    }
  });
});

Deno.test("a renewed certificate has the key and the subject of the old one", async () => {
  await onStage(async (stage) => {
    const { folder, path, read, records, run } = stage;
    await records(
      ...["key", "new", "Älice", "--host", "a.example", "--days", "3", "--out", folder],
    );
    const certificateNow = () =>
      parseCertificate(JSON.parse(read("Älice.card.json")).certificate as string);
    const old = certificateNow();
    const key = read("Älice.key");
    const days = (old.notAfter.getTime() - Date.now()) / DAY_MS;
    assert(days > 2.9 && days < 3.1, `valid for ${days} days`);
    assert(old.notBefore.getTime() < Date.now() - DAY_MS / 2, "clocks may be slow");

    const [renewed] = await records("key", "renew", path("Älice.card.json"), "--days", "400");
    assertEquals([renewed.event, renewed.name], ["renewed", "Älice"]);
    const now = certificateNow();
    assertNotEquals(now.der, old.der);
    assertEquals(now.spki, old.spki);
    const [before, after] = [old, now].map(({ der }) => readCertificateFields(der).subject);
    assertEquals(after, before);
    assertEquals(renewed.notAfter, now.notAfter.toISOString());
    assertEquals(read("Älice.key"), key);

    await records("key", "renew", path("Älice.card.json"), "--host", "::1", "--port", "7");
    const { host, port } = JSON.parse(read("Älice.card.json"));
    assertEquals([host, port], ["::1", 7]);

    await records("key", "new", "Bob", "--client", "--out", folder);
    assertFails(
      await run("key", "renew", path("Älice.card.json"), "--key", path("Bob.key")),
      EXIT.configuration,
      /Bob\.key: is not the key of .*Älice\.card\.json; a new key is a new identity/,
    );
    assertFails(
      await run("key", "renew", path("Bob.card.json"), "--port", "9"),
      EXIT.usage,
      /Bob\.card\.json: is the card of a client, which nobody dials/,
    );
    await Deno.remove(path("Bob.key"));
    assertFails(
      await run("key", "renew", path("Bob.card.json")),
      EXIT.resource,
      /Bob\.key: cannot be read: no such file/,
    );
    await Deno.rename(path("Bob.card.json"), path("bob.txt"));
    assertFails(
      await run("key", "renew", path("bob.txt")),
      EXIT.usage,
      /--key: is missing: say where the private key is/,
    );
  });
});

Deno.test("what is shown says who may read a private key, and never the key", async () => {
  await onStage(async ({ folder, path, read, run, write }) => {
    await run("key", "new", "Alice", "--host", "localhost", "--out", folder);
    await Deno.chmod(path("Alice.key"), 0o644);
    const { out } = await run("key", "show", "--text", path("Alice.key"));
    assertStringIncludes(out, "Alice.key: Ed25519 private key");
    assertStringIncludes(out, "others may use it (mode 0644); chmod 600 it");
    const secret = read("Alice.key").split("\n")[1]!;
    assert(!out.includes(secret));
    write("alice.pem", JSON.parse(read("Alice.card.json")).certificate);
    const pem = await run("key", "show", "--text", path("alice.pem"));
    assertStringIncludes(pem.out, "alice.pem: Ed25519 certificate");
    assertFails(
      await run("key", "show", path("Alice.json")),
      EXIT.configuration,
      /Alice\.json: privateKeyFile: is of a configuration, not of a card/,
    );
    assertFails(await run("key", "show", path("none")), EXIT.resource, /none: cannot be read/);
  });
});
