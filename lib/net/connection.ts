/**
 * One admitted connection of the server: its calls, its pings, its conduct.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Http2ServerRequest, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { RefusalReason } from "./admission.ts";
import type { NetBounds } from "./bounds.ts";
import { Outlet, Unsent, type UnsentAccount } from "./unsent.ts";
import { Silence } from "../wire/silence.ts";
import type { TokenBucket } from "../wire/token_bucket.ts";
import { FloodGuard } from "./flood_guard.ts";
import { closeWhenSent, countWritten } from "./answers.ts";
import { countWhenRead, type InFlight, PartialMessage } from "./in_flight.ts";
import { type NodeRequest, type NodeResponse, pathOf, type RpcListener } from "./rpc.ts";

/** Why a connection was cut. */
export interface Misconduct {
  /** For counting. */
  readonly reason: RefusalReason;
  /** For a person. */
  readonly detail: string;
}

/** What a {@linkcode Connection} needs to know. */
export interface ConnectionOptions {
  /** Whose it is. */
  readonly name: string;
  /** `address:port` of the other end. */
  readonly remote: string;
  /** Under the session, or under HTTP/1.1. */
  readonly socket: Socket;
  /** What it may cost. */
  readonly bounds: NetBounds;
  /** Calls open at once. */
  readonly callsMax: number;
  /** What has come in part, over all connections of the same owner. */
  readonly inFlight: InFlight;
  /** Links that may be opened, over all connections of the same owner. */
  readonly links: TokenBucket;
  /** What has been written and has not left, over all connections of the same owner. */
  readonly unsent: UnsentAccount;
  /** How much that may be. */
  readonly unsentOfAllMax: number;
  /** How often to ask whether the peer lives. */
  readonly pingIntervalMs: number;
  /** How long it may take to answer. */
  readonly pingTimeoutMs: number;
  /** Called once, if the connection is cut for what it did. */
  onMisconduct(misconduct: Misconduct): void;
  /** Called when the last open call has ended. */
  onQuiet(): void;
}

interface Call {
  readonly request: NodeRequest;
  readonly response: NodeResponse;
  /** Whether its request may take for ever. */
  readonly isEndless: boolean;
  readonly partial: PartialMessage;
  readonly sinceMs: number;
}

/** One connection of the server. Over HTTP/1.1 there is no session: no pings, and one call at a time. */
export class Connection {
  /** Whose it is. */
  readonly name: string;
  /** `address:port` of the other end. */
  readonly remote: string;
  readonly #options: ConnectionOptions;
  readonly #flood: FloodGuard;
  readonly #calls = new Set<Call>();
  readonly #unsent: Unsent;
  readonly #links: Outlet;
  readonly #others: Outlet;
  #session: ServerHttp2Session | undefined;
  #idleSinceMs: number;
  readonly #silence: Silence;
  #checkedMs: number;
  #awaitsPong = false;
  #cut = false;
  #reported = false;

  /** Takes charge of the socket. */
  constructor(options: ConnectionOptions) {
    const now = performance.now();
    this.name = options.name;
    this.remote = options.remote;
    this.#options = options;
    this.#flood = new FloodGuard(options.bounds, () => options.socket.bytesRead, now);
    this.#unsent = new Unsent(() => options.socket.bytesWritten);
    options.unsent.add(this.#unsent);
    const outlet = (share: number) =>
      new Outlet(() =>
        this.#unsent.isBelow(share * options.bounds.unsentBytesMax) &&
        options.unsent.isBelow(share / 2 * options.unsentOfAllMax)
      );
    this.#links = outlet(2);
    this.#others = outlet(1);
    this.#idleSinceMs = now;
    this.#silence = new Silence(options, now);
    this.#checkedMs = now;
  }

  /** True while a call is open. */
  get busy(): boolean {
    return this.#calls.size > 0;
  }

  /** Takes charge of the HTTP/2 session of this connection. */
  attach(session: ServerHttp2Session): void {
    this.#session = session;
    const onControl = () => this.#judge(this.#flood.onControl(performance.now()));
    session.on("ping", onControl);
    session.on("remoteSettings", onControl);
    session.on("error", (error: Error) => this.#onSessionError(error));
    session.on("frameError", () => {});
    // A peer that says GOAWAY opens no more calls; those that are open may end.
    session.on("goaway", () => {});
  }

  /** Serves one request of this connection. */
  onRequest(request: NodeRequest, response: NodeResponse, rpc: RpcListener): void {
    const now = performance.now();
    request.on("error", () => {});
    response.on("error", () => {});
    if (this.#cut) return;
    const isStream = rpc.isStream(pathOf(request));
    const tooFast = !this.#flood.mayCall(now) ||
      (isStream && !this.#options.links.take(1, now));
    if (tooFast && this.#judge(this.#flood.onRefusedCall(now))) return;
    const tooMuch = this.#calls.size >= this.#options.callsMax ||
      headerBytes(request) > this.#options.bounds.headerBytesMax;
    if (tooMuch) {
      refuseCall(request, response);
      return;
    }
    const { inFlight, bounds } = this.#options;
    const firstBytesMax = isStream ? bounds.helloBytesMax : Infinity;
    const partial = new PartialMessage(inFlight, isFramed(request), firstBytesMax);
    const isEndless = isStream || rpc.isUpload(pathOf(request));
    const call: Call = { request, response, isEndless, partial, sinceMs: now };
    this.#calls.add(call);
    response.once("close", () => this.#onCallClosed(call));
    countWritten(response, this.#unsent);
    closeWhenSent(request, this.#unsent);
    if (tooFast) return answerTooFast(request, response);
    const count = (chunk: Uint8Array) => this.#count(chunk, partial);
    countWhenRead(request, count);
    // Many a call of a rapid reset is over before anything has been done for it.
    setImmediate(() => {
      if (!this.#calls.has(call)) return;
      const { name, remote } = this;
      const receivedBytes = () => this.#options.socket.bytesRead;
      const outlet = isStream ? this.#links : this.#others;
      const hasRoom = () => outlet.hasRoom;
      const room = (signal: AbortSignal) => outlet.room(signal);
      const onWorthy = () => this.#flood.onWorthy(performance.now());
      const caller = { name, remote, receivedBytes, hasRoom, room, onWorthy, count };
      // Never rejects.
      void rpc.serve(request, response, caller);
    });
  }

  /** Looks at what has happened since the last time; cuts the connection if that is wrong. */
  check(nowMs: number): void {
    if (this.#cut) return;
    const { bounds } = this.#options;
    if (this.#judge(this.#flood.check(nowMs))) return;
    if (this.#calls.size === 0 && nowMs - this.#idleSinceMs > bounds.idleMs) {
      return this.#misconduct("IDLE", "no call for too long");
    }
    for (const call of this.#calls) {
      if (call.isEndless || nowMs - call.sinceMs <= bounds.requestMs) continue;
      if (!call.request.readableEnded) {
        return this.#misconduct("IDLE", "a request that does not end");
      }
    }
    this.#checkPing(nowMs);
  }

  /** Cuts the connection, and so every call on it. */
  destroy(): void {
    this.#reported = true;
    this.onClosed();
  }

  /** The connection has closed: ends what there is of it. Its session may yet say why. */
  onClosed(): void {
    if (this.#cut) return;
    this.#cut = true;
    this.#links.close();
    this.#others.close();
    this.#options.unsent.remove(this.#unsent);
    for (const call of this.#calls) call.request.destroy();
    this.#session?.destroy();
    this.#options.socket.destroy();
  }

  #checkPing(nowMs: number): void {
    const session = this.#session;
    if (session === undefined || session.destroyed || session.closed) return;
    const dueMs = this.#checkedMs + this.#options.bounds.checkMs;
    this.#checkedMs = nowMs;
    // Whatever comes is a sign of life: behind large messages an answer may take its time.
    this.#silence.received(this.#options.socket.bytesRead, nowMs);
    const { verdict } = this.#silence.look(nowMs, dueMs);
    if (verdict === "lost") this.#misconduct("SILENT", "does not answer pings");
    if (verdict !== "ask" || this.#awaitsPong) return;
    this.#awaitsPong = session.ping((error: Error | null) => {
      if (error === null) this.#awaitsPong = false;
    });
  }

  #onCallClosed(call: Call): void {
    this.#calls.delete(call);
    call.partial.end();
    const now = performance.now();
    this.#idleSinceMs = now;
    if (!this.busy) this.#options.onQuiet();
    if ("stream" in call.request && call.request.stream.rstCode !== 0) {
      this.#judge(this.#flood.onReset(now));
    }
  }

  /** Counts bytes that a call has read; throws if they are too many. */
  #count(chunk: Uint8Array, partial: PartialMessage): void {
    this.#flood.onData(chunk.length);
    if (partial.onData(chunk)) return;
    partial.end();
    throw new ConnectError("too many bytes in one message, or in flight", Code.ResourceExhausted);
  }

  #judge(wrong: string | undefined): boolean {
    if (wrong !== undefined) this.#misconduct("FLOOD", wrong);
    return this.#cut;
  }

  #onSessionError(error: Error): void {
    const code = "code" in error ? String(error.code) : "";
    // Only what the HTTP/2 machine objects to. A peer that says goodbye with an error code, or
    // whose machine has crashed, has done nothing to us.
    const objected = code.startsWith("ERR_HTTP2_") && code !== "ERR_HTTP2_SESSION_ERROR";
    if (objected) this.#misconduct("PROTOCOL", error.message);
    else this.onClosed();
  }

  #misconduct(reason: RefusalReason, detail: string): void {
    if (this.#reported) return;
    this.destroy();
    this.#options.onMisconduct({ reason, detail });
  }
}

/** Whether the body is a sequence of messages, each with its length, and not one message. */
function isFramed({ headers }: NodeRequest): boolean {
  return /^application\/(grpc|connect\+)/.test(headers["content-type"] ?? "");
}

function headerBytes(request: NodeRequest): number {
  return request.rawHeaders.reduce((sum, text) => sum + text.length, 0);
}

/** Says so to one caller, where to cut the connection would end the calls of others, too. */
function answerTooFast(request: NodeRequest, response: NodeResponse): void {
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/grpc") && "stream" in response) {
    const head = {
      "content-type": "application/grpc",
      "grpc-status": String(Code.ResourceExhausted),
      "grpc-message": "calls come too fast",
    };
    response.writeHead(200, head);
  } else {
    response.writeHead(429);
  }
  response.end();
}

function refuseCall(request: NodeRequest, response: NodeResponse): void {
  if ("stream" in request) {
    (request as Http2ServerRequest).stream.close(7 /* REFUSED_STREAM */);
    return;
  }
  response.writeHead(431);
  response.end();
}
