/**
 * A cure for a fault of Deno (2.8.3): what an HTTP/2 session has in native code is never freed, and
 * keeps the session, its socket and all that listens to them, some 20 kB for each connection.
 *
 * @module
 */
import type { ClientHttp2Session, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

/** What a session has in native code. */
type Handle = Record<PropertyKey, unknown>;

/** In place of a session that is gone, should native code ask for it all the same. */
const GONE = { destroyed: true, closed: true };

/** Made here, for a function made where a socket is at hand would keep the socket. */
function doNothing(): void {}

/**
 * Makes native code forget a session once it has closed. Does nothing for a session that is not
 * connected, and where Deno has no such handle.
 */
export function releaseWhenClosed(session: ClientHttp2Session | ServerHttp2Session): void {
  const handle = internal<Handle>(session, "kHandle");
  const socket = internal<Socket>(session, "socket");
  if (handle === undefined || socket === undefined) return;
  // In a turn of its own: native code may be in one of its callbacks.
  session.once("close", () => void setImmediate(() => release(handle, socket)));
}

/** What a session has under a symbol of its own; when it has closed it has it no more. */
function internal<T>(session: object, description: string): T | undefined {
  const key = Object.getOwnPropertySymbols(session).find((key) => key.description === description);
  return key === undefined ? undefined : (session as Record<symbol, T | undefined>)[key];
}

function release(handle: Handle, socket: Socket): void {
  for (const key of Reflect.ownKeys(handle)) {
    handle[key] = typeof handle[key] === "function" ? doNothing : GONE;
  }
  if (socket.closed) silence(socket);
  else socket.once("close", () => void setImmediate(() => silence(socket)));
}

/** The socket is kept in the same way: what it keeps in turn are those who listen to it. */
function silence(socket: Socket): void {
  socket.removeAllListeners();
  socket.on("error", doNothing);
}
