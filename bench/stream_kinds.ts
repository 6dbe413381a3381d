/**
 * Ways to carry small messages to another process and back: a link, and what is under it.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { connect as connectHttp2, createSecureServer } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { connect as connectNet, createServer as createNetServer } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { connectTo } from "../lib/net/client.ts";
import { serve } from "../lib/net/server.ts";
import type { Talk } from "../lib/net/talk.ts";
import { type Envelope, EnvelopeSchema } from "../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { ECHO, LIMITS } from "../tests/net/fixture.ts";

/** Bytes of each message, about. */
export const MESSAGE_BYTES = 300;

/** Who a process is, as files can hold it. */
export interface BenchIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly der: number[];
}

/** Both of them. */
export interface BenchIdentities {
  readonly server: BenchIdentity;
  readonly client: BenchIdentity;
}

/** One way. */
export interface StreamKind {
  /** Sends back whatever comes; resolves with the port. */
  serve(identities: BenchIdentities): Promise<number>;
  /** Connects; resolves with what sends so many messages. `onEcho` is told how many are back. */
  open(
    port: number,
    identities: BenchIdentities,
    onEcho: (count: number) => void,
  ): Promise<(count: number) => void>;
}

interface NodeStream {
  write(bytes: Uint8Array): unknown;
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "error", listener: () => void): unknown;
}

const HOST = "127.0.0.1";

function pinned(name: string, { certificatePem, der }: BenchIdentity) {
  return { name, pem: certificatePem, der: Uint8Array.from(der) };
}

function serverTls({ server, client }: BenchIdentities) {
  const { privateKeyPem: key, certificatePem: cert } = server;
  return { key, cert, ca: [client.certificatePem], requestCert: true };
}

function clientTls({ server, client }: BenchIdentities) {
  const { privateKeyPem: key, certificatePem: cert } = client;
  return { key, cert, ca: [server.certificatePem], checkServerIdentity: () => undefined };
}

function echo(stream: NodeStream): void {
  stream.on("error", () => {});
  stream.on("data", (chunk) => stream.write(chunk));
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return (server.address() as AddressInfo).port;
}

/** Counts whole messages among bytes. */
function counting(onEcho: (count: number) => void): (chunk: Uint8Array) => void {
  let held = 0;
  return ({ length }) => {
    const count = Math.floor((held + length) / MESSAGE_BYTES);
    held += length - count * MESSAGE_BYTES;
    if (count > 0) onEcho(count);
  };
}

function sending(stream: NodeStream, onEcho: (count: number) => void): (count: number) => void {
  const message = new Uint8Array(MESSAGE_BYTES);
  stream.on("error", () => {});
  stream.on("data", counting(onEcho));
  return (count) => {
    for (let n = 0; n < count; n++) stream.write(message);
  };
}

/** Says pings as fast as it is told to, and counts the answers. */
class PingTalk implements Talk {
  onReady: () => void = () => {};
  readonly isOver = false;
  readonly #onEcho: (count: number) => void;
  readonly #ping = create(EnvelopeSchema, {
    ping: 1n,
    have: [{ instance: 1n, ids: Array.from({ length: 8 }, () => new Uint8Array(32)) }],
  });
  #waiting = 0;

  constructor(onEcho: (count: number) => void) {
    this.#onEcho = onEcho;
  }

  say(count: number): void {
    this.#waiting += count;
    this.onReady();
  }

  next(): Envelope | undefined {
    return this.#waiting > 0 && this.#waiting-- > 0 ? this.#ping : undefined;
  }

  receive({ pong }: Envelope): void {
    if (pong !== 0n) this.#onEcho(1);
  }

  ended(): void {}

  left(): void {}
}

/** Answers as {@linkcode ECHO}, without loops. */
class PongTalk implements Talk {
  onReady: () => void = () => {};
  readonly isOver = false;
  readonly #waiting: Envelope[] = [create(EnvelopeSchema)];

  next(): Envelope | undefined {
    return this.#waiting.shift();
  }

  receive({ ping, have }: Envelope): void {
    this.#waiting.push(create(EnvelopeSchema, { pong: ping, have }));
    this.onReady();
  }

  ended(): void {}

  left(): void {}
}

const LINK: StreamKind = {
  async serve({ server, client }) {
    const { port } = await serve({
      host: HOST,
      port: 0,
      tls: server,
      admitted: [pinned("client", client)],
      limits: LIMITS,
      onRefused: (...why) => console.error(...why),
      handlers: { ...ECHO, link: () => new PongTalk() },
    });
    return port;
  },
  open(port, { server, client }, onEcho) {
    const talk = new PingTalk(onEcho);
    const to = connectTo({
      host: HOST,
      port,
      tls: client,
      expected: pinned("server", server),
      pingIntervalMs: 10_000,
      pingTimeoutMs: 10_000,
      envelopeBytesMax: LIMITS.envelopeBytesMax,
    });
    to.link(talk, new AbortController().signal).catch(() => {});
    return Promise.resolve((count) => talk.say(count));
  },
};

const HTTP2: StreamKind = {
  serve(identities) {
    const server = createSecureServer(serverTls(identities));
    server.on("stream", (stream) => {
      stream.respond({ ":status": 200 });
      echo(stream);
    });
    return listening(server);
  },
  open(port, identities, onEcho) {
    const session = connectHttp2(`https://${HOST}:${port}`, clientTls(identities));
    session.on("error", () => {});
    const stream = session.request({ ":method": "POST", ":path": "/" });
    return Promise.resolve(sending(stream, onEcho));
  },
};

const NODE_TLS: StreamKind = {
  serve: (identities) => listening(createTlsServer(serverTls(identities), echo)),
  async open(port, identities, onEcho) {
    const socket = connectTls({ host: HOST, port, ...clientTls(identities) });
    await new Promise<void>((resolve) => socket.once("secureConnect", resolve));
    socket.setNoDelay(true);
    return sending(socket, onEcho);
  },
};

const NODE_NET: StreamKind = {
  serve: () => listening(createNetServer({ noDelay: true }, echo)),
  async open(port, _identities, onEcho) {
    const socket = connectNet({ host: HOST, port, noDelay: true });
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    return sending(socket, onEcho);
  },
};

const DENO_TLS: StreamKind = {
  serve({ server: { certificatePem: cert, privateKeyPem: key } }) {
    const listener = Deno.listenTls({ hostname: HOST, port: 0, cert, key });
    const accept = async () => {
      for await (const conn of listener) conn.readable.pipeTo(conn.writable).catch(() => {});
    };
    accept().catch(() => {});
    return Promise.resolve(listener.addr.port);
  },
  async open(port, { server, client }, onEcho) {
    const conn = await Deno.connectTls({
      ...{ hostname: HOST, port, caCerts: [server.certificatePem] },
      ...{ cert: client.certificatePem, key: client.privateKeyPem },
    });
    const count = counting(onEcho);
    const read = async () => {
      const buffer = new Uint8Array(64 << 10);
      for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
        count(buffer.subarray(0, n));
      }
    };
    read().catch(() => {});
    let written = Promise.resolve(0);
    return (messages) => {
      const bytes = new Uint8Array(messages * MESSAGE_BYTES);
      written = written.then(() => conn.write(bytes));
      written.catch(() => {});
    };
  },
};

/** By name, the dearest first. */
export const STREAM_KINDS: Readonly<Record<string, StreamKind>> = {
  "link": LINK,
  "node:http2": HTTP2,
  "node:tls": NODE_TLS,
  "node:net": NODE_NET,
  "Deno.connectTls": DENO_TLS,
};
