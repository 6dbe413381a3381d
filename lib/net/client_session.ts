/**
 * The HTTP/2 connection under a client: made when first needed, made again when it has gone.
 *
 * @module
 */
import type { ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import { ClientConnection, type ClientConnectionOptions } from "./client_connection.ts";
import { closedByUs, type LinkError } from "./errors.ts";

/** The connections of one client, one at a time. Has the methods that connect-node asks of a session manager. */
export class ClientSession {
  /** Where to: scheme, host and port. */
  readonly authority: string;
  readonly #options: ClientConnectionOptions;
  readonly #connections = new Set<ClientConnection>();
  #current: ClientConnection | undefined;
  #ended: LinkError | undefined;
  #closed = false;

  /** Dials nothing yet. */
  constructor(options: ClientConnectionOptions) {
    this.authority = options.authority;
    this.#options = options;
  }

  /** Why the latest connection to end has ended; undefined if none has since the present one is ready. */
  get ended(): LinkError | undefined {
    return this.#ended;
  }

  /** Bytes that have come on the present connection; 0 if there is none. */
  get receivedBytes(): number {
    return this.#current?.receivedBytes ?? 0;
  }

  /** Whether there is room for more to be written on the present connection. */
  get hasRoom(): boolean {
    return this.#current?.hasRoom ?? true;
  }

  /** Settles when there is room for more to be written on the present connection. */
  room(): Promise<void> {
    return this.#current?.room() ?? Promise.resolve();
  }

  /** Opens a stream, on a new connection if there is none. Rejects with a {@linkcode LinkError}. */
  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
  ): Promise<ClientHttp2Stream> {
    if (this.#closed) throw closedByUs();
    if (!this.#current?.usable) this.#current = this.#connect();
    const connection = this.#current;
    await connection.ready;
    // What fails from now on does not fail because of one before.
    this.#ended = undefined;
    return connection.request({ ...headers, ":method": method, ":path": path });
  }

  /** Asked for by connect-node, which pings only when nothing is read; we ping always. */
  notifyResponseByteRead(): void {}

  /** Ends the connection and every stream on it; no other will be made. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#connections) connection.end(closedByUs());
  }

  #connect(): ClientConnection {
    const connection = new ClientConnection(this.#options, (why) => {
      this.#connections.delete(connection);
      this.#ended = why;
    });
    // One that was told to go away may still have streams: hence a set.
    this.#connections.add(connection);
    return connection;
  }
}
