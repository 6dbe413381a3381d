/**
 * The border at which the JSON of requests is checked, whatever protocol brings it, before Connect
 * reads it.
 *
 * @module
 */
import type { DescMessage, DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import { requestFault } from "../wire/request_json.ts";

/** Bytes before each message of a call that carries many: flags and a length. */
const PREFIX_BYTES = 5;
/** Flag of what is compressed, which is refused elsewhere. */
const COMPRESSED = 1;
/** By protocol: the flag of what ends a stream and is no message; Connect reads all else as one. */
const END_FLAGS: Readonly<Record<string, number>> = { connect: 0x02, "grpc-web": 0x80, grpc: 0 };

/**
 * The same request with a body that is checked while it is read: reading it throws a `ConnectError`
 * (invalid argument) at the first message that is not right. One by GET, whose message is in its
 * query, becomes one by POST.
 *
 * @param bytesMax Of a message: a longer one is not collected, and passed on for Connect to refuse.
 */
export function checkedRequest(
  { input: schema, idempotency }: DescMethod,
  request: UniversalServerRequest,
  bytesMax: number,
): UniversalServerRequest {
  const { method, url, header, body } = request;
  if (method === "GET") {
    if (idempotency !== MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS) return request;
    const { searchParams } = new URL(url);
    const plain = searchParams.get("encoding") === "json" && !searchParams.has("compression");
    return plain ? asPost(schema, request, searchParams) : request;
  }
  const type = header.get("content-type") ?? "";
  if (typeof body !== "object" || body === null || !(Symbol.asyncIterator in body)) return request;
  const chunks = body as AsyncIterable<Uint8Array>;
  if (/^application\/json\s*(;|$)/i.test(type)) {
    return { ...request, body: wholeBody(schema, chunks, bytesMax) };
  }
  const framed = /^application\/(connect|grpc|grpc-web)\+json\s*(;|$)/i.exec(type)?.[1];
  if (framed !== undefined) {
    const flags = COMPRESSED | END_FLAGS[framed.toLowerCase()]!;
    return { ...request, body: framedBody(schema, chunks, bytesMax, flags) };
  }
  return request;
}

async function* wholeBody(
  schema: DescMessage,
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] | undefined = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    held?.push(chunk);
    if (held === undefined) yield chunk;
    else if (bytes > bytesMax) {
      yield* held;
      held = undefined;
    }
  }
  if (held === undefined) return;
  check(schema, joined(held));
  yield* held;
}

async function* framedBody(
  schema: DescMessage,
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
  unread: number,
): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  let needed = PREFIX_BYTES;
  for await (const chunk of body) {
    parts.push(chunk);
    bytes += chunk.length;
    while (bytes >= needed) {
      const held = joined(parts);
      needed = PREFIX_BYTES + lengthOf(held);
      // One that is too long is not kept here: Connect refuses it by its length.
      if (needed > PREFIX_BYTES + bytesMax) needed = Infinity;
      const whole = bytes >= needed ? held.subarray(0, needed) : new Uint8Array();
      parts = [held.subarray(whole.length)];
      if (whole.length === 0) break;
      bytes -= whole.length;
      needed = PREFIX_BYTES;
      if ((whole[0]! & unread) === 0) check(schema, whole.subarray(PREFIX_BYTES));
      yield whole;
    }
    if (needed === Infinity) {
      yield* parts;
      parts = [];
    }
  }
  yield* parts;
}

function lengthOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset).getUint32(1);
}

function check(schema: DescMessage, message: Uint8Array): void {
  const fault = requestFault(schema, message);
  if (fault !== undefined) refuse(fault);
}

function refuse(fault: string): never {
  throw new ConnectError(fault, Code.InvalidArgument);
}

function asPost(
  schema: DescMessage,
  request: UniversalServerRequest,
  query: URLSearchParams,
): UniversalServerRequest {
  const header = new Headers(request.header);
  header.set("content-type", "application/json");
  header.delete("content-length");
  const body = async function* () {
    const message = messageIn(query);
    check(schema, message);
    yield message;
  };
  return { ...request, method: "POST", header, body: body() };
}

function messageIn(query: URLSearchParams): Uint8Array {
  if (["message", "encoding", "base64"].some((name) => query.getAll(name).length > 1)) {
    refuse("a parameter is twice in the query");
  }
  const text = query.get("message") ?? "";
  if (query.get("base64") !== "1") return new TextEncoder().encode(text);
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return refuse("message is not base64 of the alphabet for URLs");
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
