/**
 * The server: one TLS port for gRPC, Connect and gRPC-Web, for the identities of the configuration
 * and nobody else.
 *
 * @module
 */
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { Admission, type RefusalReason, remoteOf } from "./admission.ts";
import { NET_BOUNDS, type NetBounds, type NetLimits } from "./bounds.ts";
import { Connection, type Misconduct } from "./connection.ts";
import { toListenError } from "./errors.ts";
import { guardHttp2 } from "./http2_guard.ts";
import { releaseWhenClosed } from "./http2_release.ts";
import { requireLoopback } from "./loopback.ts";
import { describeRefusal, sayRefused } from "./refusal.ts";
import { makeRpcListener, type NodeRequest, type NodeResponse } from "./rpc.ts";
import type { RpcListener, ServiceHandlers } from "./rpc.ts";
import { type PeerCertificate, peerDer, type TlsIdentity } from "./tls.ts";

/** What {@linkcode serve} needs to know. */
export interface ServeOptions {
  /** Name or address to listen on. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Who we are. */
  readonly tls: TlsIdentity;
  /** Everybody who may connect. */
  readonly admitted: readonly PeerCertificate[];
  /** What to do. */
  readonly handlers: ServiceHandlers;
  /** What a peer may cost. */
  readonly limits: NetLimits;
  /** How often a peer is asked whether it lives. */
  readonly pingIntervalMs?: number;
  /** How long it may take to answer. */
  readonly pingTimeoutMs?: number;
  /** Serve HTTP/2 without TLS, and anyone: loopback only, for tools on the same machine. */
  readonly cleartextLoopback?: boolean;
  /**
   * Called for each connection refused or cut: why, `address:port`, one line for a person, and the
   * identity that it is refused to, if it is known.
   */
  onRefused(reason: RefusalReason, remote: string, detail: string, owner?: string): void;
  /** Told what certificate an admitted identity has shown. */
  onShown?(name: string, der: Uint8Array): void;
  /** Bounds other than {@linkcode NET_BOUNDS}. */
  readonly bounds?: Partial<NetBounds>;
}

/** A server that runs. */
export interface RunningServer {
  /** The address it listens on. */
  readonly host: string;
  /** The port, chosen by the system or not. */
  readonly port: number;
  /**
   * Frees the port, waits up to `graceMs` (0 unless told) for open calls to end, and cuts what is
   * left, so that calls see their signal aborted. Resolves when all is closed; can be repeated.
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Starts to serve. Rejects with an `OperatorError` if the address cannot be used, or if cleartext is
 * asked for beyond loopback.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { host, port } = options;
  if (options.cleartextLoopback) requireLoopback(host);
  guardHttp2();
  return await new Server(options).listen(host, port);
}

class Server {
  readonly #options: ServeOptions;
  readonly #bounds: NetBounds;
  readonly #admission: Admission;
  readonly #rpc: RpcListener;
  readonly #node: Http2SecureServer | Http2Server;
  readonly #connections = new Set<Connection>();
  readonly #bySession = new WeakMap<object, Connection>();
  readonly #bySocket = new WeakMap<object, Connection>();
  /** The connection whose session is being made: node emits "session" before it returns. */
  #entering: Connection | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #onQuiet: () => void = () => {};

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#bounds = { ...NET_BOUNDS, ...options.bounds };
    this.#admission = new Admission(
      options.admitted,
      options.limits,
      this.#bounds,
      performance.now(),
    );
    this.#rpc = makeRpcListener(options.handlers, options.limits.envelopeBytesMax);
    this.#node = this.#makeNodeServer();
    this.#attach();
  }

  async listen(host: string, port: number): Promise<RunningServer> {
    const where = `${host}:${port}`;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#node.once("error", reject);
    try {
      this.#node.listen(port, host, resolve);
      await promise;
    } catch (error) {
      throw toListenError(error, where);
    }
    this.#node.off("error", reject);
    this.#timer = setInterval(() => this.#check(), this.#bounds.checkMs);
    const address = this.#node.address() as AddressInfo;
    return {
      host: address.address,
      port: address.port,
      close: (graceMs = 0) => this.#close(graceMs),
    };
  }

  #makeNodeServer(): Http2SecureServer | Http2Server {
    const { tls, admitted, limits, cleartextLoopback } = this.#options;
    const common = {
      settings: {
        maxConcurrentStreams: limits.streamsPerConnectionMax,
        maxHeaderListSize: this.#bounds.headerBytesMax,
        initialWindowSize: this.#bounds.streamWindowBytes,
        enablePush: false,
      },
    };
    if (cleartextLoopback) return createServer(common);
    return createSecureServer({
      ...common,
      key: tls.privateKeyPem,
      cert: tls.certificatePem,
      ca: admitted.map((peer) => peer.pem),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.3",
      allowHTTP1: true,
      handshakeTimeout: this.#bounds.handshakeMs,
    });
  }

  #attach(): void {
    const node = this.#node;
    const arrival = this.#options.cleartextLoopback ? "connection" : "secureConnection";
    // Node's own listener makes a session of whoever comes: it gets to see only those admitted.
    const enter = node.listeners(arrival);
    node.removeAllListeners(arrival);
    node.on(arrival, (socket: TLSSocket) => {
      const connection = this.#admit(socket);
      if (connection === undefined) return;
      this.#entering = connection;
      for (const listener of enter) listener.call(node, socket);
      this.#entering = undefined;
    });
    if (arrival !== "connection") {
      node.on("connection", (socket: Socket) => this.#onPending(socket));
    }
    node.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      this.#onHandshakeFailed(remoteOf(socket), error.message);
      socket.destroy();
    });
    node.on("session", (session: ServerHttp2Session) => this.#onSession(session));
    node.on("request", (request, response) => this.#onRequest(request, response));
    // What happens to a session or socket is that connection's affair, and handled there.
    node.on("sessionError", () => {});
    node.on("clientError", (_error: Error, socket: Socket) => socket.destroy());
    node.on("error", () => {});
  }

  #onPending(socket: Socket): void {
    socket.on("error", () => {});
    const remote = remoteOf(socket);
    const pushedOut = this.#admission.arrived(
      socket,
      performance.now(),
      () => this.#options.onRefused("HANDSHAKE", remote, "closed before the handshake was over"),
    );
    if (pushedOut !== undefined) {
      this.#options.onRefused("PENDING_FULL", pushedOut, "too many unfinished handshakes");
    }
  }

  #onHandshakeFailed(remote: string, detail: string): void {
    // What we have cut off ourselves fails too, and has been told.
    if (this.#admission.settle(remote)) this.#options.onRefused("HANDSHAKE", remote, detail);
  }

  #admit(socket: TLSSocket): Connection | undefined {
    const remote = remoteOf(socket);
    socket.on("error", () => {});
    const clear = this.#options.cleartextLoopback;
    const der = clear ? undefined : peerDer(socket);
    const verdict = clear ? { name: "" } : this.#admission.admit(der, remote, performance.now());
    if ("refused" in verdict) {
      const { refused, owner } = verdict;
      const why = describeRefusal(refused, owner, this.#options.limits);
      if (owner === undefined) socket.destroy();
      else sayRefused(socket, why);
      this.#options.onRefused(refused, remote, why, owner);
      return undefined;
    }
    if (der !== undefined) this.#options.onShown?.(verdict.name, der);
    const connection = new Connection({
      name: verdict.name,
      remote,
      socket,
      bounds: this.#bounds,
      callsMax: this.#options.limits.streamsPerConnectionMax,
      inFlight: this.#admission.inFlightOf(verdict.name),
      pingIntervalMs: this.#options.pingIntervalMs ?? 10_000,
      pingTimeoutMs: this.#options.pingTimeoutMs ?? 10_000,
      onMisconduct: (misconduct) => this.#onMisconduct(connection, misconduct),
      onQuiet: () => this.#onQuiet(),
    });
    this.#connections.add(connection);
    this.#bySocket.set(socket, connection);
    socket.once("close", () => {
      connection.onClosed();
      this.#connections.delete(connection);
      if (!clear) this.#admission.left(verdict.name);
    });
    return connection;
  }

  #onMisconduct(connection: Connection, { reason, detail }: Misconduct): void {
    if (reason === "FLOOD" || reason === "PROTOCOL") {
      this.#admission.misbehaved(connection.name, performance.now());
    }
    this.#options.onRefused(reason, connection.remote, detail);
  }

  #onSession(session: ServerHttp2Session): void {
    releaseWhenClosed(session);
    const connection = this.#entering;
    if (connection === undefined) return session.destroy();
    session.setLocalWindowSize(this.#bounds.connectionWindowBytes);
    this.#bySession.set(session, connection);
    connection.attach(session);
  }

  #onRequest(request: NodeRequest, response: NodeResponse): void {
    const session = "stream" in request ? request.stream.session : undefined;
    const connection = session === undefined
      ? this.#bySocket.get(request.socket)
      : this.#bySession.get(session);
    // A request of a connection that is gone already, or that never was admitted.
    if (connection === undefined) {
      request.destroy();
      return;
    }
    connection.onRequest(request, response, this.#rpc);
  }

  #check(): void {
    const now = performance.now();
    for (const remote of this.#admission.expire(now)) {
      this.#options.onRefused("HANDSHAKE", remote, "the handshake took too long");
    }
    for (const connection of this.#connections) connection.check(now);
  }

  async #close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#node.close(() => resolve()));
    this.#admission.close();
    if (graceMs > 0) await this.#quiet(graceMs);
    clearInterval(this.#timer);
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }

  /** Resolves when no call is open, or after `graceMs`. */
  #quiet(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#onQuiet = () => {};
        resolve();
      };
      const timer = setTimeout(done, graceMs);
      this.#onQuiet = () => {
        if (![...this.#connections].some((connection) => connection.busy)) done();
      };
      this.#onQuiet();
    });
  }
}
