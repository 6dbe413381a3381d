/**
 * Announces that certificates are about to expire, weeks before TLS refuses them.
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
import { Buffer } from "node:buffer";
import { quote } from "../wire/place.ts";
import type { Cancel, Clock } from "./clock.ts";
import type { Identity } from "./configuration.ts";
import type { Logger } from "./logger.ts";

/** Days before its end from which a certificate is spoken of. */
export const EXPIRY_NOTICE_DAYS = 30;

const DAY_MS = 86_400_000;

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

/** What a {@linkcode CertificateWatch} needs to know. */
export interface CertificateWatchOptions {
  /** All of the configuration. */
  readonly identities: readonly Identity[];
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Knows of each identity the certificate that it showed last, or else that of the configuration, and
 * says once a day which of them expire soon. (What is in the configuration is checked when that is
 * read.)
 */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  readonly #known: Map<string, Validity>;
  #cancel: Cancel = () => {};

  /** Says nothing until it is started. */
  constructor(options: CertificateWatchOptions) {
    this.#options = options;
    this.#known = new Map(options.identities.map(({ name, certificate }) => [name, certificate]));
  }

  /** Looks once a day, first in a day. */
  start(): void {
    this.#cancel = this.#options.clock.after(DAY_MS, () => {
      this.#look();
      this.start();
    });
  }

  /** An identity has shown a certificate, and proved that it has the key. */
  shown(name: string, der: Uint8Array): void {
    const { validFrom, validTo } = new X509Certificate(Buffer.from(der));
    const renewable = this.#known.get(name)?.renewable ?? true;
    const dates = { notBefore: new Date(validFrom), notAfter: new Date(validTo) };
    this.#known.set(name, { ...dates, renewable });
  }

  /** Last moment of what an identity shows; undefined for a stranger. */
  notAfter(name: string): Date | undefined {
    return this.#known.get(name)?.notAfter;
  }

  /** Says no more. */
  close(): void {
    this.#cancel();
  }

  #look(): void {
    const { clock, log } = this.#options;
    const now = new Date(clock.now().seconds * 1000);
    for (const [name, validity] of this.#known) {
      const notice = expiryNotice(name, validity, now);
      if (notice === undefined) continue;
      log("warn", notice, { peer: name, notAfter: validity.notAfter.toISOString() });
    }
  }
}
