/**
 * What goes wrong on a network, said in one line.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Rejection, RejectionCode } from "../core/rejection.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import { reasonOf } from "../wire/os_reason.ts";

/** What kind of failure it was, for deciding what to do about it. */
export type LinkErrorKind =
  | "unreachable" // refused, no route, no such host, does not answer
  | "untrusted" // the other side is not who it should be
  | "not_admitted" // the other side does not know us
  | "refused" // the other side knows us, and says why it takes no connection
  | "silent" // connected, but answers no pings
  | "closed" // was connected; the connection ended
  | "canceled" // we stopped it ourselves
  | "answered"; // the other side answered with an error

/** A failure of a call or link; the message is one line for a person. */
export class LinkError extends Error {
  /** What to do about it depends on this. */
  readonly kind: LinkErrorKind;
  /** The code of the answer, or what comes closest. */
  readonly code: Code;

  /**
   * Puts the message on one line.
   *
   * @param cause What was caught.
   */
  constructor(kind: LinkErrorKind, code: Code, message: string, cause?: unknown) {
    super(message.replaceAll(/\s+/g, " "), { cause });
    this.name = "LinkError";
    this.kind = kind;
    this.code = code;
  }
}

/** Bytes of the reason that a peer may give for taking no connection. */
export const REFUSAL_BYTES_MAX = 256;

/** Codes and texts of node:net and node:tls, most telling first. */
const KNOWN: readonly (readonly [RegExp, LinkErrorKind, string])[] = [
  [/ECONNREFUSED/, "unreachable", "connection refused"],
  [/ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NONAME/, "unreachable", "host not found"],
  [/ETIMEDOUT/, "unreachable", "connection timed out"],
  [/EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/, "unreachable", "no route to host"],
  [/EMFILE|ENFILE/, "unreachable", "too many open files here"],
  [/Requires net access to/, "unreachable", "Deno was started without --allow-net for it"],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_VERIFY|CERT_HAS_EXPIRED|UNABLE_TO_GET_ISSUER/,
    "untrusted",
    "certificate is not the configured one",
  ],
  [
    /CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|DECRYPT_ERROR/,
    "not_admitted",
    "our certificate is not admitted there",
  ],
  [/PROTOCOL_VERSION|WRONG_VERSION|HANDSHAKE_FAILURE/, "untrusted", "does not speak TLS 1.3"],
  [/ECONNRESET|EPIPE|ERR_HTTP2|ERR_STREAM|ECONNABORTED/, "closed", "closed by peer"],
];

/**
 * Turns what a call failed with into a {@linkcode LinkError}.
 *
 * @param error What was caught.
 * @param cause Why the connection under the call ended, if it did: it says more than the call knows.
 */
export function toLinkError(error: unknown, cause?: unknown): LinkError {
  const told = linkErrorIn(error) ?? linkErrorIn(cause);
  if (told !== undefined) return told;
  const connect = ConnectError.from(error);
  for (const reason of cause === undefined ? [error] : [cause, error]) {
    const text = textOf(reason);
    for (const [pattern, kind, message] of KNOWN) {
      if (pattern.test(text)) return new LinkError(kind, connect.code, message, reason);
    }
  }
  if (connect.code === Code.Canceled) {
    return new LinkError("closed", connect.code, "closed by peer", error);
  }
  if (cause !== undefined) return new LinkError("closed", connect.code, "closed by peer", cause);
  return new LinkError("answered", connect.code, connect.message, error);
}

/** The other side is not who it should be. */
export function untrusted(
  message = "certificate is not the configured one",
  cause?: unknown,
): LinkError {
  return new LinkError("untrusted", Code.Unauthenticated, message, cause);
}

/** The other side has closed the connection. */
export function closedByPeer(detail = ""): LinkError {
  const message = detail === "" ? "closed by peer" : `closed by peer: ${detail}`;
  return new LinkError("closed", Code.Unavailable, message);
}

/** The other side takes no connection from us and says why. `why`: UTF-8; a long one is cut. */
export function refusedByPeer(why: Uint8Array): LinkError {
  const text = new TextDecoder().decode(why.subarray(0, REFUSAL_BYTES_MAX));
  return new LinkError("refused", Code.ResourceExhausted, `refused: ${text}`);
}

/** We have closed the connection. */
export function closedByUs(detail = "closed"): LinkError {
  return new LinkError("canceled", Code.Canceled, detail);
}

/** An error, its cause, and so on: the first few, for causes may go round. */
export function* causesOf(error: unknown): Generator<Error> {
  for (let depth = 0; depth < 8 && error instanceof Error; depth++) {
    yield error;
    error = error.cause;
  }
}

function linkErrorIn(error: unknown): LinkError | undefined {
  return causesOf(error).find((each) => each instanceof LinkError);
}

/** All codes and messages of an error and of its causes. */
function textOf(error: unknown): string {
  return causesOf(error)
    .flatMap((each) => ["code" in each ? String(each.code) : "", each.message])
    .toArray().join(" ");
}

const REJECTION_STATUS: Partial<Record<RejectionCode, Code>> = {
  TOO_LARGE: Code.ResourceExhausted,
  INBOX_FULL: Code.ResourceExhausted,
  FUTURE_FULL: Code.ResourceExhausted,
  RATE_LIMITED: Code.ResourceExhausted,
  TOO_MANY_INSTANCES: Code.ResourceExhausted,
  CONFIG_MISMATCH: Code.FailedPrecondition,
  DUPLICATE_IDENTITY: Code.AlreadyExists,
};

/** What a handler throws to tell the caller that it was refused. */
export function rejectionToError(rejection: Rejection): ConnectError {
  const code = REJECTION_STATUS[rejection.rejected] ?? Code.InvalidArgument;
  return new ConnectError(`${rejection.rejected}: ${rejection.detail}`, code);
}

/** Turns a failure to listen into the operator's error that it is; `where` is the address. */
export function toListenError(error: unknown, where: string): OperatorError {
  const text = textOf(error);
  const what = /EADDRINUSE/.test(text)
    ? "the port is in use; stop what uses it, or set another in `listen`"
    : /EACCES|EPERM/.test(text)
    ? "no permission to use this port; choose one above 1023, or grant it"
    : /EADDRNOTAVAIL|EINVAL/.test(text)
    ? "no address of this machine; set `listen` to one that is, or to 0.0.0.0:port"
    : /ENOTFOUND|EAI_/.test(text)
    ? "the host name cannot be resolved; correct it, or set `listen`"
    : `cannot listen: ${reasonOf(error)}`;
  return new OperatorError(EXIT.resource, what, where);
}
