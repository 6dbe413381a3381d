/** Connections that come to nothing, or are too many. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { Agent, request } from "node:https";
import { LinkError } from "../../lib/net/errors.ts";
import { CAST, LIMITS, openLink, startClient, startServer } from "./fixture.ts";
import { beginHttp2, rawConnect, type RawConnection } from "./raw_connection.ts";
import { repeat, sayInTheClear } from "./raw_connection.ts";
import { FRAME, frame } from "./raw_http2.ts";

Deno.test("what is no TLS is refused", async (t) => {
  await using server = await startServer({ bounds: { handshakeMs: 200, checkMs: 50 } });
  const say = async (name: string, bytes: Uint8Array) => {
    await t.step(name, async () => {
      const before = server.refusals.length;
      await sayInTheClear(server.port, bytes);
      assertEquals(server.refusals.slice(before).map((r) => r.reason), ["HANDSHAKE"]);
    });
  };
  await say("plain HTTP", Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n\r\n"));
  await say("garbage", crypto.getRandomValues(new Uint8Array(1_000)));
  await say("silence", new Uint8Array());
  await say("half a ClientHello", Uint8Array.of(22, 3, 1, 2, 0, 1));
});

Deno.test("strangers cannot fill the house: the oldest handshake makes room", async () => {
  await using server = await startServer({ bounds: { pendingMax: 5 } });
  const stalled = Array.from({ length: 8 }, () => sayInTheClear(server.port, Uint8Array.of(22)));
  await Promise.race(stalled);
  using client = startClient(server.port);
  await using link = await openLink(client);
  await link.roundTrip();
  assert(server.refusals.every(({ reason }) => reason === "PENDING_FULL"));
  await server.close();
  await Promise.all(stalled);
});

Deno.test("an identity has so many connections and no more", async () => {
  await using server = await startServer();
  const open: RawConnection[] = [];
  for (let i = 0; i < LIMITS.connectionsPerIdentityMax; i++) {
    open.push(await beginHttp2(server.port));
  }
  const surplus = await beginHttp2(server.port);
  await surplus.closed;
  await server.refused("TOO_MANY_CONNECTIONS");
  using honest = startClient(server.port);
  await using link = await openLink(honest);
  // A place that is given up can be taken.
  open[0]?.socket.destroy();
  await open[0]?.closed;
  await link.roundTrip();
  using bob = startClient(server.port, { tls: CAST.bob });
  await using again = await openLink(bob);
  await again.roundTrip();
});

Deno.test("who has too many connections already is told so, in whatever protocol it speaks", async () => {
  await using server = await startServer({ limits: { ...LIMITS, connectionsPerIdentityMax: 2 } });
  const open = [await beginHttp2(server.port), await beginHttp2(server.port)];
  const words = "bob has 2 connections here, and may have no more (connectionsPerIdentityMax); " +
    "stop another of its processes, or use another identity";
  using surplus = startClient(server.port, { tls: CAST.bob });
  const error = await assertRejects(
    () => surplus.getStatus({}, new AbortController().signal),
    LinkError,
  );
  assertEquals([error.kind, error.message], ["refused", `refused: ${words}`]);
  const refusal = await server.refused("TOO_MANY_CONNECTIONS");
  assertEquals([refusal.detail, refusal.owner], [words, "bob"]);
  const { status, body } = await new Promise<{ status: number; body: string }>(
    (resolve, reject) => {
      const sent = request({
        host: "127.0.0.1",
        port: server.port,
        path: "/hetpaxos.v1.HetPaxosService/GetStatus",
        method: "POST",
        agent: new Agent({ keepAlive: false }),
        cert: CAST.bob.certificatePem,
        key: CAST.bob.privateKeyPem,
        ca: [CAST.server.pem],
        headers: { "content-type": "application/json" },
      }, (response) => {
        let body = "";
        response.on("data", (chunk) => body += chunk);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      });
      sent.on("error", reject);
      sent.end("{}");
    },
  );
  assertEquals([status, JSON.parse(body)], [429, { code: "resource_exhausted", message: words }]);
  for (const { socket, closed } of open) {
    socket.destroy();
    await closed;
  }
  assertEquals((await surplus.getStatus({}, new AbortController().signal)).name, "bob");
});

Deno.test("an identity that floods waits before it is let in again", async () => {
  await using server = await startServer({ bounds: { connectionRate: [4, 0.001] } });
  const raw = await beginHttp2(server.port);
  await raw.flood(repeat(frame(FRAME.ping, 0, 0, new Uint8Array(8)), 1_000), Infinity);
  await raw.closed;
  await server.refused("FLOOD");
  await (await beginHttp2(server.port)).closed;
  await server.refused("CONNECTS_TOO_FAST");
  using honest = startClient(server.port);
  await using link = await openLink(honest);
  await link.roundTrip();
});

Deno.test("not HTTP/2, though it was agreed upon", async () => {
  await using server = await startServer();
  const raw = await rawConnect(server.port, CAST.server, CAST.bob);
  await raw.write(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
  await raw.closed;
  assertEquals((await server.refused("PROTOCOL")).detail.includes("magic"), true);
});

Deno.test("HTTP/1.1 headers that never end", async () => {
  await using server = await startServer({ bounds: { idleMs: 200, checkMs: 50 } });
  const raw = await rawConnect(server.port, CAST.server, CAST.bob, { alpn: ["http/1.1"] });
  await raw.write(Buffer.from("POST / HTTP/1.1\r\nhost: x\r\nx-a: "));
  await raw.closed;
  await server.refused("IDLE");
});

Deno.test("HTTP/1.1 that is none", async () => {
  await using server = await startServer();
  const raw = await rawConnect(server.port, CAST.server, CAST.bob, { alpn: ["http/1.1"] });
  await raw.write(Buffer.from("\0\0\0\r\n\r\n"));
  await raw.closed;
});

Deno.test("a server that tries its own door takes nobody for a stranger", async () => {
  await using server = await startServer({
    bounds: { checkMs: 5, doorCheckMs: 1, handshakeMs: 50 },
  });
  using client = startClient(server.port);
  await using link = await openLink(client);
  const endMs = performance.now() + 500;
  while (performance.now() < endMs) await link.roundTrip();
  using bob = startClient(server.port, { tls: CAST.bob });
  await using again = await openLink(bob);
  await again.roundTrip();
  assertEquals(server.refusals, []);
});
