/** What is written for one that does not read. */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import { create } from "@bufbuild/protobuf";
import { connect } from "node:http2";
import { Leaving } from "../../lib/net/answers.ts";
import { Outlet, Unsent, UnsentAccount, whileRoom } from "../../lib/net/unsent.ts";
import { DecisionSchema } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { CAST, ECHO, openLink, startClient, startServer } from "./fixture.ts";
import { framed } from "./raw_call.ts";

Deno.test("what was written and has not left is counted, and frames are forgotten", () => {
  let sent = 1_000;
  let looks = 0;
  const unsent = new Unsent(() => {
    looks++;
    return sent;
  });
  const account = new UnsentAccount();
  account.add(unsent);
  unsent.wrote(500);
  sent += 200;
  const isBelow = (bytes: number) => [unsent.isBelow(bytes), account.isBelow(bytes)];
  const before = looks;
  assertEquals([isBelow(501), looks], [[true, true], before]);
  assertEquals([unsent.bytes, isBelow(300), isBelow(301)], [300, [false, false], [true, true]]);
  sent += 309;
  assertEquals(unsent.bytes, 0);
  // What was sent beyond what was written does not count for what is written next.
  unsent.wrote(500);
  assertEquals(unsent.bytes, 500);
  assertEquals(isBelow(500), [false, false]);
  account.remove(unsent);
  assertEquals(account.isBelow(1), true);
});

Deno.test("there is room for one at a time, in the order of asking", async () => {
  let room = 0;
  const outlet = new Outlet(() => room > 0);
  const order: number[] = [];
  const asked = [1, 2, 3].map(async (n) => {
    await outlet.room();
    room--;
    order.push(n);
  });
  const aborted = new AbortController();
  const left = outlet.room(aborted.signal);
  aborted.abort();
  await left;
  assertEquals([outlet.waiting, order], [3, []]);
  room = 1;
  await asked[0];
  assertEquals([room, order], [0, [1]]);
  room = 2;
  await Promise.all(asked);
  assertEquals(order, [1, 2, 3]);
  const waits = outlet.room();
  outlet.close();
  await waits;
  await outlet.room();
  assertEquals(outlet.waiting, 0);
});

Deno.test("an answer has left, with its trailers, when that is seen three times in good time", () => {
  const leaving = new Leaving(0);
  assertEquals([250, 500].map((nowMs) => leaving.look(nowMs, 0)), [false, false]);
  // We stood still, twice: nothing could leave between these looks.
  assertEquals([3_000, 3_250, 6_000].map((nowMs) => leaving.look(nowMs, 0)), [false, false, false]);
  assertEquals([6_250, 6_500, 6_750].map((nowMs) => leaving.look(nowMs, 0)), [false, false, true]);
  assertEquals(leaving.look(7_000, 1), false);
});

Deno.test("whoever stops reading stops the source", async () => {
  let ended = false;
  const source = async function* () {
    try {
      for (let n = 0;; n++) yield n;
    } finally {
      ended = true;
    }
  };
  for await (const n of whileRoom(source(), () => Promise.resolve())) if (n === 3) break;
  assertEquals(ended, true);
});

Deno.test("a call that is not read is not written, while a link goes on", async () => {
  const decision = create(DecisionSchema, { learner: "x", value: new Uint8Array(64 << 10) });
  const all = 400;
  let made = 0;
  await using server = await startServer({
    handlers: {
      ...ECHO,
      async *watchDecisions() {
        for (; made < all; made++) yield decision;
      },
    },
  });
  const session = connect(`https://127.0.0.1:${server.port}`, {
    ca: [CAST.server.pem],
    cert: CAST.bob.certificatePem,
    key: CAST.bob.privateKeyPem,
    checkServerIdentity: () => undefined,
    settings: { initialWindowSize: 0 },
  });
  await new Promise<void>((resolve) => session.once("remoteSettings", () => resolve()));
  const stream = session.request({
    ":method": "POST",
    ":path": "/hetpaxos.v1.HetPaxosService/WatchDecisions",
    "content-type": "application/grpc",
    "te": "trailers",
  });
  stream.on("error", () => {});
  const begun = new Promise<void>((resolve) => stream.once("response", () => resolve()));
  stream.end(framed(new Uint8Array()));
  await begun;
  using honest = startClient(server.port);
  await using link = await openLink(honest);
  for (let i = 0; i < 2 * all; i++) await link.roundTrip();
  assertLessOrEqual(made, 40);
  const closed = new Promise<void>((resolve) => session.once("close", () => resolve()));
  session.destroy();
  await closed;
});
