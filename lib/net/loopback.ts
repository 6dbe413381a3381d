/**
 * Where TLS may be left out.
 *
 * @module
 */
import { isLoopback } from "../config/addresses.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";

/** Throws an `OperatorError` unless `host` is this very machine, whatever its name service says. */
export function requireLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new OperatorError(
    EXIT.usage,
    "without TLS only a loopback address is allowed: 127.0.0.1, ::1 or localhost",
    host,
  );
}
