/** Who is let in, and whom a client believes. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { once } from "node:events";
import { connect } from "node:tls";
import { parseCertificate } from "../../lib/crypto/certificate.ts";
import { LinkError } from "../../lib/net/errors.ts";
import { makeTestIdentity, type TestIdentity } from "./certificates.ts";
import { CAST, openLink, startClient, startServer } from "./fixture.ts";
import { asVersion, makeHolder } from "./odd_certificates.ts";
import { rawConnect } from "./raw_connection.ts";

const never = new AbortController().signal;

/** The failure of a call to a server with this identity by a client with that one. */
async function failure(
  server: TestIdentity,
  client: TestIdentity,
  expected = server,
): Promise<LinkError> {
  await using running = await startServer({ tls: server });
  using caller = startClient(running.port, { tls: client, expected });
  return await assertRejects(() => caller.getStatus({}, never), LinkError);
}

for (const kind of ["ed25519", "p256"] as const) {
  Deno.test(`a server with a ${kind} key serves clients of either kind`, async () => {
    const server = await makeTestIdentity("server", { kind });
    await using running = await startServer({ tls: server });
    for (const tls of [CAST.alice, CAST.bob]) {
      using client = startClient(running.port, { tls, expected: server });
      assertEquals((await client.getStatus({}, never)).name, tls.name);
    }
  });
}

Deno.test("the host dialled need not be the host in the certificate", async () => {
  const server = await makeTestIdentity("server", { host: "elsewhere.example" });
  await using running = await startServer({ tls: server });
  using client = startClient(running.port, { expected: server });
  await using link = await openLink(client);
  await link.roundTrip();
});

Deno.test("a server with another certificate than the configured one is not believed", async () => {
  const error = await failure(CAST.server, CAST.alice, CAST.bob);
  assertEquals([error.kind, error.message], ["untrusted", "certificate is not the configured one"]);
});

Deno.test("a server certificate issued by the configured one is not the configured one", async () => {
  // Its chain is valid: only comparing the key tells.
  const minted = await makeTestIdentity("server", { issuer: CAST.bob });
  const error = await failure(minted, CAST.alice, CAST.bob);
  assertEquals([error.kind, error.message], ["untrusted", "certificate is not the configured one"]);
});

Deno.test("an impostor with the same name is not believed", async () => {
  const error = await failure(CAST.mallory, CAST.bob, CAST.alice);
  assertEquals([error.kind, error.message], ["untrusted", "certificate is not the configured one"]);
});

Deno.test("an expired certificate of a server is refused, and the client says why", async () => {
  const expired = await makeTestIdentity("server", { expired: true });
  const error = await failure(expired, CAST.alice);
  assertEquals(
    [error.kind, error.message],
    ["untrusted", "its configured certificate has expired"],
  );
});

Deno.test("a renewed certificate is believed by who has the old one, and the other way round", async () => {
  const old = await makeHolder("server", { valid: [-30, 5] });
  const renewed = await makeHolder("server", { keys: old.keys, valid: [-1, 365] });
  for (const [shown, known] of [[renewed, old], [old, renewed]] as const) {
    const tls = { certificatePem: shown.pem, privateKeyPem: shown.privateKeyPem };
    await using running = await startServer({ tls });
    const heard: string[] = [];
    using caller = startClient(running.port, {
      expected: known,
      onShown: (der) => heard.push(der.toHex()),
    });
    assertEquals((await caller.getStatus({}, never)).name, "alice");
    assertEquals(heard, [shown.der.toHex()], "what was shown is told");
    const seen: string[] = [];
    await using server = await startServer({
      admitted: [known],
      onShown: (name, der) => seen.push(`${name} ${der.toHex()}`),
    });
    using client = startClient(server.port, { tls });
    assertEquals((await client.getStatus({}, never)).name, "server");
    assertEquals(seen, [`server ${shown.der.toHex()}`]);
  }
});

Deno.test("an old certificate that has expired still vouches for a renewed one", async () => {
  const old = await makeHolder("server", { valid: [-30, -5] });
  const renewed = await makeHolder("server", { keys: old.keys });
  const tls = { certificatePem: renewed.pem, privateKeyPem: renewed.privateKeyPem };
  await using running = await startServer({ tls });
  using caller = startClient(running.port, { expected: old });
  assertEquals((await caller.getStatus({}, never)).name, "alice");
});

// What cannot be renewed in one step; the old and the new one in one file can do it in two.
Deno.test("a renewed certificate of another name, or an authority's, needs both in the file", async () => {
  const old = await makeHolder("server");
  for (const [name, authority] of [["another", false], ["server", true]] as const) {
    const renewed = await makeHolder(name, { keys: old.keys, authority });
    const tls = { certificatePem: renewed.pem, privateKeyPem: renewed.privateKeyPem };
    const both = parseCertificate(renewed.pem + old.pem);
    await using running = await startServer({ tls });
    using doubter = startClient(running.port, { expected: old });
    const error = await assertRejects(() => doubter.getStatus({}, never), LinkError);
    assertEquals(error.kind, "untrusted");
    for (const shown of [renewed, old]) {
      const shownTls = { certificatePem: shown.pem, privateKeyPem: shown.privateKeyPem };
      await using server = await startServer({ tls: shownTls });
      const expected = { name: "server", pem: both.trusted, der: both.der };
      using caller = startClient(server.port, { expected });
      assertEquals((await caller.getStatus({}, never)).name, "alice");
      await using admitting = await startServer({ admitted: [expected] });
      using client = startClient(admitting.port, { tls: shownTls });
      assertEquals((await client.getStatus({}, never)).name, "server");
    }
  }
});

Deno.test("an issuer cannot make another key pass for one that it has signed", async () => {
  const issuer = await makeHolder("issuer", { authority: true });
  const real = await makeHolder("server", { issuer });
  const minted = await makeHolder("server", { issuer });
  const expected = { name: "server", pem: real.pem + issuer.pem, der: real.der };
  for (const shown of [minted, issuer]) {
    const tls = { certificatePem: shown.pem, privateKeyPem: shown.privateKeyPem };
    await using running = await startServer({ tls });
    using caller = startClient(running.port, { expected });
    const error = await assertRejects(() => caller.getStatus({}, never), LinkError);
    assertEquals(error.kind, "untrusted");
    await using server = await startServer({ admitted: [expected] });
    using client = startClient(server.port, { tls });
    await assertRejects(() => client.getStatus({}, never), LinkError);
    await server.refused("STRANGER");
  }
  const renewed = await makeHolder("server", { issuer, keys: real.keys });
  await using server = await startServer({ admitted: [expected] });
  const tls = { certificatePem: renewed.pem, privateKeyPem: renewed.privateKeyPem };
  using client = startClient(server.port, { tls });
  assertEquals((await client.getStatus({}, never)).name, "server");
});

// Deno takes a certificate that is not of version 3 from any server, whatever it is told to trust,
// and does not ask for proof of the key. The key in it is the right one: only the version tells.
for (const version of [undefined, [0], [1], [3], [2, 0], [0, 2], [2, 2], []]) {
  const title = version === undefined ? "none" : `${JSON.stringify(version)}`;
  Deno.test(`a certificate made by anybody around a known key opens nothing: version ${title}`, async () => {
    const real = await makeHolder("server");
    const thief = await makeHolder("thief");
    const forged = await asVersion({ ...real, privateKeyPem: thief.privateKeyPem }, version);
    const tls = { certificatePem: forged.pem, privateKeyPem: thief.privateKeyPem };
    await using running = await startServer({ tls });
    // Even if it were in our file: its key is not pinned.
    for (const expected of [real, { ...real, pem: real.pem + forged.pem }, forged]) {
      using caller = startClient(running.port, { expected });
      await assertRejects(() => caller.getStatus({}, never), LinkError);
      // With what the first handshake has left behind, too.
      await assertRejects(() => caller.getStatus({}, never), LinkError);
      await using server = await startServer({ admitted: [expected] });
      using client = startClient(server.port, { tls });
      await assertRejects(() => client.getStatus({}, never), LinkError);
    }
  });
}

// That is Deno's doing, of which the test above is the defence. If it changes, the ADR must.
Deno.test("Deno itself believes a certificate of version 1 from anybody", async () => {
  const real = await makeHolder("server");
  const thief = await makeHolder("thief");
  const forged = await asVersion({ ...real, privateKeyPem: thief.privateKeyPem });
  const tls = { certificatePem: forged.pem, privateKeyPem: thief.privateKeyPem };
  await using running = await startServer({ tls });
  const socket = connect({
    host: "127.0.0.1",
    port: running.port,
    ca: [real.pem],
    minVersion: "TLSv1.3",
    checkServerIdentity: () => undefined,
  });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  assert(socket.authorized);
  const closed = once(socket, "close");
  socket.destroy();
  await closed;
});

// Deno checks the dates of a server's certificate and not of a client's. If that changes, the ADR
// on transport must.
Deno.test("an expired certificate of a client is accepted, being the configured one", async () => {
  const expired = await makeTestIdentity("carol", { expired: true });
  await using server = await startServer({ admitted: [expired] });
  using client = startClient(server.port, { tls: expired });
  assertEquals((await client.getStatus({}, never)).name, "carol");
});

Deno.test("strangers are refused, and an honest client goes on", async (t) => {
  await using server = await startServer({ admitted: [CAST.alice, CAST.bob] });
  using client = startClient(server.port);
  await using link = await openLink(client);
  // Signed with a key that the server trusts, in a name that it knows, and still not bob's.
  const minted = await makeTestIdentity("bob", { issuer: CAST.alice });
  await t.step("no certificate", async () => {
    const raw = await rawConnect(server.port, CAST.server, undefined);
    await raw.closed;
    await server.refused("HANDSHAKE");
  });
  await t.step("unknown certificate, known name", async () => {
    using mallory = startClient(server.port, { tls: CAST.mallory });
    const error = await assertRejects(() => mallory.getStatus({}, never), LinkError);
    assert(error.kind === "closed" || error.kind === "not_admitted", error.message);
  });
  await t.step("certificate minted by an admitted identity in another's name", async () => {
    using mallory = startClient(server.port, { tls: minted });
    const error = await assertRejects(() => mallory.getStatus({}, never), LinkError);
    assert(error.kind === "closed" || error.kind === "not_admitted", error.message);
    await server.refused("STRANGER");
  });
  await t.step("TLS 1.2", async () => {
    const before = server.refusals.length;
    await assertRejects(() =>
      rawConnect(server.port, CAST.server, CAST.alice, { maxVersion: "TLSv1.2" })
    );
    assertEquals(server.refusals.slice(before).map((r) => r.reason), ["HANDSHAKE"]);
  });
  await link.roundTrip();
});
