/**
 * Plain HTTP on an address of its own, for whoever asks without a certificate.
 *
 * @module
 */

import type { HostPort } from "../config/addresses.ts";
import { toListenError } from "../net/errors.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";

/** Where and how to listen. */
export interface PlainOptions {
  /** Port 0 lets the system choose. */
  readonly at: HostPort;
  /** The flag that chose the address, as an operator wrote it: `--port 80`. */
  readonly flag: string;
  /** Ends all answers at once when it is aborted. */
  readonly signal?: AbortSignal;
  /** What is answered where an answer fails. */
  onError(): Response;
}

/** A server that answers. */
export interface PlainServer {
  /** Where it listens. */
  readonly address: HostPort;
  /** The platform's. */
  readonly server: Deno.HttpServer;
}

/**
 * Begins to answer.
 *
 * @throws OperatorError (resource) that begins with the flag if the address cannot be used.
 */
export async function servePlainly(
  { at, flag, signal, onError }: PlainOptions,
  handler: (request: Request) => Response | Promise<Response>,
): Promise<PlainServer> {
  const { promise: listening, resolve, reject } = Promise.withResolvers<Deno.NetAddr>();
  const { host: hostname, port } = at;
  try {
    const options = { hostname, port, onListen: resolve, onError };
    const server = Deno.serve(signal === undefined ? options : { ...options, signal }, handler);
    server.finished.catch(reject);
    const bound = await listening;
    return { address: { host: bound.hostname, port: bound.port }, server };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const { message } = toListenError(error, flag);
    throw new OperatorError(EXIT.resource, message.replace(/ in `listen`|, or set `listen`/, ""));
  }
}
