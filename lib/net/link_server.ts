/**
 * A link that a peer has opened by gRPC over HTTP/2, straight on its stream. What every other protocol
 * needs, and a call with a deadline, is Connect's to do.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Envelope } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { decodeEnvelope, FrameReader, writeEnvelope } from "./grpc_frames.ts";
import { Inbox } from "./inbox.ts";
import type { Caller, NodeRequest, ServiceHandlers } from "./rpc.ts";

/** Messages of a link that may wait to be taken before no more is read. */
const WAITING_MAX = 64;

/** Whether a call is gRPC's over HTTP/2, with nothing about it that is out of the ordinary. */
export function isPlainGrpc(request: NodeRequest): request is Http2ServerRequest {
  const { headers, method } = request;
  return "stream" in request && method === "POST" &&
    /^application\/grpc(\+proto)?$/.test(headers["content-type"] ?? "") &&
    headers["grpc-timeout"] === undefined &&
    [undefined, "identity"].includes(headers["grpc-encoding"]?.toString());
}

/**
 * Serves a link to its end. Never rejects.
 *
 * @param open What to do.
 * @param bytesMax Of a message.
 */
export async function serveLink(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  caller: Caller,
  open: ServiceHandlers["stream"],
  bytesMax: number,
): Promise<void> {
  const over = new AbortController();
  const incoming = receive(request, caller, bytesMax);
  response.once("close", () => {
    over.abort(new ConnectError("closed by peer", Code.Canceled));
    incoming.fail(over.signal.reason);
  });
  const { name, remote, receivedBytes, onWorthy } = caller;
  const context = {
    ...{ peer: name, remoteAddress: remote, receivedBytes, onWorthy },
    signal: over.signal,
  };
  let fault: ConnectError | undefined;
  try {
    response.writeHead(200, { "content-type": request.headers["content-type"]! });
    const write = (bytes: Uint8Array) => void response.write(bytes);
    const answers: AsyncIterator<Envelope> = open(incoming, context)[Symbol.asyncIterator]();
    try {
      for (;;) {
        await caller.room(over.signal);
        const { done, value } = await answers.next();
        if (done || over.signal.aborted) break;
        writeEnvelope(write, value, bytesMax);
      }
    } finally {
      await answers.return?.();
    }
  } catch (error) {
    fault = error instanceof ConnectError
      ? error
      : new ConnectError("internal error", Code.Internal);
  }
  await incoming.return();
  finish(response, fault);
}

function receive(request: Http2ServerRequest, caller: Caller, bytesMax: number): Inbox<Envelope> {
  const inbox = new Inbox<Envelope>();
  const reader = new FrameReader(bytesMax);
  let isOver = false;
  inbox.onEmpty = () => void request.resume();
  inbox.onLeft = () => isOver = true;
  const fail = (error: unknown) => {
    isOver = true;
    inbox.fail(error);
    request.pause();
  };
  request.on("data", (chunk: Uint8Array) => {
    if (isOver) return;
    try {
      caller.count(chunk);
      for (const message of reader.read(chunk)) inbox.push(decodeEnvelope(message));
    } catch (error) {
      return fail(error);
    }
    if (inbox.size >= WAITING_MAX) request.pause();
  });
  request.on("end", () => {
    if (!reader.isAmid) return inbox.end();
    fail(new ConnectError("a message ends before its end", Code.InvalidArgument));
  });
  return inbox;
}

function finish(response: Http2ServerResponse, fault: ConnectError | undefined): void {
  try {
    response.addTrailers({
      "grpc-status": String(fault?.code ?? 0),
      ...fault === undefined ? {} : { "grpc-message": encodeURIComponent(fault.rawMessage) },
    });
    response.end();
  } catch {
    // The stream is gone.
  }
}
