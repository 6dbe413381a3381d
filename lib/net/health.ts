/**
 * The health service that gRPC's clients and load balancers know.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import {
  type Health,
  HealthCheckResponse_ServingStatus as Status,
  HealthCheckResponseSchema,
} from "../wire/gen/grpc/health/v1/health_pb.ts";
import { HetPaxosService } from "../wire/gen/hetpaxos/v1/service_pb.ts";

/** How often it is looked whether something has changed for who watches, in milliseconds. */
const LOOK_MS = 1_000;

/** Answers of the service: the same for the server as a whole and for its one service. */
export function healthService(isServing: () => boolean): ServiceImpl<typeof Health> {
  const statusOf = (service: string): Status | undefined => {
    if (service !== "" && service !== HetPaxosService.typeName) return undefined;
    return isServing() ? Status.SERVING : Status.NOT_SERVING;
  };
  return {
    check({ service }) {
      const status = statusOf(service);
      if (status === undefined) throw new ConnectError("no such service", Code.NotFound);
      return create(HealthCheckResponseSchema, { status });
    },
    async *watch({ service }, { signal }: HandlerContext) {
      let said: Status | undefined;
      while (!signal.aborted) {
        const status = statusOf(service) ?? Status.SERVICE_UNKNOWN;
        if (status !== said) yield create(HealthCheckResponseSchema, { status });
        said = status;
        await pause(LOOK_MS, signal);
      }
    },
  };
}

/** Settles after a while, or when the signal is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
