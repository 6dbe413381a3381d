/** What a deadline that passes ends with, over each protocol. */
import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import type { ServiceHandlers } from "../../lib/net/rpc.ts";
import { DecisionSchema } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { ECHO, startServer } from "./fixture.ts";
import { framed, send } from "./raw_call.ts";

/** Calls that wait until they are given up, as the real ones do. */
const WAITING: ServiceHandlers = {
  link: ECHO.link,
  async getStatus(_request, { signal }) {
    await aborted(signal);
    throw new Error("given up");
  },
  async *watchDecisions(_request, { signal }) {
    yield create(DecisionSchema, { learner: "x" });
    await aborted(signal);
  },
  async propose(_request, { signal }) {
    await aborted(signal);
    throw new Error("given up");
  },
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });
}

for (const method of ["GetStatus", "Propose", "WatchDecisions"]) {
  Deno.test(`a deadline that passes is deadline_exceeded: ${method}`, async () => {
    await using server = await startServer({ handlers: WAITING });
    const empty = Buffer.from("{}");
    const stream = method === "WatchDecisions";
    const connect = await send(server, method, stream ? framed(empty) : empty, {
      "content-type": stream ? "application/connect+json" : "application/json",
      "connect-timeout-ms": "50",
    });
    assertStringIncludes(connect.body.toString(), '"code":"deadline_exceeded"');
    assertEquals(connect.status, stream ? 200 : 504);
    for (const type of ["application/grpc+proto", "application/grpc-web+proto"]) {
      const { grpcStatus } = await send(server, method, framed(new Uint8Array()), {
        "content-type": type,
        "grpc-timeout": "50m",
        te: "trailers",
      });
      assertEquals([type, grpcStatus], [type, String(Code.DeadlineExceeded)]);
    }
  });
}
