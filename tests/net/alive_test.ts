/** What counts as a sign of life, and how much may be on its way. */
import { assertEquals } from "@std/assert";
import { connect, type Settings } from "node:http2";
import { NET_BOUNDS } from "../../lib/net/bounds.ts";
import { CAST, startServer } from "./fixture.ts";
import { beginHttp2, nextTurn } from "./raw_connection.ts";
import { FRAME, frame } from "./raw_http2.ts";

const PATIENCE = { pingIntervalMs: 40, pingTimeoutMs: 60 };

Deno.test("a peer that sends is alive, though it answers no ping", async () => {
  await using server = await startServer({ ...PATIENCE, bounds: { checkMs: 10 } });
  const raw = await beginHttp2(server.port);
  const update = frame(FRAME.windowUpdate, 0, 0, Uint8Array.of(0, 0, 0, 1));
  const endMs = performance.now() + 10 * (PATIENCE.pingIntervalMs + PATIENCE.pingTimeoutMs);
  while (performance.now() < endMs) {
    await raw.write(update);
    await nextTurn();
  }
  assertEquals(server.refusals, []);
  await server.refused("SILENT");
  await raw.closed;
});

Deno.test("a call carries more in a round trip than HTTP/2's 64 kB", async () => {
  await using server = await startServer();
  const session = connect(`https://127.0.0.1:${server.port}`, {
    ca: [CAST.server.pem],
    cert: CAST.alice.certificatePem,
    key: CAST.alice.privateKeyPem,
    checkServerIdentity: () => undefined,
  });
  const settings = await new Promise<Settings>((resolve) =>
    session.once("remoteSettings", resolve)
  );
  assertEquals(settings.initialWindowSize, NET_BOUNDS.streamWindowBytes);
  const closed = new Promise<void>((resolve) => session.once("close", () => resolve()));
  session.destroy();
  await closed;
});
