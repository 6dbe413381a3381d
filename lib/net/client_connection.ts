/**
 * One connection to one acceptor, and nothing less than that acceptor.
 *
 * @module
 */
import { Code } from "@connectrpc/connect";
import { X509Certificate } from "node:crypto";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type PeerCertificate as NodeCertificate } from "node:tls";
import { NET_BOUNDS } from "./bounds.ts";
import {
  closedByPeer,
  closedByUs,
  LinkError,
  refusedByPeer,
  toLinkError,
  untrusted,
} from "./errors.ts";
import { releaseWhenClosed } from "./http2_release.ts";
import { makePins, type PeerCertificate, peerDer, type Pins, type TlsIdentity } from "./tls.ts";
import { countWritten } from "./answers.ts";
import { Outlet, Unsent } from "./unsent.ts";
import { Silence } from "../wire/silence.ts";
import { TokenBucket } from "../wire/token_bucket.ts";

/** What a {@linkcode ClientConnection} needs to know. */
export interface ClientConnectionOptions {
  /** The same as host and port, as a URL. */
  readonly authority: string;
  /** Name or address to dial. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** Who we are. */
  readonly tls: TlsIdentity;
  /** The only key we accept is that of this certificate. */
  readonly expected: PeerCertificate;
  /** How often to ask whether the acceptor lives. */
  readonly pingIntervalMs: number;
  /** How long it may take to answer. */
  readonly pingTimeoutMs: number;
  /** How long connecting and the handshake may take. */
  readonly connectTimeoutMs: number;
  /** Without TLS. */
  readonly cleartext: boolean;
  /** Told what certificate the acceptor has shown, once it is believed. */
  onShown?(der: Uint8Array): void;
}

/** A connection of a client that may be in use. It dials when made, and ends once, for one reason. */
export class ClientConnection {
  /** Resolves when it can carry streams; rejects with the {@linkcode LinkError} it ended with. */
  readonly ready: Promise<void>;
  readonly #options: ClientConnectionOptions;
  readonly #onEnd: (why: LinkError) => void;
  readonly #pins: Pins;
  readonly #tcp: Socket;
  /** Over TCP, once that has connected. */
  #socket: Socket | undefined;
  #session: ClientHttp2Session | undefined;
  #unsent: Unsent | undefined;
  readonly #outlet = new Outlet(() => this.#unsent?.isBelow(2 * NET_BOUNDS.unsentBytesMax) ?? true);
  readonly #streams = new Set<ClientHttp2Stream>();
  readonly #whenReady = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #leaving = false;
  #ended: LinkError | undefined;

  /**
   * Begins to dial.
   *
   * @param onEnd Called once.
   */
  constructor(options: ClientConnectionOptions, onEnd: (why: LinkError) => void) {
    this.#options = options;
    this.#onEnd = onEnd;
    this.#pins = makePins([options.expected]);
    this.ready = this.#whenReady.promise;
    // Whoever asks for a stream hears of it; if nobody does, nobody needs to.
    this.ready.catch(() => {});
    this.#tcp = connectTcp({ host: options.host, port: options.port });
    this.#watch(this.#tcp);
    this.#tcp.once("connect", () => this.#begin());
    this.#after(
      options.connectTimeoutMs,
      () => this.end(new LinkError("unreachable", Code.Unavailable, "connection timed out")),
    );
  }

  /** False once it has ended, or takes no new streams. */
  get usable(): boolean {
    const session = this.#session;
    return this.#ended === undefined && !this.#leaving && !session?.destroyed && !session?.closed;
  }

  /** Bytes that have come so far, over TCP or TLS. */
  get receivedBytes(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  /** Whether there is room for more to be written, or it has ended. */
  get hasRoom(): boolean {
    return this.#outlet.hasRoom;
  }

  /** Settles when there is room for more to be written, or it has ended. */
  room(): Promise<void> {
    return this.#outlet.room();
  }

  /** Opens a stream when it is ready; throws a {@linkcode LinkError} if that is too late. */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    if (this.#ended !== undefined) throw this.#ended;
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session!.request(headers);
    } catch (error) {
      throw toLinkError(error, error);
    }
    stream.on("error", () => {});
    countWritten(stream, this.#unsent ??= new Unsent(() => this.#socket?.bytesWritten ?? 0));
    stream.once("close", () => {
      this.#streams.delete(stream);
      this.#leaveIfDone();
    });
    this.#streams.add(stream);
    return stream;
  }

  /** Ends it and every stream on it; the first reason given is the one that counts. */
  end(why: LinkError): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#outlet.close();
    clearTimeout(this.#timer);
    this.#whenReady.reject(why);
    // A stream opened on a session that is about to notice its end would never hear of it.
    for (const stream of this.#streams) stream.destroy(why);
    this.#session?.destroy(undefined, constants.NGHTTP2_CANCEL);
    (this.#socket ?? this.#tcp).destroy();
    this.#onEnd(why);
  }

  /** TCP has connected: makes what is above it. Deno never frees what it makes for TLS in vain. */
  #begin(): void {
    if (this.#ended !== undefined) return;
    const socket = this.#options.cleartext ? this.#tcp : this.#secure();
    if (socket !== this.#tcp) this.#watch(socket);
    const session = connect(this.#options.authority, {
      createConnection: () => socket,
      settings: {
        enablePush: false,
        maxHeaderListSize: NET_BOUNDS.headerBytesMax,
        initialWindowSize: NET_BOUNDS.streamWindowBytes,
      },
    });
    this.#socket = socket;
    this.#session = session;
    this.#attach(session, socket);
  }

  #secure(): Socket {
    const { tls, expected, host } = this.#options;
    return connectTls({
      socket: this.#tcp,
      host,
      cert: tls.certificatePem,
      key: tls.privateKeyPem,
      ca: [expected.pem],
      minVersion: "TLSv1.3",
      ALPNProtocols: ["h2"],
      // Host names prove nothing here: the key is known beforehand.
      checkServerIdentity: (_host: string, certificate: NodeCertificate) =>
        this.#pins.ownerOf(certificate.raw) === undefined ? untrusted() : undefined,
    });
  }

  #attach(session: ClientHttp2Session, socket: Socket): void {
    const controls = new TokenBucket(...NET_BOUNDS.controlRate, performance.now());
    const onControl = () => {
      if (controls.take(1, performance.now())) return;
      this.end(closedByUs("the server sends PING or SETTINGS too fast"));
    };
    session.on("ping", onControl);
    session.on("remoteSettings", onControl);
    session.on("error", (error: Error) => this.end(this.#explain(error)));
    session.on("frameError", () => {});
    session.on("close", () => this.end(closedByPeer()));
    session.on("goaway", (code: number, _last: number, why?: Uint8Array) => {
      this.#leaving = true;
      if (why !== undefined && why.length > 0) this.end(refusedByPeer(why));
      if (code !== constants.NGHTTP2_NO_ERROR) this.end(closedByPeer(`GOAWAY with code ${code}`));
      this.#leaveIfDone();
    });
    session.once("connect", () => this.#onConnect(session, socket));
  }

  /** A session with a stream opened just as the peer hung up never says that it has closed. */
  #watch(socket: Socket): void {
    socket.on("close", () => this.end(closedByPeer()));
    socket.on("error", (error: Error) => this.end(this.#explain(error)));
  }

  #onConnect(session: ClientHttp2Session, socket: Socket): void {
    releaseWhenClosed(session);
    if (this.#ended !== undefined) return;
    session.setLocalWindowSize(NET_BOUNDS.connectionWindowBytes);
    // checkServerIdentity has seen to it already; but that hangs on an option being honoured.
    const der = peerDer(socket);
    if (!this.#options.cleartext && this.#pins.ownerOf(der) === undefined) {
      return this.end(untrusted());
    }
    if (der !== undefined) this.#options.onShown?.(der);
    const nowMs = performance.now();
    this.#look(session, socket, new Silence(this.#options, nowMs), nowMs);
    this.#whenReady.resolve();
  }

  /** Whatever comes is a sign of life: behind large messages an answer may take its time. */
  #look(session: ClientHttp2Session, socket: Socket, silence: Silence, dueMs: number): void {
    const nowMs = performance.now();
    silence.received(socket.bytesRead, nowMs);
    const { verdict, againMs } = silence.look(nowMs, dueMs);
    if (verdict === "lost") {
      return this.end(new LinkError("silent", Code.Unavailable, "does not answer pings"));
    }
    if (verdict === "ask") session.ping(() => {});
    this.#after(againMs, () => this.#look(session, socket, silence, nowMs + againMs));
  }

  /** Once told to go away, and when the last stream has ended, there is no reason to stay. */
  #leaveIfDone(): void {
    if (this.#leaving && this.#streams.size === 0) this.end(closedByPeer());
  }

  /** There is one thing to wait for at a time. */
  #after(ms: number, run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, ms);
  }

  #explain(error: Error): LinkError {
    const known = toLinkError(error, error);
    if (known.kind !== "untrusted" || !hasExpired(this.#options.expected)) return known;
    return untrusted("its configured certificate has expired", error);
  }
}

function hasExpired(peer: PeerCertificate): boolean {
  return Date.parse(new X509Certificate(peer.der).validTo) < Date.now();
}
