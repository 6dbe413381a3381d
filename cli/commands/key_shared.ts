/**
 * What the commands about keys have in common.
 *
 * @module
 */

import { type CertificateValidity, ENDLESS } from "../../lib/crypto/make_certificate.ts";
import { parseHost } from "../../lib/config/addresses.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { quote } from "../../lib/wire/place.ts";

const DAY_MS = 86_400_000;

/** `--days`. */
export const DAYS_FLAG = {
  name: "days",
  kind: "integer",
  value: "N",
  min: 1,
  max: 36_500,
  help: "how long the certificate is valid; until 4096 if not given",
} as const;

/** The validity that `--days` asks for. It begins a day ago, for clocks that are slow. */
export function validityOf(days: number | undefined, now: Date = new Date()): CertificateValidity {
  if (days === undefined) return ENDLESS;
  return {
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + days * DAY_MS),
  };
}

/** A host from `--host`. @throws OperatorError if it is none. */
export function hostOf(text: string): string {
  const host = parseHost(text);
  if (host !== undefined) return host;
  throw new OperatorError(
    EXIT.usage,
    `${quote(text)} is neither a DNS name nor an IP address (the port goes into --port)`,
    "--host",
  );
}

/** What a certificate is made for: the host where others look for it, or this machine. */
export function namesFor(host: string): string[] {
  return [host === "" ? "localhost" : host];
}
