/**
 * What an operator should know of a certificate's dates.
 *
 * @module
 */

import { quote } from "../wire/place.ts";

/** Days before its end from which a certificate is spoken of. */
export const EXPIRY_NOTICE_DAYS = 30;

/** In milliseconds. */
export const DAY_MS = 86_400_000;

/** When a certificate is valid. */
export interface Validity {
  /** First moment. */
  readonly notBefore: Date;
  /** Last moment. */
  readonly notAfter: Date;
  /** As in `Certificate`. */
  readonly renewable: boolean;
}

/** Whole days until a certificate expires; negative once it has. */
export function daysLeft(notAfter: Date, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
}

/** What an operator should know of a certificate's dates; undefined if nothing. */
export function expiryNotice(name: string, validity: Validity, now: Date): string | undefined {
  const { notBefore, notAfter, renewable } = validity;
  const whose = `certificate of ${quote(name)}`;
  const how = renewable
    ? "renew it with the same key and name"
    : "renew it with the same key and name, and not as an authority's (CA:FALSE)";
  if (now < notBefore) {
    return `${whose}: not valid before ${notBefore.toISOString()}: TLS refuses it; ${how}`;
  }
  if (now > notAfter) {
    return `${whose}: expired on ${notAfter.toISOString()}: TLS refuses it; ${how}`;
  }
  const days = daysLeft(notAfter, now);
  if (days >= EXPIRY_NOTICE_DAYS) return undefined;
  const left = days < 1 ? "within a day" : days === 1 ? "in 1 day" : `in ${days} days`;
  return `${whose}: expires ${left}, on ${notAfter.toISOString()}; ${how}`;
}
