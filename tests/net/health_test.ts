/**
 * gRPC's own health service.
 *
 * @module
 */

import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { assertEquals, assertRejects } from "@std/assert";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../lib/wire/gen/grpc/health/v1/health_pb.ts";
import { ECHO, sessionTo, startServer } from "./fixture.ts";

const SERVICE = "hetpaxos.v1.HetPaxosService";

Deno.test("the health service tells whether it serves, now and when that changes", async () => {
  let serves = true;
  await using server = await startServer({ handlers: { ...ECHO, isServing: () => serves } });
  const { baseUrl, sessionManager } = sessionTo(server.port);
  const client = createClient(Health, createGrpcTransport({ baseUrl, sessionManager }));
  for (const service of ["", SERVICE]) {
    assertEquals((await client.check({ service })).status, Status.SERVING);
  }
  const unknown = await assertRejects(() => client.check({ service: "other" }), ConnectError);
  assertEquals(unknown.code, Code.NotFound);

  const leave = new AbortController();
  const watch = client.watch({ service: SERVICE }, { signal: leave.signal })
    [Symbol.asyncIterator]();
  assertEquals((await watch.next()).value?.status, Status.SERVING);
  serves = false;
  assertEquals((await watch.next()).value?.status, Status.NOT_SERVING);
  assertEquals((await client.check({})).status, Status.NOT_SERVING);
  leave.abort();
  await assertRejects(() => watch.next());
  sessionManager.close();
});
