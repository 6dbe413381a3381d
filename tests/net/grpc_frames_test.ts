/** gRPC's frames, however the bytes come, and the queue behind them. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { decodeEnvelope, FrameReader, writeEnvelope } from "../../lib/net/grpc_frames.ts";
import { Inbox } from "../../lib/net/inbox.ts";
import { EnvelopeSchema } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
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
    writeEnvelope((bytes) => written.push(bytes), envelope, BYTES_MAX);
    const [message, ...more] = new FrameReader(BYTES_MAX).read(Buffer.concat(written));
    assertEquals(more, []);
    const decoded = toBinary(EnvelopeSchema, decodeEnvelope(message!));
    assertEquals(Buffer.compare(decoded, toBinary(EnvelopeSchema, envelope)), 0);
    const size = toBinary(EnvelopeSchema, envelope).length;
    assertEquals(codeOf(() => writeEnvelope(() => {}, envelope, size - 1)), Code.ResourceExhausted);
  }
  assertEquals(codeOf(() => decodeEnvelope(Uint8Array.of(255))), Code.InvalidArgument);
});

Deno.test("an inbox gives what came before its end, and then tells of that", async () => {
  const inbox = new Inbox<number>();
  let emptied = 0;
  inbox.onEmpty = () => emptied++;
  for (const n of [1, 2]) inbox.push(n);
  inbox.fail(new Error("broken"));
  inbox.push(3);
  inbox.end();
  assertEquals(await inbox.next(), { done: false, value: 1 });
  assertEquals([inbox.size, emptied], [1, 0]);
  assertEquals(await inbox.next(), { done: false, value: 2 });
  assertEquals([inbox.size, emptied], [0, 1]);
  await assertRejects(() => inbox.next(), Error, "broken");
  assertEquals(await inbox.next(), { done: true, value: undefined });
});

Deno.test("whoever waits at an inbox is given the next, or its end; who leaves is given no more", async () => {
  const inbox = new Inbox<number>();
  const waits = inbox.next();
  inbox.push(1);
  assertEquals(await waits, { done: false, value: 1 });
  const waitsInVain = inbox.next();
  inbox.end();
  assertEquals(await waitsInVain, { done: true, value: undefined });
  const left = new Inbox<number>();
  let told = 0;
  left.onLeft = () => told++;
  for (const n of [1, 2, 3]) left.push(n);
  for await (const _ of left) break;
  await left.return();
  assertEquals([await left.next(), left.size, told], [{ done: true, value: undefined }, 0, 1]);
});
