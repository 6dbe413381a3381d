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
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { Admission, type RefusalReason } from "./admission.ts";
import { NET_BOUNDS, type NetBounds, type NetLimits } from "./bounds.ts";
import { Connection, type Misconduct } from "./connection.ts";
import { toListenError } from "./errors.ts";
import { guardHttp2 } from "./http2_guard.ts";
import { releaseWhenClosed } from "./http2_release.ts";
import { requireLoopback } from "./loopback.ts";
import { remoteOf } from "./pending.ts";
import { Reception } from "./reception.ts";
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
  /** Told that nobody could arrive any more, and why: it listens anew. */
  onTrouble?(detail: string): void;
  /** Told, now and then, that connections have come to nothing, and that their remains are garbage. */
  onWaste?(): void;
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
  readonly #reception: Reception;
  /** Never listens: it is handed sockets that have arrived. */
  readonly #node: Http2SecureServer | Http2Server;
  /** With the promise that its socket has closed. */
  readonly #connections = new Map<Connection, Promise<void>>();
  readonly #bySession = new WeakMap<object, Connection>();
  readonly #bySocket = new WeakMap<object, Connection>();
  /** The connection whose session is being made: node emits "session" before it returns. */
  #entering: Connection | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #onQuiet: () => void = () => {};
  #wasted = 0;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#bounds = { ...NET_BOUNDS, ...options.bounds };
    this.#admission = new Admission(
      options.admitted,
      options.limits,
      this.#bounds,
      performance.now(),
    );
    this.#reception = new Reception({
      bounds: this.#bounds,
      isOpen: options.cleartextLoopback ?? false,
      begin: (socket) => void this.#node.emit("connection", socket),
      onRefused: (reason, remote, detail) => this.#refuse(reason, remote, detail),
      onTrouble: (detail) => options.onTrouble?.(detail),
    });
    this.#rpc = makeRpcListener(options.handlers, options.limits.envelopeBytesMax);
    this.#node = this.#makeNodeServer();
    this.#attach();
  }

  async listen(host: string, port: number): Promise<RunningServer> {
    const address = await this.#reception.listen(host, port).catch((error) => {
      throw toListenError(error, `${host}:${port}`);
    });
    this.#timer = setInterval(() => this.#check(), this.#bounds.checkMs);
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
      // Its timer would keep what has failed until then (Deno 2.8.3). The reception sees to it.
      handshakeTimeout: -1,
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
    node.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      this.#reception.failed(remoteOf(socket), error.message);
      socket.destroy();
    });
    node.on("session", (session: ServerHttp2Session) => this.#onSession(session));
    node.on("request", (request, response) => this.#onRequest(request, response));
    // What happens to a session or socket is that connection's affair, and handled there.
    node.on("sessionError", () => {});
    node.on("clientError", (_error: Error, socket: Socket) => socket.destroy());
    node.on("error", () => {});
  }

  /** A connection comes to nothing. What it was is garbage. */
  #refuse(reason: RefusalReason, remote: string, detail: string, owner?: string): void {
    this.#options.onRefused(reason, remote, detail, owner);
    if (++this.#wasted % this.#bounds.wastedMax === 0) this.#options.onWaste?.();
  }

  #admit(socket: TLSSocket): Connection | undefined {
    const remote = remoteOf(socket);
    socket.on("error", () => {});
    const clear = this.#options.cleartextLoopback;
    const der = clear ? undefined : peerDer(socket);
    const verdict = clear ? { name: "" } : this.#admission.admit(der, performance.now());
    const arrived = this.#reception.settle(remote);
    if ("refused" in verdict) {
      const { refused, owner } = verdict;
      const why = describeRefusal(refused, owner, this.#options.limits);
      if (owner === undefined) socket.destroy();
      else sayRefused(socket, why);
      this.#refuse(refused, remote, why, owner);
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
      links: this.#admission.linksOf(verdict.name),
      unsent: this.#admission.unsentOf(verdict.name),
      unsentOfAllMax: this.#options.limits.bytesInFlightMax,
      pingIntervalMs: this.#options.pingIntervalMs ?? 10_000,
      pingTimeoutMs: this.#options.pingTimeoutMs ?? 10_000,
      onMisconduct: (misconduct) => this.#onMisconduct(connection, misconduct),
      onQuiet: () => this.#onQuiet(),
    });
    const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
    this.#connections.set(connection, gone);
    this.#bySocket.set(socket, connection);
    const onClose = () => {
      connection.onClosed();
      if (!this.#connections.delete(connection)) return;
      leave();
      if (!clear) this.#admission.left(verdict.name);
    };
    // Of a session that broke in one of its callbacks, TLS never says that it has closed.
    for (const each of [socket, arrived]) each?.once("close", onClose);
    return connection;
  }

  #onMisconduct(connection: Connection, { reason, detail }: Misconduct): void {
    if (reason === "FLOOD" || reason === "PROTOCOL") {
      this.#admission.misbehaved(connection.name, performance.now());
    }
    this.#refuse(reason, connection.remote, detail);
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
    this.#reception.check(now);
    for (const connection of this.#connections.keys()) connection.check(now);
  }

  async #close(graceMs: number): Promise<void> {
    this.#reception.close();
    if (graceMs > 0) await this.#quiet(graceMs);
    clearInterval(this.#timer);
    const gone = [...this.#connections.values()];
    for (const connection of this.#connections.keys()) connection.destroy();
    await Promise.all(gone);
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
        if (![...this.#connections.keys()].some((connection) => connection.busy)) done();
      };
      this.#onQuiet();
    });
  }
}
