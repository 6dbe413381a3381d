/**
 * A link that we open by gRPC, straight on the stream of HTTP/2.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import { HetPaxosService } from "../wire/gen/hetpaxos/v1/service_pb.ts";
import type { ClientSession } from "./client_session.ts";
import { Carrier } from "./carrier.ts";
import type { Talk } from "./talk.ts";

const PATH = `/${HetPaxosService.typeName}/${HetPaxosService.method.streamConsensusMessages.name}`;

/**
 * Opens a link and carries it to its end. Rejects unless the peer has ended it in order; when
 * `signal` aborts.
 *
 * @param bytesMax Of a message, either way.
 */
export async function callLink(
  session: ClientSession,
  talk: Talk,
  bytesMax: number,
  signal: AbortSignal,
): Promise<void> {
  const stream = await session.request("POST", PATH, {
    "content-type": "application/grpc+proto",
    "te": "trailers",
    "user-agent": "hetpaxos",
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = () => stream.close(constants.NGHTTP2_CANCEL);
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  const carrier = new Carrier(talk, {
    bytesMax,
    write: (bytes) => {
      if (!stream.closed && !stream.destroyed) stream.write(bytes);
    },
    hasRoom: () => session.hasRoom,
    room: () => session.room(),
    onSaid: () => void stream.end(),
    onFault: reject,
  });
  hear(stream, carrier, resolve, reject);
  try {
    await promise;
  } finally {
    carrier.stop();
    signal.removeEventListener("abort", cancel);
    if (!stream.closed) cancel();
  }
}

function hear(
  stream: ClientHttp2Stream,
  carrier: Carrier,
  resolve: () => void,
  reject: (error: unknown) => void,
): void {
  // Whoever is told of the end is told why; a stream that has closed without is the connection's end.
  let status: IncomingHttpHeaders | undefined;
  const conclude = () => {
    const fault = status && faultIn(status);
    if (fault === undefined) resolve();
    else reject(fault);
  };
  stream.on("response", (headers) => {
    const type = headers["content-type"] ?? "";
    if (headers[":status"] !== 200 || !type.startsWith("application/grpc")) {
      reject(new ConnectError(`HTTP status ${headers[":status"]}`, Code.Unknown));
    }
    if (headers["grpc-status"] === undefined) return;
    // That is all there will be: who refuses a link need not wait until we end what we send.
    status = headers;
    conclude();
  });
  stream.on("data", (chunk: Uint8Array) => carrier.take(chunk));
  stream.on("trailers", (trailers) => status = trailers);
  stream.on("end", () => {
    if (status !== undefined) conclude();
  });
  stream.on("error", reject);
  stream.on("close", () => {
    if (status === undefined) reject(new ConnectError("closed by peer", Code.Canceled));
    conclude();
  });
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
