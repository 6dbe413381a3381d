/**
 * The calls of the service that have to do with the log, and what they are refused with.
 *
 * @module
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type AppendRequest,
  type AppendResponseSchema,
  type AppendStreamRequest,
  type AppendStreamResponseSchema,
  type GetCheckpointRequest,
  type GetCheckpointResponseSchema,
  type GetProofRequest,
  type GetProofResponseSchema,
  LogFault_Reason as Reason,
  LogFaultSchema,
  type ReadRequest,
  type ReadResponse,
} from "../wire/gen/hetpaxos/v1/service_pb.ts";
import type { CallContext } from "./call_context.ts";
import { causesOf } from "./errors.ts";

type OrLater<T> = T | Promise<T>;

/** What the server does with the calls of the log. See the service; errors as everywhere. */
export interface LogHandlers {
  /** `context.signal` says when nobody waits any more. */
  append(
    request: AppendRequest,
    context: CallContext,
  ): Promise<MessageInitShape<typeof AppendResponseSchema>>;
  /** Takes the next request when it has room for it. */
  appendStream(
    requests: AsyncIterable<AppendStreamRequest>,
    context: CallContext,
  ): Promise<MessageInitShape<typeof AppendStreamResponseSchema>>;
  /** Must watch `context.signal`: it ends when the caller leaves. */
  read(request: ReadRequest, context: CallContext): AsyncIterable<ReadResponse>;
  /** A proof, or why there is none. */
  getProof(request: GetProofRequest): OrLater<MessageInitShape<typeof GetProofResponseSchema>>;
  /** Where the log is certified. */
  getCheckpoint(
    request: GetCheckpointRequest,
  ): OrLater<MessageInitShape<typeof GetCheckpointResponseSchema>>;
}

/** The status that goes with each reason: the code of the call's error. */
const CODES: Readonly<Record<Reason, Code>> = {
  [Reason.UNSPECIFIED]: Code.Internal,
  [Reason.NO_LOG]: Code.FailedPrecondition,
  [Reason.FULL]: Code.ResourceExhausted,
  [Reason.UNFIT]: Code.InvalidArgument,
  [Reason.TOO_OLD]: Code.AlreadyExists,
  [Reason.UNKNOWN_LEARNER]: Code.InvalidArgument,
  [Reason.NOT_RETAINED]: Code.OutOfRange,
  [Reason.NOT_YET]: Code.OutOfRange,
  [Reason.NOT_CERTIFIED]: Code.FailedPrecondition,
  [Reason.TOO_LONG]: Code.ResourceExhausted,
};

/**
 * What a handler throws to refuse a call of the log.
 *
 * @param begins Where what can be had begins or ends, for the reasons that have it.
 */
export function logFault(reason: Reason, message: string, begins = 0): ConnectError {
  const detail = { desc: LogFaultSchema, value: { reason, begins: BigInt(begins) } };
  return new ConnectError(message, CODES[reason], undefined, [detail]);
}

/** What a call of the log was refused with; undefined for every other failure. */
export function logFaultIn(
  error: unknown,
): { readonly reason: Reason; readonly begins: bigint; readonly message: string } | undefined {
  for (const each of causesOf(error)) {
    if (!(each instanceof ConnectError)) continue;
    const [found] = each.findDetails(LogFaultSchema);
    if (found !== undefined) return { ...found, message: each.rawMessage };
  }
  return undefined;
}

const noLog = () => logFault(Reason.NO_LOG, "no log is configured here");

/** What answers where no log is kept. */
export const NO_LOG: LogHandlers = {
  append: () => Promise.reject(noLog()),
  appendStream: () => Promise.reject(noLog()),
  // deno-lint-ignore require-yield
  async *read() {
    await Promise.resolve();
    throw noLog();
  },
  getProof() {
    throw noLog();
  },
  getCheckpoint() {
    throw noLog();
  },
};
