/** The parts that need no network. */
import { Code, ConnectError } from "@connectrpc/connect";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Admission } from "../../lib/net/admission.ts";
import { nextDelayMs } from "../../lib/net/backoff.ts";
import { NET_BOUNDS } from "../../lib/net/bounds.ts";
import { LinkError, rejectionToError, toLinkError, toListenError } from "../../lib/net/errors.ts";
import { FloodGuard } from "../../lib/net/flood_guard.ts";
import { Outbox } from "./outbox.ts";
import { TokenBucket } from "../../lib/wire/token_bucket.ts";
import { reject } from "../../lib/core/rejection.ts";
import { CAST, LIMITS } from "./fixture.ts";

Deno.test("back-off: between the least and a ceiling that doubles and is capped", () => {
  const range = { minMs: 100, maxMs: 5_000 };
  const ceilings = [200, 400, 800, 1_600, 3_200, 5_000, 5_000];
  for (const [attempt, ceiling] of ceilings.entries()) {
    assertEquals(nextDelayMs(attempt, () => 0, range), 100);
    assertEquals(nextDelayMs(attempt, () => 0.5, range), 100 + (ceiling - 100) / 2);
    assert(nextDelayMs(attempt, () => 0.999_999, range) < ceiling);
  }
  assertEquals(nextDelayMs(1e9, () => 1, range), 5_000);
  assertEquals(nextDelayMs(0, () => 1, { minMs: 300, maxMs: 200 }), 300);
});

Deno.test("token bucket: a burst, then a rate, and debts", () => {
  const bucket = new TokenBucket(3, 10, 0);
  assertEquals([1, 2, 3, 4].map(() => bucket.take(1, 0)), [true, true, true, false]);
  assertEquals([bucket.take(1, 99), bucket.take(1, 100)], [false, true]);
  bucket.charge(5, 200);
  assertEquals([bucket.take(1, 600), bucket.take(1, 700)], [false, true]);
  assertEquals(bucket.take(3, 1e9), true);
  assertEquals(bucket.take(1, 0), false, "a clock that runs backwards earns nothing");
});

Deno.test("flood guard: bytes without data are counted, data with its frames is not", () => {
  let read = 0;
  const bounds = { ...NET_BOUNDS, overheadBytesRate: [1_000, 0] } as const;
  const guard = new FloodGuard(bounds, () => read, 0);
  for (let i = 0; i < 100; i++) {
    read += 100;
    guard.onData(40);
    assertEquals(guard.check(i), undefined);
  }
  read += 1_000;
  assertEquals(guard.check(100), undefined);
  read += 1;
  assertEquals(guard.check(100), "sends too much that is not data");
});

Deno.test("outbox: in order, to the end", async () => {
  const out = new Outbox<number>({ countMax: 1_000, bytesMax: 0 });
  const seen: number[] = [];
  const reading = (async () => {
    for await (const n of out) seen.push(n);
  })();
  for (let n = 0; n < 100; n++) assert(out.push(n));
  out.end();
  await reading;
  await out.stopped;
  assertEquals(seen, Array.from({ length: 100 }, (_, n) => n));
  assertEquals([out.push(1), out.size, out.ended], [false, 0, true]);
});

Deno.test("outbox: bounded by count and by bytes, but one item always fits", async () => {
  const byCount = new Outbox<string>({ countMax: 2, bytesMax: 0 });
  assertEquals([byCount.push("a"), byCount.push("b"), byCount.push("c")], [true, true, false]);
  const byBytes = new Outbox<string>({ countMax: 9, bytesMax: 5 }, (text) => text.length);
  assertEquals([byBytes.push("too long"), byBytes.push("x")], [true, false]);
  assertEquals(byBytes.bytes, 8);
  assertEquals(await byBytes.next(), { done: false, value: "too long" });
  assertEquals([byBytes.push("four"), byBytes.push("xy"), byBytes.push("z")], [true, false, true]);
  assertEquals([byBytes.bytes, byBytes.size], [5, 2]);
});

Deno.test("outbox: a consumer that stops, by return or throw, ends it", async () => {
  for (const how of ["return", "throw"] as const) {
    const out = new Outbox<number>({ countMax: 9, bytesMax: 0 });
    out.push(1);
    await out.next();
    const waiting = out.next();
    await (how === "return" ? out.return() : out.throw(new Error("x")));
    assertEquals(await waiting, { done: true, value: undefined });
    await out.stopped;
    assertEquals([out.push(2), out.size], [false, 0]);
    assertEquals(await out.next(), { done: true, value: undefined });
  }
});

Deno.test("outbox: a second consumer is a mistake", async () => {
  const out = new Outbox<number>({ countMax: 9, bytesMax: 0 });
  const first = out.next();
  await assertRejects(() => out.next());
  out.push(1);
  assertEquals((await first).value, 1);
});

Deno.test("admission: names by keys alone, places, rates and penalties", () => {
  const bounds = { ...NET_BOUNDS, connectionRate: [3, 1], misbehaviourCost: 5 } as const;
  const admission = new Admission([CAST.alice, CAST.bob], LIMITS, bounds, 0);
  assertEquals(admission.admit(undefined, 0), { refused: "STRANGER" });
  assertEquals(admission.admit(CAST.mallory.der, 0), { refused: "STRANGER" });
  assertEquals(admission.admit(CAST.alice.der, 0), { name: "alice" });
  assertEquals(admission.admit(CAST.alice.der, 0), { name: "alice" });
  assertEquals(admission.admit(CAST.alice.der, 0), { name: "alice" });
  assertEquals(admission.admit(CAST.alice.der, 0), {
    refused: "CONNECTS_TOO_FAST",
    owner: "alice",
  });
  assertEquals(admission.admit(CAST.alice.der, 1_000), { name: "alice" });
  assertEquals(admission.admit(CAST.alice.der, 9_000), {
    refused: "TOO_MANY_CONNECTIONS",
    owner: "alice",
  });
  admission.left("alice");
  admission.misbehaved("alice", 9_000);
  assertEquals(admission.admit(CAST.alice.der, 11_000), {
    refused: "CONNECTS_TOO_FAST",
    owner: "alice",
  });
  assertEquals(admission.admit(CAST.alice.der, 12_000), { name: "alice" });
  assertEquals(admission.admit(CAST.bob.der, 12_000), { name: "bob" });
});

Deno.test("errors are one line for a person, whatever they were", () => {
  const node = (code: string) => Object.assign(new Error(`oh\nno ${code}`), { code });
  const cases: [unknown, unknown, string, string][] = [
    [node("ECONNREFUSED"), undefined, "unreachable", "connection refused"],
    [node("ENOTFOUND"), undefined, "unreachable", "host not found"],
    [node("EHOSTUNREACH"), undefined, "unreachable", "no route to host"],
    [node("ECONNRESET"), undefined, "closed", "closed by peer"],
    [new ConnectError("x", Code.Canceled), undefined, "closed", "closed by peer"],
    [
      new ConnectError("x", Code.Internal),
      node("ETIMEDOUT"),
      "unreachable",
      "connection timed out",
    ],
    [new ConnectError("no\nway", Code.NotFound), undefined, "answered", "[not_found] no way"],
  ];
  for (const [error, cause, kind, message] of cases) {
    const link = toLinkError(error, cause);
    assertEquals([link.kind, link.message], [kind as LinkError["kind"], message]);
  }
  const told = new LinkError("silent", Code.Unavailable, "does not answer pings");
  assertEquals(toLinkError(new Error("wrapped", { cause: told })), told);
  assertEquals(rejectionToError(reject("RATE_LIMITED", "slow down")).code, Code.ResourceExhausted);
  assertEquals(rejectionToError(reject("MALFORMED", "?")).code, Code.InvalidArgument);
  assertEquals(
    toListenError(node("EACCES"), "x:1").message,
    "x:1: no permission to use this port; choose one above 1023, or grant it",
  );
});
