/** gRPC's frames, however the bytes come, and who carries them. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { decodeEnvelope, FrameReader, FrameWriter } from "../../lib/net/grpc_frames.ts";
import { Carrier } from "../../lib/net/carrier.ts";
import type { Talk } from "../../lib/net/talk.ts";
import { Outlet } from "../../lib/net/unsent.ts";
import { type Envelope, EnvelopeSchema } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { framed } from "./raw_call.ts";

const BYTES_MAX = 100_000;

function codeOf(run: () => unknown): Code {
  return assertThrows(run, ConnectError).code;
}

Deno.test("messages are whole, however the bytes are cut", () => {
  const lengths = fc.array(fc.oneof(fc.nat(20), fc.nat(40_000)), { maxLength: 8 });
  const cuts = fc.array(fc.oneof(fc.nat(4), fc.nat(30_000)), { minLength: 1, maxLength: 20 });
  let cutInside = 0;
  fc.assert(
    fc.property(lengths, cuts, (lengths, cuts) => {
      const messages = lengths.map((length, i) => new Uint8Array(length).fill(i + 1));
      const bytes = Buffer.concat(messages.map(framed));
      const reader = new FrameReader(BYTES_MAX);
      const read: Uint8Array[] = [];
      for (let at = 0, n = 0; at < bytes.length; n++) {
        const next = at + 1 + cuts[n % cuts.length]!;
        const chunk = new Uint8Array(bytes.subarray(at, next));
        read.push(...reader.read(chunk));
        // What has been read is its own: the chunk is somebody else's afterwards.
        chunk.fill(255);
        if (reader.isAmid) cutInside++;
        at = next;
      }
      const differing = read.findIndex((each, i) => Buffer.compare(each, messages[i]!) !== 0);
      assertEquals(differing, -1);
      assertEquals([read.length, reader.isAmid], [messages.length, false]);
    }),
    { numRuns: 60 },
  );
  assertEquals(cutInside > 100, true, "messages were cut");
});

Deno.test("what is too long is refused by its prefix, what is compressed by its flag", () => {
  const prefix = framed(new Uint8Array(BYTES_MAX)).subarray(0, 5);
  assertEquals([...new FrameReader(BYTES_MAX).read(prefix)], []);
  const reader = new FrameReader(BYTES_MAX - 1);
  assertEquals([...reader.read(prefix.subarray(0, 4))], []);
  assertEquals(codeOf(() => [...reader.read(prefix.subarray(4))]), Code.ResourceExhausted);
  const compressed = Uint8Array.of(1, 0, 0, 0, 0);
  assertEquals(codeOf(() => [...new FrameReader(BYTES_MAX).read(compressed)]), Code.Internal);
});

Deno.test("an envelope is written as it is read, and not if it is too long", () => {
  for (const length of [0, 100, 20_000]) {
    const ids = [new Uint8Array(length).fill(7)];
    const envelope = create(EnvelopeSchema, { have: [{ instance: 1n, ids }] });
    const written: Uint8Array[] = [];
    const writer = new FrameWriter(BYTES_MAX, (bytes) => written.push(bytes));
    writer.add(envelope);
    writer.flush();
    const [message, ...more] = new FrameReader(BYTES_MAX).read(Buffer.concat(written));
    assertEquals(more, []);
    const decoded = toBinary(EnvelopeSchema, decodeEnvelope(message!));
    assertEquals(Buffer.compare(decoded, toBinary(EnvelopeSchema, envelope)), 0);
    const size = toBinary(EnvelopeSchema, envelope).length;
    const narrow = new FrameWriter(size - 1, () => assert(false));
    assertEquals(codeOf(() => narrow.add(envelope)), Code.ResourceExhausted);
  }
  assertEquals(codeOf(() => decodeEnvelope(Uint8Array.of(255))), Code.InvalidArgument);
});

Deno.test("what is said in one turn is written in one piece, as far as there is room", async () => {
  const written: Uint8Array[] = [];
  const waiting: Envelope[] = [];
  const room = Promise.withResolvers<void>();
  let hasRoom = true;
  let said = 0;
  const talk: Talk = {
    onReady: () => {},
    get isOver() {
      return waiting.length === 0 && said > 0;
    },
    next: () => waiting.shift(),
    receive: ({ pong }) => pongs.push(pong),
    ended: () => {},
    left: () => {},
  };
  const pongs: bigint[] = [];
  const carrier = new Carrier(talk, {
    bytesMax: BYTES_MAX,
    write: (bytes) => void written.push(bytes),
    hasRoom: () => hasRoom,
    room: () => room.promise,
    onSaid: () => said++,
    onFault: (error) => assert(false, String(error)),
  });
  const say = async (count: number) => {
    for (let n = 1; n <= count; n++) {
      waiting.push(create(EnvelopeSchema, { pong: BigInt(n) }));
      talk.onReady();
    }
    await Promise.resolve();
    return written.splice(0);
  };
  const [piece, ...more] = await say(3);
  assertEquals([more.length, said], [0, 0]);
  carrier.take(piece!);
  assertEquals(pongs, [1n, 2n, 3n]);
  hasRoom = false;
  assertEquals(await say(2), []);
  hasRoom = true;
  room.resolve();
  await room.promise;
  await Promise.resolve();
  for (const bytes of written) carrier.take(bytes);
  assertEquals(pongs.slice(3), [1n, 2n]);
});

Deno.test("links that wait for the same room have it in turn", async () => {
  let room = 0;
  const outlet = new Outlet(() => room > 0);
  const order: string[] = [];
  const carry = (name: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = [1n, 2n].map((pong) => create(EnvelopeSchema, { pong }));
    const talk: Talk = {
      onReady: () => {},
      get isOver() {
        return waiting.length === 0;
      },
      next: () => waiting.shift(),
      receive: () => {},
      ended: () => {},
      left: () => {},
    };
    new Carrier(talk, {
      bytesMax: BYTES_MAX,
      // What is written leaves at once, and makes room for one more.
      write: () => void order.push(name),
      hasRoom: () => outlet.hasRoom,
      room: () => outlet.room(),
      onSaid: resolve,
      onFault: (error) => assert(false, String(error)),
    });
    return promise;
  };
  const said = ["a", "b"].map(carry);
  await Promise.resolve();
  assertEquals([outlet.waiting, order], [2, []]);
  room = 1;
  await Promise.all(said);
  assertEquals(order.slice(0, 2), ["a", "b"]);
  assertEquals(order.toSorted(), ["a", "a", "b", "b"]);
});
