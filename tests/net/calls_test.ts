/** Calls between honest parties. */
import { assertEquals } from "@std/assert";
import { ECHO, openLink, startClient, startServer } from "./fixture.ts";
import { beginHttp2 } from "./raw_connection.ts";

Deno.test("a link carries envelopes both ways", async () => {
  await using server = await startServer();
  using client = startClient(server.port);
  await using link = await openLink(client);
  for (let i = 0; i < 100; i++) await link.roundTrip();
  assertEquals(server.refusals, []);
});

Deno.test("a unary call knows its caller", async () => {
  await using server = await startServer();
  using client = startClient(server.port);
  const status = await client.getStatus({}, new AbortController().signal);
  assertEquals(status.name, "alice");
});

Deno.test("a fast link of small envelopes is no flood", async () => {
  await using server = await startServer({ bounds: { checkMs: 20 } });
  using client = startClient(server.port);
  await using link = await openLink(client);
  for (let batch = 0; batch < 20; batch++) {
    await Promise.all(Array.from({ length: 500 }, () => link.roundTrip()));
  }
  assertEquals(server.refusals, []);
});

Deno.test("a call may take its time once its request is there, and so may a quiet link", async () => {
  const answer = Promise.withResolvers<void>();
  await using server = await startServer({
    handlers: {
      ...ECHO,
      propose: (request, context) => answer.promise.then(() => ECHO.propose(request, context)),
    },
    bounds: { requestMs: 40, idleMs: 80, checkMs: 10 },
  });
  using caller = startClient(server.port);
  using linked = startClient(server.port);
  await using link = await openLink(linked);
  const proposing = caller.propose({}, new AbortController().signal);
  // When one that has nothing open is cut, both bounds have passed for the others too.
  const idle = await beginHttp2(server.port);
  await idle.closed;
  answer.resolve();
  await proposing;
  await link.roundTrip();
  assertEquals(server.refusals.map(({ reason }) => reason), ["IDLE"]);
});
