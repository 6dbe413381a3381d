/**
 * Answers on their way out.
 *
 * @module
 */
import type { ClientHttp2Stream, Http2ServerRequest } from "node:http2";
import { isLate } from "../wire/silence.ts";
import type { NodeRequest, NodeResponse } from "./rpc.ts";
import type { Unsent } from "./unsent.ts";

/** Between two looks whether an answer has left, in milliseconds. */
const LOOK_MS = 250;

/** How many looks in a row have to find that it has. */
const LOOKS = 3;

/**
 * Says when an answer has left for sure. Nothing tells of its trailers: they leave between one look
 * and the next, unless our loop stands still meanwhile, as it does while a slow disk keeps a batch. So
 * a look that is late says nothing.
 */
export class Leaving {
  #dueMs: number;
  #looks = 0;

  /** The answer has been written. */
  constructor(nowMs: number) {
    this.#dueMs = nowMs + LOOK_MS;
  }

  /** Whether it has left, with its trailers, if so many bytes of its connection have not. */
  look(nowMs: number, unsentBytes: number): boolean {
    this.#looks = isLate(nowMs, this.#dueMs) || unsentBytes > 0 ? 0 : this.#looks + 1;
    this.#dueMs = nowMs + LOOK_MS;
    return this.#looks >= LOOKS;
  }
}

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
    // Finished is what has been written, not what has left.
    const leaving = new Leaving(performance.now());
    const timer = setInterval(() => {
      if (request.readableEnded) return clearInterval(timer);
      if (leaving.look(performance.now(), unsent.bytes)) stream.close(0 /* NO_ERROR */);
    }, LOOK_MS);
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
