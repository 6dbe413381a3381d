/**
 * Announces that certificates are about to expire, weeks before TLS refuses them.
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
import { Buffer } from "node:buffer";
import { DAY_MS, expiryNotice, type Validity } from "../config/expiry.ts";
import type { Cancel, Clock } from "../node/clock.ts";
import type { Identity } from "../config/configuration.ts";
import type { Logger } from "../node/logger.ts";

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
      // First, since whoever is told may close it.
      this.start();
      this.#look();
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
