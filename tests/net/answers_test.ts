/** Answers arrive whole, however late they are read, and calls that lead to something are free. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import type { AcceptorClient } from "../../lib/net/client.ts";
import { LinkError } from "../../lib/net/errors.ts";
import { type Envelope, EnvelopeSchema } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import {
  DecisionSchema,
  ProposeResponseSchema,
} from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { CAST, ECHO, LIMITS, outbox, ping, startClient, startServer } from "./fixture.ts";
import { framed } from "./raw_call.ts";
import { beginHttp2 } from "./raw_connection.ts";
import { FLAG, FRAME, frame, grpcHeaders, u32 } from "./raw_http2.ts";
import { streamOf } from "./iterated_talk.ts";

const never = new AbortController().signal;

const SERVICE = "/hetpaxos.v1.HetPaxosService/";

/** Bytes of the value in the answer, and how much of it is taken at first. */
const VALUE_BYTES = 40_000;
const WINDOW_BYTES = 20_000;

/** Calls that are answered meanwhile, for so long at least: their frames are more bytes than the rest. */
const MEANWHILE = 600;
const LATE_MS = 1_000;

const ANSWERS = {
  ...ECHO,
  propose: () =>
    Promise.resolve(create(ProposeResponseSchema, {
      decisions: [create(DecisionSchema, { value: new Uint8Array(VALUE_BYTES) })],
    })),
};

/** Frames of a stream: what kind they are, their flags, and how many bytes they carry. */
function framesOf(id: number, received: Uint8Array) {
  const view = new DataView(received.buffer, received.byteOffset, received.length);
  const found: { type: number; flags: number; length: number }[] = [];
  for (let at = 0; at + 9 <= received.length;) {
    const length = view.getUint32(at) >>> 8;
    const [type, flags] = [view.getUint8(at + 3), view.getUint8(at + 4)];
    if (view.getUint32(at + 5) === id) found.push({ type, flags, length });
    at += 9 + length;
  }
  return found;
}

Deno.test("an answer that is read late arrives whole, whatever is answered meanwhile", async () => {
  await using server = await startServer({ handlers: ANSWERS, bounds: { callRate: [5_000, 1] } });
  const raw = await beginHttp2(server.port);
  const ask = (id: number, method: string) =>
    Buffer.concat([
      frame(FRAME.headers, FLAG.endHeaders, id, grpcHeaders(SERVICE + method)),
      frame(FRAME.data, FLAG.endStream, id, framed(new Uint8Array())),
    ]);
  const isOver = (id: number) => (received: Uint8Array) =>
    framesOf(id, received).some(({ type, flags }) =>
      type === FRAME.rstStream || (flags & FLAG.endStream) !== 0
    );
  // SETTINGS_INITIAL_WINDOW_SIZE: so much of each answer is taken for now.
  await raw.write(frame(FRAME.settings, 0, 0, Uint8Array.of(0, 4, ...u32(WINDOW_BYTES))));
  await raw.write(ask(1, "Propose"));
  await raw.until((received) => framesOf(1, received).some(({ type }) => type === FRAME.data));
  const endMs = performance.now() + LATE_MS;
  let id = 3;
  for (let n = 0; n < MEANWHILE || performance.now() < endMs; n++, id += 2) {
    await raw.write(ask(id, "GetStatus"));
    if (n % LIMITS.streamsPerConnectionMax === 0) await raw.until(isOver(id));
  }
  await raw.write(frame(FRAME.windowUpdate, 0, 0, u32(VALUE_BYTES)));
  await raw.write(frame(FRAME.windowUpdate, 0, 1, u32(VALUE_BYTES)));
  await raw.until(isOver(1));
  const frames = framesOf(1, raw.received());
  const bytes = frames.filter(({ type }) => type === FRAME.data)
    .reduce((sum, { length }) => sum + length, 0);
  assertEquals(frames.at(-1)!.type, FRAME.headers, "the trailers come last");
  assert(bytes > VALUE_BYTES, `${bytes} bytes of the answer have come`);
  raw.socket.destroy();
  await raw.closed;
});

Deno.test("a Hello is short, and an identity opens so many links", async () => {
  const bounds = { linkRate: [3, 0.001], helloBytesMax: 100 } as const;
  await using server = await startServer({ bounds });
  const open = async (client: AcceptorClient, first: Envelope) => {
    const out = outbox();
    out.push(first);
    let pongs = 0;
    for await (const { pong } of streamOf(client, out, never)) {
      if (pong === 0n) continue;
      pongs++;
      const ids = [new Uint8Array(200)];
      out.push(create(EnvelopeSchema, { ping: 2n, have: [{ instance: 1n, ids }] }));
      if (pong === 2n) break;
    }
    return pongs;
  };
  using client = startClient(server.port);
  const long = create(EnvelopeSchema, { ping: 1n, hello: { agent: "x".repeat(100) } });
  const error = await assertRejects(() => open(client, long), LinkError);
  assertEquals(error.code, Code.ResourceExhausted);
  assertEquals(await open(client, ping(1n)), 2);
  using another = startClient(server.port);
  assertEquals(await open(another, ping(1n)), 2);
  await assertRejects(() => open(another, ping(1n)), LinkError, "calls come too fast");
  using bob = startClient(server.port, { tls: CAST.bob });
  assertEquals(await open(bob, ping(1n)), 2);
});

Deno.test("calls that come too fast are refused, one by one; those worth it are not", async () => {
  const bounds = { callRate: [20, 0.001], refusedCallRate: [5, 0.001] } as const;
  let isWorthy = true;
  await using server = await startServer({
    bounds,
    handlers: {
      ...ECHO,
      propose: (_request, { onWorthy }) => {
        if (isWorthy) onWorthy();
        return Promise.resolve(create(ProposeResponseSchema));
      },
    },
  });
  using client = startClient(server.port);
  const batch = LIMITS.streamsPerConnectionMax - 1;
  for (let n = 0; n < 100; n += batch) {
    await Promise.all(Array.from({ length: batch }, () => client.propose({}, never)));
  }
  isWorthy = false;
  for (let n = 0; n < 20; n++) await client.propose({}, never);
  for (let n = 0; n < 5; n++) {
    const error = await assertRejects(() => client.propose({}, never), LinkError);
    assertEquals([error.code, error.message], [
      Code.ResourceExhausted,
      "[resource_exhausted] calls come too fast",
    ]);
  }
  assertEquals(server.refusals, []);
  await assertRejects(() => client.propose({}, never), LinkError, "closed by peer");
  assertEquals((await server.refused("FLOOD")).detail, "opens calls too fast");
});
