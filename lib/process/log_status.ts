/**
 * How the log of a process stands, for the wire.
 *
 * @module
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { LogPort } from "../node/log_port.ts";
import type { LogStatusSchema } from "../wire/gen/hetpaxos/v1/service_pb.ts";

/** The part of GetStatus that has to do with the log. */
export function logStatus(port: LogPort): MessageInitShape<typeof LogStatusSchema> {
  const { spec } = port.context.graph;
  const { floor, windowEnd, pending, inFlight, coordinator, learners, lying } = port.stand();
  return {
    floor: BigInt(floor),
    windowEnd: BigInt(windowEnd),
    pending: BigInt(pending),
    inFlight: BigInt(inFlight),
    coordinator: spec.acceptors[coordinator]!,
    learners: learners.map(({ prefix, retained, certified, ...flags }, index) => ({
      ...flags,
      learner: spec.learners[index]!,
      prefix: BigInt(prefix),
      retained: BigInt(retained),
      certified: BigInt(certified),
    })),
    lying: lying.map((index) => spec.acceptors[index]!),
  };
}
