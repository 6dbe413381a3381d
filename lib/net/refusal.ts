/**
 * What is said to a peer that we know and take no connection from.
 *
 * @module
 */
import type { TLSSocket } from "node:tls";
import type { RefusalReason } from "./admission.ts";
import type { NetLimits } from "./bounds.ts";
import { REFUSAL_BYTES_MAX } from "./errors.ts";

/** An empty SETTINGS frame, with which every server begins. */
const SETTINGS = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0);
const GOAWAY = 7;
const ENHANCE_YOUR_CALM = 11;
/** How long what is said has to arrive before the connection is cut, in milliseconds. */
const SAID_MS = 250;

/**
 * Why a connection is refused, as a line for people on both sides.
 *
 * @param owner Whose it is; undefined for a stranger's.
 */
export function describeRefusal(
  reason: RefusalReason,
  owner: string | undefined,
  { connectionsPerIdentityMax }: NetLimits,
): string {
  switch (reason) {
    case "STRANGER":
      return "the certificate's key is not one of the configuration's";
    case "TOO_MANY_CONNECTIONS":
      return `${owner} has ${connectionsPerIdentityMax} connections here, and may have no more ` +
        "(connectionsPerIdentityMax); stop another of its processes, or use another identity";
    case "CONNECTS_TOO_FAST":
      return `${owner} connects too often`;
    default:
      return "refused";
  }
}

/**
 * Says why, in the protocol that was agreed on, and closes the connection soon after. No session is
 * made for it: that would cost more than the connection that is refused.
 */
export function sayRefused(socket: TLSSocket, why: string): void {
  const words = new TextEncoder().encode(why).subarray(0, REFUSAL_BYTES_MAX);
  socket.end(socket.alpnProtocol === "h2" ? goAway(words) : unavailable(words));
  // What is not read would make the end a reset, which may overtake what was said.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), SAID_MS);
  socket.once("close", () => clearTimeout(timer));
}

function goAway(words: Uint8Array): Uint8Array {
  const frame = new Uint8Array(SETTINGS.length + 17 + words.length);
  const view = new DataView(frame.buffer);
  frame.set(SETTINGS);
  view.setUint32(SETTINGS.length, ((8 + words.length) << 8) | GOAWAY);
  view.setUint32(SETTINGS.length + 13, ENHANCE_YOUR_CALM);
  frame.set(words, SETTINGS.length + 17);
  return frame;
}

function unavailable(words: Uint8Array): Uint8Array {
  const message = new TextDecoder().decode(words);
  const body = new TextEncoder().encode(JSON.stringify({ code: "resource_exhausted", message }));
  const head = "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\n" +
    `content-length: ${body.length}\r\nconnection: close\r\n\r\n`;
  return new Uint8Array([...new TextEncoder().encode(head), ...body]);
}
