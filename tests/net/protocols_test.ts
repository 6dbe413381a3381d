/** One port, several protocols. */
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Agent, request } from "node:https";
import { connectTo } from "../../lib/net/client.ts";
import { serve } from "../../lib/net/server.ts";
import { HetPaxosService } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { CAST, ECHO, LIMITS, openLink, sessionTo, startClient, startServer } from "./fixture.ts";

const never = new AbortController().signal;
const nodeOptions = {
  cert: CAST.alice.certificatePem,
  key: CAST.alice.privateKeyPem,
  ca: [CAST.server.pem],
};

/** What curl does with --json, over HTTP/1.1. */
function postJson(port: number, method: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    const sent = request({
      ...nodeOptions,
      agent,
      host: "127.0.0.1",
      port,
      method: "POST",
      path: `/hetpaxos.v1.HetPaxosService/${method}`,
      headers: { "content-type": "application/json" },
    }, (response) => {
      let body = "";
      response.on("data", (chunk) => body += chunk);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on("error", reject);
    sent.end("{}");
  });
}

Deno.test("Connect, unary, JSON, over HTTP/1.1", async () => {
  await using server = await startServer();
  const { status, body } = await postJson(server.port, "GetStatus");
  assertEquals([status, JSON.parse(body).name], [200, "alice"]);
  assertEquals((await postJson(server.port, "Nonsense")).status, 404);
});

Deno.test("a stream over HTTP/1.1 is refused, not hung", async () => {
  await using server = await startServer();
  assertEquals((await postJson(server.port, "StreamConsensusMessages")).status, 505);
});

for (
  const [name, make] of [["Connect", createConnectTransport], [
    "gRPC-Web",
    createGrpcWebTransport,
  ]] as const
) {
  Deno.test(`${name} over HTTP/2`, async () => {
    await using server = await startServer();
    const { baseUrl, sessionManager } = sessionTo(server.port);
    const client = createClient(
      HetPaxosService,
      make({ baseUrl, httpVersion: "2", sessionManager, useBinaryFormat: false }),
    );
    assertEquals((await client.getStatus({})).name, "alice");
    const leave = new AbortController();
    const decisions = client.watchDecisions({}, { signal: leave.signal })[Symbol.asyncIterator]();
    assertEquals((await decisions.next()).value?.learner, "x");
    leave.abort();
    await assertRejects(() => decisions.next());
    sessionManager.close();
  });
}

Deno.test("cleartext on loopback, when asked for, with a peer that is nobody", async () => {
  await using server = await startServer({ cleartextLoopback: true });
  using client = startClient(server.port, { cleartextLoopback: true });
  assertEquals((await client.getStatus({}, never)).name, "");
  await using link = await openLink(client);
  await link.roundTrip();
});

Deno.test("cleartext beyond loopback is refused", async () => {
  const common = { tls: CAST.server, cleartextLoopback: true };
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "127.0.0.1.example", "localhost.example"]) {
    const error = await assertRejects(() =>
      serve({
        ...common,
        host,
        port: 0,
        admitted: [],
        handlers: ECHO,
        limits: LIMITS,
        onRefused() {},
      }), OperatorError);
    assertEquals(error.exitStatus, EXIT.usage);
    assertThrows(() =>
      connectTo({
        ...common,
        host,
        port: 1,
        expected: CAST.server,
        pingIntervalMs: 1,
        pingTimeoutMs: 1,
        envelopeBytesMax: 1,
      }), OperatorError);
  }
});

Deno.test("an address that cannot be used is the operator's mistake", async () => {
  await using server = await startServer();
  const attempt = (host: string, port: number) =>
    assertRejects(() => startServer({ host, port }), OperatorError);
  const inUse = await attempt("127.0.0.1", server.port);
  assertEquals(inUse.exitStatus, EXIT.resource);
  assert(inUse.message.startsWith(`127.0.0.1:${server.port}: the port is in use`), inUse.message);
  const foreign = await attempt("192.0.2.1", 0);
  assert(foreign.message.startsWith("192.0.2.1:0: no address of this machine"), foreign.message);
  const unknown = await attempt("nowhere.invalid", 0);
  assert(unknown.message.includes("cannot be resolved"), unknown.message);
});
