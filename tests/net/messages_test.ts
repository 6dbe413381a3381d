/** How large a message may be. */
import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { LinkError } from "../../lib/net/errors.ts";
import {
  GetStatusResponseSchema,
  ProposeRequestSchema,
} from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { CAST, ECHO, LIMITS, startClient, startServer } from "./fixture.ts";
import { FLAG, FRAME, frame, grpcHeaders, PREFACE } from "./raw_http2.ts";
import { rawConnect } from "./raw_connection.ts";

const never = new AbortController().signal;
const PROPOSE = "/hetpaxos.v1.HetPaxosService/Propose";

/** A gRPC message as bytes: flag, length, payload. */
function grpcMessage(payload: Uint8Array, compressed: boolean, length = payload.length) {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, payload]);
}

/** Sends a Propose by hand; the gRPC status that comes back, and whether the handler was reached. */
async function propose(message: Uint8Array, headers: readonly (readonly [string, string])[] = []) {
  let reached = false;
  await using server = await startServer({
    handlers: {
      ...ECHO,
      propose(request, context) {
        reached = true;
        return ECHO.propose(request, context);
      },
    },
  });
  const raw = await rawConnect(server.port, CAST.server, CAST.bob);
  await raw.write(Buffer.concat([
    PREFACE,
    frame(FRAME.settings, 0, 0),
    frame(FRAME.headers, FLAG.endHeaders, 1, grpcHeaders(PROPOSE, headers)),
  ]));
  const parts = [];
  for (let at = 0; at < message.length; at += 16_384) {
    parts.push(frame(FRAME.data, 0, 1, message.subarray(at, at + 16_384)));
  }
  await raw.write(Buffer.concat(parts));
  // HEADERS of stream 1 that end it: the trailers.
  await raw.until((bytes) => endOfStream(bytes));
  raw.socket.destroy();
  await raw.closed;
  return { reached };
}

/** Whether the frames received contain HEADERS or RST_STREAM that end stream 1. */
function endOfStream(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes);
  for (let at = 0; at + 9 <= view.length; at += 9 + view.readUIntBE(at, 3)) {
    const type = view.readUInt8(at + 3);
    const ends = type === FRAME.rstStream ||
      (type === FRAME.headers && (view.readUInt8(at + 4) & FLAG.endStream) !== 0);
    if (ends && view.readUInt32BE(at + 5) === 1) return true;
  }
  return false;
}

Deno.test("a message announced beyond the limit is refused before it arrives", async () => {
  const { reached } = await propose(grpcMessage(new Uint8Array(10), false, 2 ** 31));
  assertEquals(reached, false);
});

Deno.test("a compressed message is refused, however small", async () => {
  const value = new Uint8Array(64 << 20);
  const bomb = gzipSync(toBinary(ProposeRequestSchema, create(ProposeRequestSchema, { value })));
  const before = Deno.memoryUsage().rss;
  const { reached } = await propose(grpcMessage(bomb, true), [["grpc-encoding", "gzip"]]);
  assertEquals(reached, false);
  assertEquals(Deno.memoryUsage().rss - before < value.length, true);
});

Deno.test("a client refuses to send what is too large, and to receive it", async () => {
  await using server = await startServer({
    handlers: {
      ...ECHO,
      getStatus: () =>
        Promise.resolve(
          create(GetStatusResponseSchema, { name: "x".repeat(LIMITS.envelopeBytesMax) }),
        ),
    },
  });
  using client = startClient(server.port);
  const value = new Uint8Array(LIMITS.envelopeBytesMax);
  const sending = await assertRejects(() => client.propose({ value }, never), LinkError);
  assertEquals(sending.code, Code.ResourceExhausted);
  const receiving = await assertRejects(() => client.getStatus({}, never), LinkError);
  assertEquals(receiving.code, Code.ResourceExhausted);
});

Deno.test("a message just below the limit passes", async () => {
  await using server = await startServer();
  using client = startClient(server.port);
  await client.propose({ value: new Uint8Array(LIMITS.envelopeBytesMax - 100) }, never);
  assertEquals(server.refusals, []);
});

Deno.test("messages that have come in part are bounded, over all calls of an identity", async () => {
  let reached = 0;
  await using server = await startServer({
    limits: { ...LIMITS, bytesInFlightMax: 50_000 },
    handlers: {
      ...ECHO,
      propose(request, context) {
        reached++;
        return ECHO.propose(request, context);
      },
    },
  });
  const begin = async () => {
    const raw = await rawConnect(server.port, CAST.server, CAST.bob);
    await raw.write(Buffer.concat([
      PREFACE,
      frame(FRAME.settings, 0, 0),
      frame(FRAME.headers, FLAG.endHeaders, 1, grpcHeaders(PROPOSE)),
    ]));
    return raw;
  };
  const half = (flags: number, payload: Uint8Array, from = 0) =>
    Buffer.concat([
      frame(FRAME.data, 0, 1, payload.subarray(from, from + 16_000)),
      frame(FRAME.data, flags, 1, payload.subarray(from + 16_000, from + 32_000)),
    ]);
  const value = new Uint8Array(60_000);
  const request = toBinary(ProposeRequestSchema, create(ProposeRequestSchema, { value }));
  const message = grpcMessage(request, false);
  const first = await begin();
  await first.write(half(0, message));
  await first.write(frame(FRAME.ping, 0, 0, Buffer.from("untilnow")));
  await first.until((bytes) => Buffer.from(bytes).includes("untilnow"));
  const second = await begin();
  await second.write(half(0, message));
  await second.until((bytes) => endOfStream(bytes));
  // What others have begun does not count.
  using alice = startClient(server.port);
  await alice.propose({ value: new Uint8Array(40_000) }, never);
  // Whoever has room may go on: what is whole, or over, does not count any more.
  const third = await begin();
  await third.write(half(0, message.subarray(0, 10_000)));
  await third.write(frame(FRAME.ping, 0, 0, Buffer.from("untilnow")));
  await third.until((bytes) => Buffer.from(bytes).includes("untilnow"));
  assertEquals(reached, 1);
  for (const raw of [first, second, third]) {
    raw.socket.destroy();
    await raw.closed;
  }
  using bob = startClient(server.port, { tls: CAST.bob });
  await bob.propose({ value: new Uint8Array(40_000) }, never);
  await bob.propose({ value: new Uint8Array(40_000) }, never);
  assertEquals(reached, 3);
});
