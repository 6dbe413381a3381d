/**
 * Calls by HTTP/1.1 with headers of one's own, as no client library makes them.
 *
 * @module
 */
import { Agent, request } from "node:https";
import { Buffer } from "node:buffer";
import { CAST } from "./fixture.ts";

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** gRPC's, from the trailers over HTTP/1.1 or in the body. */
  readonly grpcStatus: string;
  readonly grpcMessage: string;
}

/** Whom a caller is, and whom it calls; all PEM. */
export interface Parties {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const ALICE: Parties = {
  cert: CAST.alice.certificatePem,
  key: CAST.alice.privateKeyPem,
  ca: CAST.server.pem,
};

/** Sends a request, as alice unless told: by GET if there is no body. */
export function send(
  { port }: { readonly port: number },
  method: string,
  body: Uint8Array | undefined,
  headers: Record<string, string>,
  parties: Parties = ALICE,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({
      ...parties,
      checkServerIdentity: () => undefined,
      agent: new Agent({ keepAlive: false }),
      host: "127.0.0.1",
      port,
      method: body === undefined ? "GET" : "POST",
      path: `/hetpaxos.v1.HetPaxosService/${method}`,
      headers,
    }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const all = Buffer.concat(chunks);
        const trailer = (name: string) =>
          decodeURIComponent(String(
            response.trailers[name] ?? response.headers[name] ??
              new RegExp(`${name}: ?(.*)\r\n`).exec(all.toString("latin1"))?.[1],
          ));
        resolve({
          status: response.statusCode ?? 0,
          body: all,
          grpcStatus: trailer("grpc-status"),
          grpcMessage: trailer("grpc-message"),
        });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A message with the prefix that streams and gRPC put before it. */
export function framed(body: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}
