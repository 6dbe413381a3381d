/**
 * A link that we open by gRPC, straight on the stream of HTTP/2.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import type { Envelope } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { HetPaxosService } from "../wire/gen/hetpaxos/v1/service_pb.ts";
import type { ClientSession } from "./client_session.ts";
import { decodeEnvelope, FrameReader, writeEnvelope } from "./grpc_frames.ts";
import { Inbox } from "./inbox.ts";

const PATH = `/${HetPaxosService.typeName}/${HetPaxosService.method.streamConsensusMessages.name}`;

/** Messages that may wait to be taken before no more is read. */
const WAITING_MAX = 64;

/**
 * Opens a link, sends what `outgoing` yields, and yields what comes. Nothing is sent before the first
 * `next`. Ends with an error unless the peer has ended it in order; when `signal` aborts.
 *
 * @param bytesMax Of a message, either way.
 */
export async function* callLink(
  session: ClientSession,
  outgoing: AsyncIterable<Envelope>,
  bytesMax: number,
  signal: AbortSignal,
): AsyncGenerator<Envelope, void, undefined> {
  const stream = await session.request("POST", PATH, {
    "content-type": "application/grpc+proto",
    "te": "trailers",
    "user-agent": "hetpaxos",
  });
  const cancel = () => stream.close(constants.NGHTTP2_CANCEL);
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  const incoming = receive(stream, bytesMax);
  send(stream, outgoing, () => session.room(), bytesMax).catch((error) => {
    incoming.fail(error);
    cancel();
  });
  try {
    for (;;) {
      const { done, value } = await incoming.next();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    if (!stream.closed) cancel();
  }
}

async function send(
  stream: ClientHttp2Stream,
  outgoing: AsyncIterable<Envelope>,
  room: () => Promise<void>,
  bytesMax: number,
): Promise<void> {
  const iterator = outgoing[Symbol.asyncIterator]();
  const isOver = () => stream.closed || stream.destroyed;
  const write = (bytes: Uint8Array) => void stream.write(bytes);
  for (;;) {
    await room();
    if (isOver()) return;
    const { done, value } = await iterator.next();
    if (isOver()) return;
    if (done) break;
    writeEnvelope(write, value, bytesMax);
  }
  stream.end();
}

function receive(stream: ClientHttp2Stream, bytesMax: number): Inbox<Envelope> {
  const inbox = new Inbox<Envelope>();
  const reader = new FrameReader(bytesMax);
  inbox.onEmpty = () => void stream.resume();
  // Whoever is told of the end is told why; a stream that has closed without is the connection's end.
  let status: IncomingHttpHeaders | undefined;
  const conclude = () => {
    const fault = status && faultIn(status);
    if (fault === undefined) inbox.end();
    else inbox.fail(fault);
  };
  stream.on("response", (headers) => {
    const type = headers["content-type"] ?? "";
    if (headers[":status"] !== 200 || !type.startsWith("application/grpc")) {
      inbox.fail(new ConnectError(`HTTP status ${headers[":status"]}`, Code.Unknown));
    }
    if (headers["grpc-status"] === undefined) return;
    // That is all there will be: who refuses a link need not wait until we end what we send.
    status = headers;
    conclude();
  });
  stream.on("data", (chunk: Uint8Array) => {
    try {
      for (const message of reader.read(chunk)) inbox.push(decodeEnvelope(message));
    } catch (error) {
      inbox.fail(error);
      stream.close(constants.NGHTTP2_CANCEL);
    }
    if (inbox.size >= WAITING_MAX) stream.pause();
  });
  stream.on("trailers", (trailers) => status = trailers);
  stream.on("end", () => {
    if (status !== undefined) conclude();
  });
  stream.on("error", (error) => inbox.fail(error));
  stream.on("close", () => {
    if (status === undefined) inbox.fail(new ConnectError("closed by peer", Code.Canceled));
    conclude();
  });
  return inbox;
}

function faultIn(status: IncomingHttpHeaders): ConnectError | undefined {
  const code = Number(status["grpc-status"] ?? Code.Unknown);
  if (code === 0) return undefined;
  const message = decode(String(status["grpc-message"] ?? ""));
  return new ConnectError(message, code in Code ? code : Code.Unknown);
}

function decode(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
