/**
 * The service's calls, over whatever HTTP they arrive: gRPC, Connect and gRPC-Web.
 *
 * @module
 */
import { Code, ConnectError, type ConnectRouter, createConnectRouter } from "@connectrpc/connect";
import { createContextKey, createContextValues, type HandlerContext } from "@connectrpc/connect";
import { universalRequestFromNodeRequest } from "@connectrpc/connect-node";
import { universalResponseToNodeResponse } from "@connectrpc/connect-node";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { CallContext } from "./call_context.ts";
import { healthService } from "./health.ts";
import { type LogHandlers, NO_LOG } from "./log_rpc.ts";
import { reflectionService } from "./reflection.ts";
import { isPlainGrpc, serveLink } from "./link_server.ts";
import { answersOf, type Talk } from "./talk.ts";
import { whileRoom } from "./unsent.ts";
import { checkedRequest } from "./request_check.ts";
import { ServerReflection } from "../wire/gen/grpc/reflection/v1/reflection_pb.ts";
import { Health } from "../wire/gen/grpc/health/v1/health_pb.ts";
import {
  type Decision,
  type GetStatusRequest,
  type GetStatusResponse,
  HetPaxosService,
  type ProposeRequest,
  type ProposeResponse,
  type WatchDecisionsRequest,
} from "../wire/gen/hetpaxos/v1/service_pb.ts";

export type { CallContext } from "./call_context.ts";

/** Fields of a generated message that a handler must fill in; the rest have defaults. */
type Init<T extends { readonly $typeName: string }> = Omit<T, "$typeName" | "$unknown">;

/**
 * What the server does. A handler that throws a `ConnectError` sends it; anything else thrown is
 * told to the caller as an internal error, without details.
 */
export interface ServiceHandlers {
  /**
   * Our end of a link with a peer. It must have something to say at once: the response begins with
   * it. `context.signal` is aborted when the link is over.
   */
  link(context: CallContext): Talk;
  /** What is known here. */
  getStatus(request: GetStatusRequest, context: CallContext): Promise<Init<GetStatusResponse>>;
  /** Must watch `context.signal`: it ends when the caller leaves. */
  watchDecisions(request: WatchDecisionsRequest, context: CallContext): AsyncIterable<Decision>;
  /** Proposes, and waits for decisions; `context.signal` says when nobody waits any more. */
  propose(request: ProposeRequest, context: CallContext): Promise<Init<ProposeResponse>>;
  /** Calls of the log; refused if absent. */
  readonly log?: LogHandlers;
  /** Whether it can do its part now, for those who ask by gRPC's own health service. */
  isServing?(): boolean;
}

/** A request and its response, HTTP/2 or HTTP/1.1. */
export type NodeRequest = Http2ServerRequest | IncomingMessage;
/** See {@linkcode NodeRequest}. */
export type NodeResponse = Http2ServerResponse | ServerResponse;

/** Who sent a request. */
export interface Caller {
  /** As its certificate proves. */
  readonly name: string;
  /** `address:port`. */
  readonly remote: string;
  /** Bytes that have come on its connection so far. */
  receivedBytes(): number;
  /** Whether there is room for more to be written in answer. */
  hasRoom(): boolean;
  /** Settles when there is room for more to be written in answer. */
  room(signal: AbortSignal): Promise<void>;
  /** The call has led to something. */
  onWorthy(): void;
  /** Counts bytes read otherwise than by iterating over the request. Throws if they are too many. */
  count(chunk: Uint8Array): void;
}

/** Answers requests. */
export interface RpcListener {
  /** False for paths that are no method's. */
  knows(path: string): boolean;
  /** True for the method whose request is a stream, and so may take for ever. */
  isStream(path: string): boolean;
  /** True for one that takes many messages for one answer: its request may take for ever, too. */
  isUpload(path: string): boolean;
  /** Serves one request. Never throws; a promise that settles when all is said, and never rejects. */
  serve(request: NodeRequest, response: NodeResponse, caller: Caller): Promise<void>;
}

const callerKey = createContextKey<Caller>(
  {
    name: "",
    remote: "",
    receivedBytes: () => 0,
    hasRoom: () => true,
    room: () => Promise.resolve(),
    onWorthy: () => {},
    count: () => {},
  },
  { description: "caller" },
);

/** Makes the {@linkcode RpcListener} of handlers; messages longer than `readMaxBytes` are refused. */
export function makeRpcListener(handlers: ServiceHandlers, readMaxBytes: number): RpcListener {
  const router = createConnectRouter({
    readMaxBytes,
    // A decompressed message may be a thousand times what was paid for, and hashes and signatures
    // do not compress.
    acceptCompression: [],
    jsonOptions: { ignoreUnknownFields: false },
  });
  const log = handlers.log ?? NO_LOG;
  const once = <T>(context: HandlerContext, call: (context: CallContext) => T | Promise<T>) =>
    beforeDeadline(room(context).then(() => call(contextOf(context))), context);
  router.service(HetPaxosService, {
    streamConsensusMessages: (incoming, context) =>
      untilDeadline(
        roomy(answersOf(handlers.link(contextOf(context)), incoming), context),
        context,
      ),
    getStatus: (request, context) => once(context, (call) => handlers.getStatus(request, call)),
    watchDecisions: (request, context) =>
      untilDeadline(
        roomy(handlers.watchDecisions(request, contextOf(context)), context),
        context,
      ),
    propose: (request, context) => once(context, (call) => handlers.propose(request, call)),
    append: (request, context) => once(context, (call) => log.append(request, call)),
    appendStream: (requests, context) => once(context, (call) => log.appendStream(requests, call)),
    read: (request, context) =>
      untilDeadline(roomy(log.read(request, contextOf(context)), context), context),
    getProof: (request, context) => once(context, () => log.getProof(request)),
    getCheckpoint: (request, context) => once(context, () => log.getCheckpoint(request)),
  });
  serveTools(router, handlers);
  const byPath = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return {
    knows: (path) => byPath.has(path),
    isStream: (path) => byPath.get(path)?.method.methodKind === "bidi_streaming",
    isUpload: (path) => byPath.get(path)?.method.methodKind === "client_streaming",
    async serve(request, response, caller) {
      const handler = byPath.get(pathOf(request));
      const isLink = handler?.method === HetPaxosService.method.streamConsensusMessages;
      if (isLink && isPlainGrpc(request)) {
        const open = (context: CallContext) => handlers.link(context);
        return serveLink(request, response as Http2ServerResponse, caller, open, readMaxBytes);
      }
      try {
        if (handler === undefined) throw new ConnectError("no such method", Code.Unimplemented);
        // Throws on an authority that is missing or no authority: that too is a peer's doing.
        const universal = universalRequestFromNodeRequest(
          request,
          response,
          undefined,
          createContextValues().set(callerKey, caller),
        );
        const checked = checkedRequest(handler.method, universal, readMaxBytes);
        const answer = await handler(checked);
        await universalResponseToNodeResponse(answer, response);
      } catch {
        // Whatever it was, the caller has hung up or does not speak HTTP.
        refuse(response, handler === undefined ? 404 : 400);
      }
    },
  };
}

/** What gRPC's own tools ask. */
function serveTools(router: ConnectRouter, handlers: ServiceHandlers): void {
  const health = healthService(() => handlers.isServing?.() ?? true);
  router.service(Health, {
    check: (request, context) =>
      beforeDeadline(room(context).then(() => health.check(request, context)), context),
    watch: (request, context) =>
      untilDeadline(roomy(health.watch(request, context), context), context),
  });
  const reflection = reflectionService();
  router.service(ServerReflection, {
    serverReflectionInfo: (requests, context) =>
      untilDeadline(roomy(reflection.serverReflectionInfo(requests, context), context), context),
  });
}

/** Settles when the caller has taken enough of what it was sent before. */
function room(context: HandlerContext): Promise<void> {
  return context.values.get(callerKey).room(context.signal);
}

function roomy<T>(answers: AsyncIterable<T>, context: HandlerContext): AsyncGenerator<T> {
  return whileRoom(answers, () => room(context));
}

/** What a call ends with: if its deadline has passed, that, and what was still waited for. */
async function beforeDeadline<T>(result: Promise<T>, context: HandlerContext): Promise<T> {
  try {
    return await result;
  } catch (error) {
    const deadline = deadlineOf(context);
    if (deadline === undefined) throw error;
    if (!(error instanceof ConnectError) || error.code !== Code.Canceled) throw deadline;
    throw new ConnectError(`${deadline.rawMessage}: ${error.rawMessage}`, deadline.code);
  }
}

/** The same for a call with many answers, which may also end by itself then. */
async function* untilDeadline<T>(
  answers: AsyncIterable<T>,
  context: HandlerContext,
): AsyncGenerator<T> {
  try {
    yield* answers;
  } catch (error) {
    throw deadlineOf(context) ?? error;
  }
  const deadline = deadlineOf(context);
  if (deadline !== undefined) throw deadline;
}

/** Why a call was ended, if its deadline was why. */
function deadlineOf({ signal }: HandlerContext): ConnectError | undefined {
  if (!signal.aborted) return undefined;
  const reason = ConnectError.from(signal.reason);
  return reason.code === Code.DeadlineExceeded
    ? new ConnectError("the deadline has passed", Code.DeadlineExceeded)
    : undefined;
}

/** The path of a request, without its query. */
export function pathOf(request: NodeRequest): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

function contextOf(context: HandlerContext): CallContext {
  const { name, remote, receivedBytes, onWorthy } = context.values.get(callerKey);
  return { peer: name, signal: context.signal, remoteAddress: remote, receivedBytes, onWorthy };
}

/** Ends a response that has not begun; one that has cannot be mended, and is being cut off. */
function refuse(response: NodeResponse, status: number): void {
  try {
    if (!response.headersSent) response.writeHead(status);
    response.end();
  } catch {
    // The stream is gone.
  }
}
