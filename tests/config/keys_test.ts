import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import { makeCertificate } from "../../lib/crypto/make_certificate.ts";
import { loadConfiguration, readConfiguration } from "../../lib/config/configuration.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { load, sample } from "./sample.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const rsaPem = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const stranger = await makeCertificate("ed25519", "Mallory", ["localhost"]);
const p256 = await makeCertificate("p256", "Mallory", ["localhost"]);

const CASES: readonly (readonly [string, (config: Loose) => void, string])[] = [
  ["no private key", (c) => delete c.privateKey, "privateKey: is missing; give a PKCS#8 key"],
  [
    "two private keys",
    (c) => c.privateKeyFile = "a.pem",
    "has privateKey and privateKeyFile; keep one of them",
  ],
  [
    "a private key of nobody",
    (c) => c.privateKey = stranger.privateKey,
    "privateKey: belongs to none",
  ],
  [
    "a private key of another kind than all certificates",
    (c) => c.privateKey = p256.privateKey,
    "privateKey: is an ECDSA P-256 key, but the certificates in addresses are all of Ed25519 keys",
  ],
  ["an RSA key", (c) => c.privateKey = rsaPem, "privateKey: is a key of kind rsa; use Ed25519 or"],
  ["a private key that is no PEM", (c) => c.privateKey = "abc", "privateKey: is not PEM: it must"],
  [
    "a private key cut short",
    (c) => c.privateKey = c.privateKey.replace(/[^\n]{20}\n-----END/, "\n-----END"),
    "privateKey: cannot be read as a private key; is it whole",
  ],
  [
    "a certificate for a private key",
    (c) => c.privateKey = c.addresses[0].certificate,
    "privateKey: is a CERTIFICATE, not a private key",
  ],
  [
    "an encrypted private key",
    (c) => c.privateKey = c.privateKey.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"),
    "privateKey: is encrypted; give it without a pass phrase",
  ],
  [
    "a private key for a certificate",
    (c) => c.addresses[1].certificate = c.privateKey,
    "addresses[1].certificate: is a private key, not a certificate",
  ],
  [
    "no certificate",
    (c) => delete c.addresses[1].certificate,
    "addresses[1].certificate: is missing; give a certificate as PEM",
  ],
  [
    "a certificate twice over",
    (c) => c.addresses[1].publicKey = c.addresses[1].certificate,
    "addresses[1]: has certificate and publicKey; keep one of them",
  ],
  [
    "a certificate that is no PEM",
    (c) => c.addresses[1].certificate = "MIIB",
    "addresses[1].certificate: is not PEM: it must hold a -----BEGIN CERTIFICATE-----",
  ],
  [
    "a certificate spoilt",
    (c) => c.addresses[1].certificate = c.addresses[1].certificate.replace("MII", "AAA"),
    "addresses[1].certificate: cannot be read as a certificate; is it whole",
  ],
  [
    "two certificates in one",
    (c) => c.addresses[1].certificate += c.addresses[2].certificate,
    "addresses[1].certificate: holds several PEM blocks",
  ],
  [
    "one certificate for two",
    (c) => c.addresses[1].certificate = c.addresses[2].certificate,
    "addresses[2].certificate: the key of this certificate is that of addresses[1].certificate",
  ],
];

for (const [name, spoil, message] of CASES) {
  Deno.test(`refused: ${name}`, () => {
    const config = sample();
    spoil(config);
    const error = assertThrows(() => load(config), OperatorError);
    assert(error.message.startsWith(`alice.json: ${message}`), error.message);
    assert(!error.message.includes("\n"), error.message);
    assertEquals(error.exitStatus, EXIT.configuration);
    assert(!error.message.includes("PRIVATE KEY-----\\n"), "a key must not be shown");
  });
}

Deno.test("a certificate that is not valid now is warned of, no more", () => {
  const early = load(sample(), "alice.json", new Date("1974-01-01"));
  assertEquals(early.warnings.length, 5);
  assertStringIncludes(early.warnings[0]!, 'certificate of "Alice": not valid before 1975');
  const late = load(sample(), "alice.json", new Date("4097-01-01"));
  assertStringIncludes(late.warnings[0]!, 'certificate of "Alice": expired on 4096-01-01T00:00');
  assertEquals(load(sample()).warnings, []);
});

Deno.test("key and certificate files are found beside the configuration", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const config = sample();
    await Deno.mkdir(`${folder}/keys`);
    await Deno.writeTextFile(`${folder}/keys/alice.key`, config.privateKey, { mode: 0o600 });
    await Deno.writeTextFile(`${folder}/bob.pem`, config.addresses[1].certificate);
    delete config.privateKey;
    config.privateKeyFile = "keys/alice.key";
    delete config.addresses[1].certificate;
    config.addresses[1].certificateFile = `${folder}/bob.pem`;
    const file = `${folder}/alice.json`;
    await Deno.writeTextFile(file, JSON.stringify(config), { mode: 0o644 });
    const configuration = await readConfiguration(file);
    assertEquals(configuration.self.name, "Alice");
    assertEquals(configuration.digest, load(sample()).digest);
    assertEquals(configuration.warnings, [], "the file holds no key itself");

    await Deno.chmod(`${folder}/keys/alice.key`, 0o640);
    const [warning] = (await readConfiguration(file)).warnings;
    assertEquals(
      warning,
      `${folder}/keys/alice.key: holds a private key and others may use it (mode 0640); ` +
        "chmod 600 it",
    );
    await Deno.writeTextFile(file, JSON.stringify(sample()));
    await Deno.chmod(file, 0o604);
    assertStringIncludes(
      (await readConfiguration(file)).warnings[0]!,
      "alice.json: holds a private",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("one file may hold this process's own key and certificate, and no other", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const order of [[0, 1], [1, 0]]) {
      const config = sample();
      const parts = [config.privateKey, config.addresses[0].certificate];
      const both = order.map((i) => parts[i]).join("");
      await Deno.writeTextFile(`${folder}/alice.pem`, both, { mode: 0o600 });
      delete config.privateKey;
      delete config.addresses[0].certificate;
      config.privateKeyFile = "alice.pem";
      config.addresses[0].certificateFile = `${folder}/./alice.pem`;
      assertEquals(load(config, `${folder}/a.json`).self.name, "Alice");
      await Deno.writeTextFile(`${folder}/key.pem`, both, { mode: 0o600 });
      const refused = (change: (config: Loose) => void, at: string) => {
        const other = structuredClone(config);
        change(other);
        const error = assertThrows(() => load(other, `${folder}/a.json`), OperatorError);
        assertStringIncludes(error.message, `${at}: holds a private key beside the certificate`);
      };
      refused((c) => c.privateKeyFile = "key.pem", "addresses[0].certificateFile");
      refused((c) => {
        delete c.addresses[0].certificateFile;
        c.addresses[0].certificate = both;
      }, "addresses[0].certificate");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a file that cannot be read is named with its place and the reason", async () => {
  const folder = await Deno.makeTempDir();
  const expect = (run: () => unknown, status: number, message: string) => {
    const error = assertThrows(run, OperatorError);
    assertEquals(error.message, message);
    assertEquals(error.exitStatus, status);
  };
  try {
    const config = sample();
    config.addresses[1] = { ...config.addresses[1], certificate: "", certificateFile: "no.pem" };
    expect(
      () => load(config, `${folder}/alice.json`),
      EXIT.resource,
      `${folder}/alice.json: addresses[1].certificateFile: "no.pem": cannot be read: no such ` +
        "file; check the path",
    );
    const errors: string[] = [];
    await Deno.writeFile(`${folder}/binary`, Uint8Array.of(0x7f, 0x45, 0xff, 0xfe));
    for (const file of ["none.json", ".", "binary"]) {
      await readConfiguration(`${folder}/${file}`).catch((error) => errors.push(error.message));
    }
    assertEquals(errors, [
      `${folder}/none.json: cannot be read: no such file; check the path`,
      `${folder}/.: cannot be read: it is a directory; name a file`,
      `${folder}/binary: is not UTF-8 text; is this the right file?`,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("whatever bytes a file holds, the answer is one line", () => {
  const text = JSON.stringify(sample());
  for (let i = 0; i < 400; i++) {
    const at = (i * 7919) % text.length;
    const spoilt = text.slice(0, at) + String.fromCharCode((i * 31) % 128) + text.slice(at + 1);
    try {
      loadConfiguration(spoilt, "alice.json");
    } catch (error) {
      assert(error instanceof OperatorError, `at ${at}: ${error}`);
      assert(!error.message.includes("\n"), error.message);
    }
  }
});
