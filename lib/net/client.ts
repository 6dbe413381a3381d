/**
 * The client of one acceptor.
 *
 * @module
 */
import { type Client, Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type AppendRequestSchema,
  type AppendResponse,
  type AppendStreamRequestSchema,
  type AppendStreamResponse,
  type Decision,
  type GetCheckpointRequestSchema,
  type GetCheckpointResponse,
  type GetProofRequestSchema,
  type GetProofResponse,
  type GetStatusRequestSchema,
  type GetStatusResponse,
  HetPaxosService,
  type ProposeRequestSchema,
  type ProposeResponse,
  type ReadRequestSchema,
  type ReadResponse,
  type WatchDecisionsRequestSchema,
} from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { ClientSession } from "./client_session.ts";
import { LinkError, toLinkError } from "./errors.ts";
import { callLink } from "./link_call.ts";
import { guardHttp2 } from "./http2_guard.ts";
import type { Talk } from "./talk.ts";
import { requireLoopback } from "./loopback.ts";
import type { PeerCertificate, TlsIdentity } from "./tls.ts";

/** What {@linkcode connectTo} needs to know. */
export interface ConnectOptions {
  /** Name or address to dial; it need not occur in the certificate. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** Who we are. */
  readonly tls: TlsIdentity;
  /** The acceptor's certificate as configured: no other key is accepted. */
  readonly expected: PeerCertificate;
  /** How often to ask whether the acceptor lives. */
  readonly pingIntervalMs: number;
  /** How long it may take to answer. */
  readonly pingTimeoutMs: number;
  /** How long connecting and the handshake may take; 5,000 unless told. */
  readonly connectTimeoutMs?: number;
  /** Longest message accepted and sent, in bytes. */
  readonly envelopeBytesMax: number;
  /** HTTP/2 without TLS: loopback only, for tools on the same machine. */
  readonly cleartextLoopback?: boolean;
  /** Told what certificate the acceptor has shown, with each connection. */
  onShown?(der: Uint8Array): void;
}

/**
 * Calls one acceptor, over one connection that is made when first needed and again after it has
 * gone. Calls fail with a `LinkError` and are never repeated: that is for the caller to decide.
 */
export interface AcceptorClient {
  /**
   * Opens a link, of which `talk` is our end, and carries it until the acceptor ends it in order.
   * Rejects with a `LinkError` when it ends otherwise, or by `signal`. The talk is told, too.
   */
  link(talk: Talk, signal: AbortSignal): Promise<void>;
  /** See the service. */
  getStatus(
    request: MessageInitShape<typeof GetStatusRequestSchema>,
    signal: AbortSignal,
  ): Promise<GetStatusResponse>;
  /** See the service. */
  watchDecisions(
    request: MessageInitShape<typeof WatchDecisionsRequestSchema>,
    signal: AbortSignal,
  ): AsyncIterable<Decision>;
  /** See the service. */
  propose(
    request: MessageInitShape<typeof ProposeRequestSchema>,
    signal: AbortSignal,
  ): Promise<ProposeResponse>;
  /** See the service. */
  append(
    request: MessageInitShape<typeof AppendRequestSchema>,
    signal: AbortSignal,
  ): Promise<AppendResponse>;
  /** See the service. */
  appendStream(
    requests: AsyncIterable<MessageInitShape<typeof AppendStreamRequestSchema>>,
    signal: AbortSignal,
  ): Promise<AppendStreamResponse>;
  /** See the service. */
  read(
    request: MessageInitShape<typeof ReadRequestSchema>,
    signal: AbortSignal,
  ): AsyncIterable<ReadResponse>;
  /** See the service. */
  getProof(
    request: MessageInitShape<typeof GetProofRequestSchema>,
    signal: AbortSignal,
  ): Promise<GetProofResponse>;
  /** See the service. */
  getCheckpoint(
    request: MessageInitShape<typeof GetCheckpointRequestSchema>,
    signal: AbortSignal,
  ): Promise<GetCheckpointResponse>;
  /** Bytes that have come on the present connection; 0 if there is none. */
  receivedBytes(): number;
  /** Ends the connection and all calls; later ones fail at once. */
  close(): void;
}

/**
 * Makes a client; nothing is dialled yet. Throws an `OperatorError` if cleartext is asked for beyond
 * loopback.
 */
export function connectTo(options: ConnectOptions): AcceptorClient {
  const cleartext = options.cleartextLoopback ?? false;
  if (cleartext) requireLoopback(options.host);
  guardHttp2();
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  const authority = new URL(`${cleartext ? "http" : "https"}://${host}:${options.port}`).origin;
  const session = new ClientSession({
    authority,
    host: options.host,
    port: options.port,
    tls: options.tls,
    expected: options.expected,
    pingIntervalMs: options.pingIntervalMs,
    pingTimeoutMs: options.pingTimeoutMs,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    cleartext,
    onShown: options.onShown,
  });
  const transport = createGrpcTransport({
    baseUrl: authority,
    sessionManager: session,
    readMaxBytes: options.envelopeBytesMax,
    writeMaxBytes: options.envelopeBytesMax,
    acceptCompression: [],
  });
  return makeClient(createClient(HetPaxosService, transport), session, options.envelopeBytesMax);
}

function makeClient(
  rpc: Client<typeof HetPaxosService>,
  session: ClientSession,
  bytesMax: number,
): AcceptorClient {
  const explain = (error: unknown, signal: AbortSignal) =>
    signal.aborted
      ? new LinkError("canceled", Code.Canceled, "canceled", error)
      : toLinkError(error, session.ended);
  const once = <T>(call: Promise<T>, signal: AbortSignal) =>
    call.catch((error) => Promise.reject(explain(error, signal)));
  return {
    async link(talk, signal) {
      let failure: Error | undefined;
      try {
        await callLink(session, talk, bytesMax, signal);
      } catch (error) {
        failure = explain(error, signal);
      }
      talk.ended(failure);
      talk.left();
      if (failure !== undefined) throw failure;
    },
    watchDecisions: (request, signal) =>
      receive(
        (callSignal) => rpc.watchDecisions(request, { signal: callSignal }),
        signal,
        explain,
      ),
    getStatus: (request, signal) => once(rpc.getStatus(request, { signal }), signal),
    propose: (request, signal) => once(rpc.propose(request, { signal }), signal),
    append: (request, signal) => once(rpc.append(request, { signal }), signal),
    appendStream: (requests, signal) => once(rpc.appendStream(requests, { signal }), signal),
    read: (request, signal) =>
      receive((callSignal) => rpc.read(request, { signal: callSignal }), signal, explain),
    getProof: (request, signal) => once(rpc.getProof(request, { signal }), signal),
    getCheckpoint: (request, signal) => once(rpc.getCheckpoint(request, { signal }), signal),
    receivedBytes: () => session.receivedBytes,
    close: () => session.close(),
  };
}

/** Iterates a call so that leaving the loop ends the call: connect's own iterables do not. */
async function* receive<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
  explain: (error: unknown, signal: AbortSignal) => Error,
): AsyncGenerator<T, void, undefined> {
  const call = new AbortController();
  const abort = () => call.abort(signal.reason);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    for await (const message of open(call.signal)) yield message;
  } catch (error) {
    throw explain(error, signal);
  } finally {
    signal.removeEventListener("abort", abort);
    call.abort();
  }
}
