/** Who is let in, and whom a client believes. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { LinkError } from "../../lib/net/errors.ts";
import { makeTestIdentity, type TestIdentity } from "./certificates.ts";
import { CAST, openLink, startClient, startServer } from "./fixture.ts";
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
  // Its chain is valid: only comparing the bytes tells.
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
