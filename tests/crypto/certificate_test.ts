import { assertEquals, assertThrows } from "@std/assert";
import { once } from "node:events";
import { connect, createServer, type TLSSocket } from "node:tls";
import { parseCertificate } from "../../lib/crypto/certificate.ts";
import { makeCertificate } from "../../lib/crypto/make_certificate.ts";
import { KEY_KINDS, KeyError, type KeyKind, parsePrivateKey } from "../../lib/crypto/keys.ts";
import { loadConfiguration } from "../../lib/config/configuration.ts";

/** A certificate with its key, for one end of a connection. */
interface End {
  readonly cert: string;
  readonly key: string;
}

async function makeEnd(kind: KeyKind): Promise<End> {
  const made = await makeCertificate(kind, `"#O=${kind}", é`, ["localhost", "127.0.0.1", "::1"]);
  return { cert: made.certificate, key: made.privateKey };
}

async function referenceEnd(index: number): Promise<End> {
  const file = `reference_${index}_config.json`;
  const text = await Deno.readTextFile(new URL(`../fixtures/${file}`, import.meta.url));
  const { self, privateKeyPem } = loadConfiguration(text, file);
  return { cert: self.certificate.pem, key: privateKeyPem };
}

/** Connects with certificates on both ends; each sees the other's. */
async function handshake(
  server: End,
  client: End,
): Promise<{ ofServer: string; ofClient: string }> {
  const listener = createServer({
    ...server,
    ca: [client.cert],
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: "TLSv1.3",
  });
  const accepted = once(listener, "secureConnection") as Promise<[TLSSocket]>;
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  const socket = connect({
    ...client,
    ca: [server.cert],
    host: "127.0.0.1",
    servername: "localhost",
    port,
  });
  await once(socket, "secureConnect");
  const ofServer = socket.getPeerCertificate().raw;
  const [peer] = await accepted;
  const ofClient = peer.getPeerCertificate().raw;
  const closed = once(listener, "close");
  peer.destroy();
  socket.destroy();
  listener.close();
  await closed;
  return { ofServer: new Uint8Array(ofServer).toHex(), ofClient: new Uint8Array(ofClient).toHex() };
}

const derOf = ({ cert }: End) => parseCertificate(cert).der.toHex();

for (const kind of KEY_KINDS) {
  Deno.test(`certificates made here serve both ends of a TLS connection: ${kind}`, async () => {
    const [server, client] = [await makeEnd(kind), await makeEnd(kind)];
    const seen = await handshake(server, client);
    assertEquals(seen, { ofServer: derOf(server), ofClient: derOf(client) });
  });

  Deno.test(`a made certificate says what it was made for: ${kind}`, async () => {
    const { cert, key } = await makeEnd(kind);
    const certificate = parseCertificate(cert);
    const privateKey = parsePrivateKey(key);
    assertEquals(certificate.keyKind, kind);
    assertEquals(certificate.spki, privateKey.spki);
    assertEquals(certificate.notBefore.getUTCFullYear(), 1975);
    assertEquals(certificate.notAfter.getUTCFullYear(), 4096);
  });
}

Deno.test("certificates of the reference's shape serve both ends, with one of ours too", async () => {
  const [server, client, ours] = [
    await referenceEnd(0),
    await referenceEnd(2),
    await makeEnd("ed25519"),
  ];
  assertEquals(await handshake(server, client), {
    ofServer: derOf(server),
    ofClient: derOf(client),
  });
  assertEquals((await handshake(server, ours)).ofClient, derOf(ours));
});

Deno.test("what is not a certificate or a key is refused in words", () => {
  assertThrows(
    () => parseCertificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
    KeyError,
  );
  assertThrows(() => parseCertificate(""), KeyError, "is not PEM");
  assertThrows(
    () => parsePrivateKey("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
    KeyError,
    "is a PUBLIC KEY, not",
  );
});
