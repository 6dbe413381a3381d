/**
 * A cure for a fault of Deno (2.8.3): what a TCP socket has in native code is never freed unless TLS
 * took it over, and keeps the socket and all that listens to it, some 2 kB for each connection.
 *
 * @module
 */
import type { Socket } from "node:net";
import { setImmediate } from "node:timers";

/** Made here, for a function made where a socket is at hand would keep the socket. */
function doNothing(): void {}

/**
 * Makes native code forget a socket once it has closed. Does nothing if it is not open, and where
 * Deno has no such handle.
 *
 * @param carriesTls Asked when it has closed: then it is left alone.
 */
export function releaseSocketWhenClosed(
  socket: Socket,
  carriesTls: () => boolean = () => false,
): void {
  const handle = (socket as { _handle?: Record<PropertyKey, unknown> | null })._handle;
  if (handle === undefined || handle === null) return;
  // In a turn of its own: native code may be in one of its callbacks.
  socket.once("close", () => {
    if (!carriesTls()) setImmediate(release, handle);
  });
}

function release(handle: Record<PropertyKey, unknown>): void {
  for (const key of Reflect.ownKeys(handle)) {
    handle[key] = typeof handle[key] === "function" ? doNothing : undefined;
  }
}
