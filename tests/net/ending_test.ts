/** How calls, links, clients and servers end: promptly, and leaving nothing behind. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { LinkError } from "../../lib/net/errors.ts";
import type { CallContext, ServiceHandlers } from "../../lib/net/rpc.ts";
import type { Envelope } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { ECHO, openLink, outbox, ping, startClient, startServer } from "./fixture.ts";
import { streamOf, talking } from "./iterated_talk.ts";

const never = new AbortController().signal;

/** Handlers that tell how a link ended on the server's side. */
function observed() {
  const aborted = Promise.withResolvers<void>();
  const incomingOver = Promise.withResolvers<"end" | "error">();
  const handlers: ServiceHandlers = {
    ...ECHO,
    link: talking(async function* (incoming: AsyncIterable<Envelope>, context: CallContext) {
      const left = new Promise<void>((resolve) =>
        context.signal.addEventListener("abort", () => resolve())
      );
      left.then(aborted.resolve);
      yield ping(0n);
      void (async () => {
        for await (const _ of incoming);
      })().then(() => incomingOver.resolve("end"), () => incomingOver.resolve("error"));
      await left;
    }),
  };
  return { handlers, aborted: aborted.promise, incomingOver: incomingOver.promise };
}

Deno.test("the client's signal ends a link on both sides", async () => {
  const { handlers, aborted, incomingOver } = observed();
  await using server = await startServer({ handlers });
  using client = startClient(server.port);
  const link = await openLink(client);
  link.abort.abort();
  const error = await link.ended;
  assert(error instanceof LinkError && error.kind === "canceled", String(error));
  await aborted;
  await incomingOver;
});

Deno.test("leaving the loop ends a link on both sides, and the outbox", async () => {
  const { handlers, aborted } = observed();
  await using server = await startServer({ handlers });
  using client = startClient(server.port);
  const out = outbox();
  for await (const _ of streamOf(client, out, never)) break;
  await aborted;
  await out.stopped;
  assertEquals(out.push(ping(1n)), false);
});

Deno.test("closing the client ends its links, and later calls fail at once", async () => {
  const { handlers, aborted } = observed();
  await using server = await startServer({ handlers });
  const client = startClient(server.port);
  const link = await openLink(client);
  client.close();
  const error = await link.ended;
  assert(error instanceof LinkError && error.kind === "canceled", String(error));
  await aborted;
  const later = await assertRejects(() => client.getStatus({}, never), LinkError);
  assertEquals(later.kind, "canceled");
});

Deno.test("closing the server ends its links, and frees the port", async () => {
  const { handlers, aborted, incomingOver } = observed();
  const server = await startServer({ handlers });
  using client = startClient(server.port);
  const link = await openLink(client);
  await server.close();
  const error = await link.ended;
  assert(error instanceof LinkError && error.kind === "closed", String(error));
  await aborted;
  assertEquals(await incomingOver, "error");
  const refused = await assertRejects(() => client.getStatus({}, never), LinkError);
  assertEquals([refused.kind, refused.message], ["unreachable", "connection refused"]);
  // The same client finds the acceptor when it is back.
  await using again = await startServer({ port: server.port });
  assertEquals((await client.getStatus({}, never)).name, "alice");
  // And hears why it refuses a call: the connection before has nothing to do with it.
  const answered = await assertRejects(() => client.getCheckpoint({}, never), LinkError);
  assertEquals([answered.kind, answered.message], [
    "answered",
    "[failed_precondition] no log is configured here",
  ]);
  assertEquals(again.refusals, []);
});

Deno.test("a signal that is aborted already lets nothing begin", async () => {
  await using server = await startServer();
  using client = startClient(server.port);
  const over = AbortSignal.abort();
  await assertRejects(() => client.getStatus({}, over), LinkError);
  const out = outbox();
  await assertRejects(async () => {
    for await (const _ of streamOf(client, out, over));
  }, LinkError);
  await out.stopped;
});

Deno.test("closing a client that is still connecting leaves nothing behind", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = startClient(listener.addr.port);
  const call = assertRejects(() => client.getStatus({}, never), LinkError);
  const arrived = await listener.accept();
  client.close();
  assertEquals((await call).kind, "canceled");
  arrived.close();
});

Deno.test("a server that never finishes the handshake is given up", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = startClient(listener.addr.port, { connectTimeoutMs: 100 });
  const call = assertRejects(() => client.getStatus({}, never), LinkError);
  using _arrived = await listener.accept();
  const error = await call;
  assertEquals([error.kind, error.message], ["unreachable", "connection timed out"]);
});

Deno.test("when the server ends a link in order, the client's loop ends without error", async () => {
  await using server = await startServer({
    handlers: {
      ...ECHO,
      link: talking(async function* () {
        yield ping(0n);
        await Promise.resolve();
        yield ping(1n);
      }),
    },
  });
  using client = startClient(server.port);
  const out = outbox();
  const seen: bigint[] = [];
  for await (const envelope of streamOf(client, out, never)) seen.push(envelope.ping);
  assertEquals(seen, [0n, 1n]);
  await out.stopped;
});

Deno.test("a handler's failure is an answer, without its details", async () => {
  await using server = await startServer({
    handlers: { ...ECHO, propose: () => Promise.reject(new Error("secret")) },
  });
  using client = startClient(server.port);
  const error = await assertRejects(() => client.propose({}, never), LinkError);
  assertEquals(error.kind, "answered");
  assert(!error.message.includes("secret"), error.message);
});

Deno.test("a server that closes with grace lets a link say goodbye", async () => {
  const leaving = Promise.withResolvers<void>();
  const server = await startServer({
    handlers: {
      ...ECHO,
      link: talking(async function* () {
        yield ping(0n);
        await leaving.promise;
        for (let n = 1n; n <= 1_000n; n++) yield ping(n);
      }),
    },
  });
  using client = startClient(server.port);
  const link = streamOf(client, outbox(), never)[Symbol.asyncIterator]();
  await link.next();
  const closed = server.close(60_000);
  leaving.resolve();
  let last: bigint | undefined;
  for (let next = await link.next(); !next.done; next = await link.next()) last = next.value.ping;
  assertEquals(last, 1_000n);
  await closed;
});

Deno.test("grace has an end", async () => {
  const server = await startServer();
  using client = startClient(server.port);
  const link = await openLink(client);
  await server.close(50);
  await link.ended;
});

Deno.test("closing twice is closing once", async () => {
  const server = await startServer();
  await Promise.all([server.close(), server.close()]);
  await server.close();
});

Deno.test("a host without address is unreachable", async () => {
  using client = startClient(1, { host: "nowhere.invalid" });
  const error = await assertRejects(() => client.getStatus({}, never), LinkError);
  assertEquals([error.kind, error.message], ["unreachable", "host not found"]);
});
