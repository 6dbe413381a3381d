/** An acceptor that speaks HTTP/2 as nobody should: its client ends the connection and says why. */
import { assert, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { LinkError } from "../../lib/net/errors.ts";
import { CAST, outbox, startClient } from "./fixture.ts";
import { FLAG, FRAME, frame, goaway, headerBlock, u32 } from "./raw_http2.ts";
import { streamOf } from "./iterated_talk.ts";

const never = new AbortController().signal;
const SETTINGS = frame(FRAME.settings, 0, 0);

/** Serves one connection by hand; resolves to what a link and a call to it end with. */
async function endingOf(
  behave: (socket: TLSSocket) => void,
  options: Parameters<typeof startClient>[1] = {},
): Promise<LinkError> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({
    key: CAST.server.privateKeyPem,
    cert: CAST.server.certificatePem,
    minVersion: "TLSv1.3",
    ALPNProtocols: ["h2"],
  }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.resume();
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const client = startClient((server.address() as AddressInfo).port, options);
  const error = await assertRejects(async () => {
    for await (const _ of streamOf(client, outbox(), never));
  }, LinkError);
  client.close();
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return error;
}

/** Writes again and again, as fast as the other side reads, until the socket has closed. */
function pour(socket: TLSSocket, bytes: Uint8Array): void {
  if (!socket.destroyed) socket.write(bytes, () => pour(socket, bytes));
}

const headers = (id: number) =>
  frame(FRAME.headers, FLAG.endHeaders, id, headerBlock([[":status", "200"]]));

const ODDITIES: readonly (readonly [string, (socket: TLSSocket) => void])[] = [
  ["hangs up at once", (socket) => socket.destroy()],
  ["speaks HTTP/1.1", (socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n")],
  ["speaks nonsense", (socket) => socket.write(Buffer.alloc(100_000, 0xff))],
  ["floods with PING", (socket) => {
    socket.write(SETTINGS);
    pour(socket, frame(FRAME.ping, 0, 0, new Uint8Array(8)));
  }],
  ["floods with SETTINGS", (socket) => pour(socket, SETTINGS)],
  ["floods with unknown frames", (socket) => {
    socket.write(SETTINGS);
    pour(socket, frame(0xbb, 0, 0, new Uint8Array(1_000)));
  }],
  ["pushes", (socket) => {
    socket.write(SETTINGS);
    socket.write(frame(5, FLAG.endHeaders, 1, Buffer.concat([u32(2), headerBlock([])])));
  }],
  ["answers a stream that nobody opened", (socket) => {
    socket.write(SETTINGS);
    socket.write(headers(99));
  }],
  ["sends data before headers", (socket) => {
    socket.write(SETTINGS);
    socket.once("data", () => socket.write(frame(FRAME.data, 0, 1, new Uint8Array(10))));
  }],
  ["sends headers without end", (socket) => {
    socket.write(SETTINGS);
    socket.write(frame(FRAME.headers, 0, 1, headerBlock([[":status", "200"]])));
    pour(socket, frame(FRAME.continuation, 0, 1, headerBlock([["x", "y".repeat(1_000)]])));
  }],
];
for (const [last, code] of [[0, 0], [1, 1], [0x7fffffff, 0xffffffff], [7, 11], [2, 13]] as const) {
  Deno.test(`an acceptor that says GOAWAY ${last}/${code} is left`, async () => {
    await endingOf((socket) => {
      socket.write(SETTINGS);
      socket.write(goaway(last, code, "too_many_pings"));
    }, { pingIntervalMs: 100, pingTimeoutMs: 100 });
  });
}
for (const [what, behave] of ODDITIES) {
  Deno.test(`an acceptor that ${what} is left`, async () => {
    const error = await endingOf(behave, { pingIntervalMs: 100, pingTimeoutMs: 100 });
    assert(!error.message.includes("\n"));
  });
}

Deno.test("an acceptor that answers no pings is left", async () => {
  const error = await endingOf((socket) => socket.write(SETTINGS), {
    pingIntervalMs: 50,
    pingTimeoutMs: 50,
  });
  assert(error.kind === "silent", error.message);
});
