/**
 * HTTP/2 frame by frame: what no well-behaved client would send.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** Types of frames (RFC 9113, section 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames (RFC 9113, section 6). */
export const FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const;

/** What a client says first (RFC 9113, section 3.4). */
export const PREFACE: Uint8Array = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** One frame. */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array = new Uint8Array(),
): Uint8Array {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}

/** A header block of literals, none of them indexed or Huffman-coded (RFC 7541, 6.2.2). */
export function headerBlock(headers: readonly (readonly [string, string])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, value] of headers) {
    parts.push(Uint8Array.of(0), hpackString(name), hpackString(value));
  }
  return Buffer.concat(parts);
}

function hpackString(text: string): Uint8Array {
  const bytes = Buffer.from(text, "latin1");
  const length: number[] = [];
  if (bytes.length < 127) {
    length.push(bytes.length);
  } else {
    length.push(127);
    let rest = bytes.length - 127;
    for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
    length.push(rest);
  }
  return Buffer.concat([Uint8Array.from(length), bytes]);
}

/** Headers of a gRPC call. */
export function grpcHeaders(path: string, more: readonly (readonly [string, string])[] = []) {
  return headerBlock([
    [":method", "POST"],
    [":scheme", "https"],
    [":path", path],
    [":authority", "127.0.0.1"],
    ["content-type", "application/grpc+proto"],
    ["te", "trailers"],
    ...more,
  ]);
}

/** A GOAWAY. */
export function goaway(lastStreamId: number, code: number, debug = ""): Uint8Array {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(lastStreamId, 0);
  payload.writeUInt32BE(code, 4);
  return frame(FRAME.goaway, 0, 0, Buffer.concat([payload, Buffer.from(debug)]));
}

/** An unsigned 32-bit number, big-endian. */
export function u32(n: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}
