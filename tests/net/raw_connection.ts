/**
 * Connections on which anything can be said.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { TestIdentity } from "./certificates.ts";
import { CAST } from "./fixture.ts";
import { FRAME, frame, PREFACE } from "./raw_http2.ts";

/** A raw connection: bytes out, bytes in, and a promise of its end. */
export interface RawConnection {
  readonly socket: TLSSocket;
  /** Settles when either side has closed it; never rejects. */
  readonly closed: Promise<void>;
  /** Writes; resolves when the bytes have left, or the connection is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** Repeats bytes until the connection is gone or `times` is reached; the number of writes. */
  flood(bytes: Uint8Array, times: number): Promise<number>;
  /** Everything received so far. */
  received(): Uint8Array;
  /** Resolves when what has been received satisfies; rejects if the connection closes before. */
  until(satisfied: (received: Uint8Array) => boolean): Promise<void>;
}

/** Opens a TLS connection that speaks (or claims to speak) HTTP/2; rejects if that fails. */
export function rawConnect(
  port: number,
  server: TestIdentity,
  client: TestIdentity | undefined,
  options: { alpn?: string[]; maxVersion?: "TLSv1.2" } = {},
): Promise<RawConnection> {
  const { promise, resolve, reject } = Promise.withResolvers<RawConnection>();
  const socket = connectTls({
    host: "127.0.0.1",
    port,
    ca: [server.pem],
    ...(client === undefined ? {} : { cert: client.certificatePem, key: client.privateKeyPem }),
    ALPNProtocols: options.alpn ?? ["h2"],
    ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }),
    checkServerIdentity: () => undefined,
  });
  const chunks: Uint8Array[] = [];
  const closed = new Promise<void>((done) => socket.once("close", () => done()));
  socket.on("error", reject);
  socket.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  socket.once("close", () => reject(new Error("closed before the handshake was over")));
  const write = (bytes: Uint8Array) =>
    new Promise<void>((done) => {
      if (socket.destroyed) return done();
      socket.once("close", done);
      socket.write(bytes, () => {
        socket.off("close", done);
        done();
      });
    });
  socket.once("secureConnect", () =>
    resolve({
      socket,
      closed,
      write,
      received: () => Buffer.concat(chunks),
      until: (satisfied) =>
        new Promise((done, fail) => {
          const look = () => {
            if (!satisfied(Buffer.concat(chunks))) return;
            socket.off("data", look);
            done();
          };
          socket.on("data", look);
          socket.once("close", () => fail(new Error("closed before it was seen")));
          look();
        }),
      async flood(bytes, times) {
        let n = 0;
        for (; n < times && !socket.destroyed; n++) await write(bytes);
        return n;
      },
    }));
  return promise;
}

/** Opens a TCP connection, says something, and resolves once the server has closed it. */
export function sayInTheClear(port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, "127.0.0.1", () => {
      if (bytes.length > 0) socket.write(bytes);
    });
    socket.on("error", () => {});
    socket.on("data", () => {});
    socket.once("close", () => resolve());
  });
}

/** A connection of bob's, who is admitted but hostile, that has begun HTTP/2. */
export async function beginHttp2(port: number): Promise<RawConnection> {
  const raw = await rawConnect(port, CAST.server, CAST.bob);
  await raw.write(Buffer.concat([PREFACE, frame(FRAME.settings, 0, 0)]));
  return raw;
}

/** The same bytes, so many times. */
export function repeat(bytes: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}

/** Settles when all that is ready to happen has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
