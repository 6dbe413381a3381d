/**
 * A link that a peer has opened by gRPC over HTTP/2, straight on its stream. What every other protocol
 * needs, and a call with a deadline, is Connect's to do.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Carrier } from "./carrier.ts";
import type { CallContext, Caller, NodeRequest } from "./rpc.ts";
import type { Talk } from "./talk.ts";

/** Whether a call is gRPC's over HTTP/2, with nothing about it that is out of the ordinary. */
export function isPlainGrpc(request: NodeRequest): request is Http2ServerRequest {
  const { headers, method } = request;
  return "stream" in request && method === "POST" &&
    /^application\/grpc(\+proto)?$/.test(headers["content-type"] ?? "") &&
    headers["grpc-timeout"] === undefined &&
    [undefined, "identity"].includes(headers["grpc-encoding"]?.toString());
}

/**
 * Serves a link to its end.
 *
 * @param open Makes our end of it.
 * @param bytesMax Of a message.
 */
export function serveLink(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  caller: Caller,
  open: (context: CallContext) => Talk,
  bytesMax: number,
): void {
  const { stream } = request;
  const over = new AbortController();
  const { name, remote, receivedBytes, onWorthy, hasRoom } = caller;
  const context = { peer: name, remoteAddress: remote, receivedBytes, onWorthy };
  response.writeHead(200, { "content-type": request.headers["content-type"]! });
  let talk: Talk;
  try {
    talk = open({ ...context, signal: over.signal });
  } catch (error) {
    return finish(response, error);
  }
  const leave = (why?: unknown) => {
    carrier.stop();
    talk.ended(why);
    talk.left();
  };
  const carrier = new Carrier(talk, {
    bytesMax,
    write: (bytes) => void response.write(bytes),
    hasRoom,
    room: () => caller.room(over.signal),
    onSaid: () => {
      leave();
      finish(response);
    },
    onFault: (error) => {
      leave(error);
      finish(response, error);
    },
  });
  response.once("close", () => {
    over.abort(new ConnectError("closed by peer", Code.Canceled));
    leave(over.signal.reason);
  });
  const take = (chunk: Uint8Array) => {
    try {
      caller.count(chunk);
    } catch (error) {
      return carrier.fail(error);
    }
    carrier.take(chunk);
  };
  stream.on("data", take);
  stream.on("end", () => {
    // A stream that is cut off ends, too, before it says that it has closed.
    if (stream.aborted || stream.destroyed || stream.closed) return;
    if (!carrier.isAmid) return talk.ended();
    carrier.fail(new ConnectError("a message ends before its end", Code.InvalidArgument));
  });
}

/** Ends the answer; what a fault of ours was is not told. */
function finish(response: Http2ServerResponse, error?: unknown): void {
  const fault = error === undefined || error instanceof ConnectError
    ? error
    : new ConnectError("internal error", Code.Internal);
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
