/**
 * Answers on their way out.
 *
 * @module
 */
import type { ClientHttp2Stream, Http2ServerRequest } from "node:http2";
import type { NodeRequest, NodeResponse } from "./rpc.ts";
import type { Unsent } from "./unsent.ts";

/** How long the end of an answer has to reach the caller, in milliseconds. */
const ANSWERED_MS = 250;

/**
 * Ends a stream whose answer has been sent when its caller does not: with nobody reading the rest of
 * the request its end may never be seen, and the stream count against the calls of its connection.
 * A request that has ended needs nothing of the kind: its stream ends with its answer, however late
 * the caller reads that. To end it before would cut the answer off.
 */
export function closeWhenSent(request: NodeRequest, unsent: Unsent): void {
  if (!("stream" in request)) return;
  const { stream } = request as Http2ServerRequest;
  stream.once("finish", () => {
    if (stream.closed || request.readableEnded) return;
    // The rest, up to its end. That nobody reads too much of it is the flood guard's affair.
    request.resume();
    // Finished is what has been written, not what has left. Nothing tells of the trailers: they leave
    // between one look and the next, even if the first was late.
    let hasLeft = false;
    const timer = setInterval(() => {
      if (request.readableEnded) return clearInterval(timer);
      if (hasLeft) stream.close(0 /* NO_ERROR */);
      hasLeft = unsent.bytes === 0;
    }, ANSWERED_MS);
    stream.once("close", () => clearInterval(timer));
  });
}

/** Counts the bytes that are written. */
export function countWritten(
  response: NodeResponse | ClientHttp2Stream,
  unsent: Unsent,
): void {
  const { write, end } = response;
  const counted = (chunk: unknown) => {
    if (chunk instanceof Uint8Array || typeof chunk === "string") unsent.wrote(chunk.length);
  };
  Object.assign(response, {
    write(...args: unknown[]) {
      counted(args[0]);
      return Reflect.apply(write, response, args);
    },
    end(...args: unknown[]) {
      counted(args[0]);
      return Reflect.apply(end, response, args);
    },
  });
}
