/**
 * An admitted identity that speaks HTTP/2 as nobody should. Whatever it does, it is cut off or
 * ignored, and the link of an honest client of the same server goes on.
 */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { CallContext } from "../../lib/net/rpc.ts";
import { CAST, ECHO, LIMITS, openLink, startClient, startServer } from "./fixture.ts";
import type { TestServer } from "./fixture.ts";
import { FLAG, FRAME, frame, goaway, grpcHeaders, headerBlock, u32 } from "./raw_http2.ts";
import { beginHttp2, type RawConnection, repeat } from "./raw_connection.ts";
import { talking } from "./iterated_talk.ts";

const STREAM = "/hetpaxos.v1.HetPaxosService/StreamConsensusMessages";
const STATUS = "/hetpaxos.v1.HetPaxosService/GetStatus";
const END_BOTH = FLAG.endHeaders | FLAG.endStream;

/** Runs an attack beside an honest link; it must end in the attacker's connection being closed. */
function attack(
  name: string,
  run: (raw: RawConnection, server: TestServer) => Promise<unknown>,
  options: Parameters<typeof startServer>[0] = {},
) {
  Deno.test(`${name}: cut off, and an honest link goes on`, async () => {
    await using server = await startServer(options);
    using honest = startClient(server.port);
    await using link = await openLink(honest);
    const raw = await beginHttp2(server.port);
    let over = false;
    const attacking = run(raw, server).then(() => raw.closed).then(() => over = true);
    let slowestMs = 0;
    while (!over) {
      const before = performance.now();
      await link.roundTrip();
      slowestMs = Math.max(slowestMs, performance.now() - before);
    }
    await attacking;
    await link.roundTrip();
    console.log(`${name}: an honest round trip took at most ${Math.round(slowestMs)} ms`);
  });
}

const FLOODS: readonly (readonly [string, Uint8Array])[] = [
  ["PING flood", frame(FRAME.ping, 0, 0, new Uint8Array(8))],
  ["SETTINGS flood", frame(FRAME.settings, 0, 0)],
  ["SETTINGS acknowledgement flood", frame(FRAME.settings, FLAG.ack, 0)],
  ["PRIORITY flood", frame(FRAME.priority, 0, 1, Uint8Array.of(0, 0, 0, 0, 1))],
  ["WINDOW_UPDATE flood", frame(FRAME.windowUpdate, 0, 0, u32(1))],
  ["flood of frames of unknown type", frame(0xbb, 0, 0, new Uint8Array(8))],
  ["RST_STREAM flood", frame(FRAME.rstStream, 0, 1, u32(8))],
];

for (const [name, bytes] of FLOODS) {
  attack(name, (raw) => raw.flood(repeat(bytes, 1_000), Infinity));
}

attack("flood of empty DATA", async (raw) => {
  await raw.write(frame(FRAME.headers, FLAG.endHeaders, 1, grpcHeaders(STREAM)));
  await raw.flood(repeat(frame(FRAME.data, 0, 1), 1_000), Infinity);
});

attack("rapid reset", async (raw) => {
  for (let id = 1; !raw.socket.destroyed; id += 200) {
    const burst: Uint8Array[] = [];
    for (let n = id; n < id + 200; n += 2) {
      burst.push(frame(FRAME.headers, END_BOTH, n, grpcHeaders(STREAM)));
      burst.push(frame(FRAME.rstStream, 0, n, u32(8)));
    }
    await raw.write(Buffer.concat(burst));
  }
});

attack("calls opened too fast", async (raw) => {
  for (let id = 1; !raw.socket.destroyed; id += 2) {
    await raw.write(frame(FRAME.headers, END_BOTH, id, grpcHeaders("/nowhere")));
  }
}, { bounds: { callRate: [50, 10], refusedCallRate: [50, 10] } });

attack("endless CONTINUATION", async (raw) => {
  await raw.write(frame(FRAME.headers, 0, 1, grpcHeaders(STREAM)));
  await raw.flood(frame(FRAME.continuation, 0, 1, headerBlock([["x", "y".repeat(1_000)]])), 1e6);
});

attack("headers that never end", (raw) => raw.write(frame(FRAME.headers, 0, 1)), {
  bounds: { idleMs: 200, checkMs: 50 },
});

attack("a connection without calls", () => Promise.resolve(), {
  bounds: { idleMs: 200, checkMs: 50 },
});

attack(
  "a unary request that never ends",
  (raw) => raw.write(frame(FRAME.headers, FLAG.endHeaders, 1, grpcHeaders(STATUS))),
  { bounds: { requestMs: 200, checkMs: 50 } },
);

attack(
  "a frame larger than allowed",
  (raw) => raw.write(frame(FRAME.data, 0, 1, new Uint8Array(20_000))),
);

attack(
  "settings that are none",
  (raw) => raw.write(frame(FRAME.settings, 0, 0, Uint8Array.of(0, 4, 255, 255, 255, 255))),
);

for (const [last, code] of [[0, 0], [0, 1], [0x7fffffff, 0xffffffff], [7, 11], [2, 0]] as const) {
  attack(`GOAWAY ${last}/${code}`, (raw) => raw.write(goaway(last, code, "x".repeat(100))), {
    // One without an error leaves the connection to its idle limit.
    bounds: { idleMs: 200, checkMs: 50 },
  });
}

attack("a peer that answers no pings", async (raw) => {
  await raw.write(frame(FRAME.headers, FLAG.endHeaders, 1, grpcHeaders(STREAM)));
}, { pingIntervalMs: 100, pingTimeoutMs: 100, bounds: { checkMs: 50 } });

/** Frames that must not hurt, and need not end the connection: it is ended here. */
async function harmless(send: Uint8Array, options = {}): Promise<Uint8Array> {
  await using server = await startServer(options);
  using honest = startClient(server.port);
  await using link = await openLink(honest);
  const raw = await beginHttp2(server.port);
  await raw.write(send);
  // The server answers a PING after it has dealt with what came before it.
  await raw.write(frame(FRAME.ping, 0, 0, Buffer.from("untilnow")));
  await raw.until((bytes) => Buffer.from(bytes).includes("untilnow"));
  await link.roundTrip();
  raw.socket.destroy();
  await raw.closed;
  await link.roundTrip();
  return raw.received();
}

const requests: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ["an authority that is none", [
    [":method", "POST"],
    [":scheme", "https"],
    [":path", STREAM],
    [":authority", "[:::"],
  ]],
  ["a path that is none", [
    [":method", "POST"],
    [":scheme", "https"],
    [":path", "//[?"],
    [":authority", "x"],
  ]],
  ["CONNECT", [[":method", "CONNECT"], [":authority", "x:1"]]],
  ["GET with a query", [
    [":method", "GET"],
    [":scheme", "https"],
    [":path", `${STATUS}?connect=v1&encoding=json&message=%zz&base64=1`],
    [":authority", "x"],
  ]],
];
for (const [name, headers] of requests) {
  Deno.test(`a request with ${name} harms nobody`, async () => {
    await harmless(frame(FRAME.headers, END_BOTH, 1, headerBlock(headers)));
  });
}

Deno.test("a header list beyond the bound refuses the call", async () => {
  let calls = 0;
  const big = headerBlock([["x", "y".repeat(15_000)]]);
  await harmless(
    Buffer.concat([
      frame(FRAME.headers, 0, 1, grpcHeaders(STREAM)),
      frame(FRAME.continuation, 0, 1, big),
      frame(FRAME.continuation, FLAG.endHeaders, 1, big),
    ]),
    {
      handlers: {
        ...ECHO,
        link(context: CallContext) {
          if (context.peer === CAST.bob.name) calls++;
          return ECHO.link(context);
        },
      },
    },
  );
  assertEquals(calls, 0);
});

Deno.test("calls beyond the limit of one connection are refused", async () => {
  let open = 0;
  await using server = await startServer({
    handlers: {
      ...ECHO,
      // deno-lint-ignore require-yield
      link: talking(async function* (_incoming, { signal }) {
        open++;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      }),
    },
  });
  const raw = await beginHttp2(server.port);
  const headers = (id: number) => frame(FRAME.headers, FLAG.endHeaders, id, grpcHeaders(STREAM));
  await raw.write(Buffer.concat(Array.from({ length: 20 }, (_, i) => headers(2 * i + 1))));
  await raw.write(frame(FRAME.ping, 0, 0, Buffer.from("untilnow")));
  await raw.until((bytes) => Buffer.from(bytes).includes("untilnow"));
  assertEquals(open, LIMITS.streamsPerConnectionMax);
  raw.socket.destroy();
  await raw.closed;
});
