/**
 * Calling an acceptor of the configuration, as the identity of the configuration.
 *
 * @module
 */

import { type AcceptorClient, connectTo } from "./client.ts";
import type { PeerCertificate } from "./tls.ts";
import type { Configuration, Identity } from "../config/configuration.ts";

/** How to call. */
export interface CallOptions {
  /** HTTP/2 without TLS, on loopback only. */
  readonly cleartext?: boolean;
  /** How long connecting may take, in milliseconds. */
  readonly connectTimeoutMs?: number;
  /** Told what certificate the acceptor has shown, with each connection. */
  onShown?(der: Uint8Array): void;
}

/** What TLS has to know of an identity to recognise it. */
export function pinned({ name, certificate }: Identity): PeerCertificate {
  return { name, pem: certificate.trusted, der: certificate.der };
}

/** A client of `acceptor` that takes no other key than that of the configured certificate. */
export function connectToAcceptor(
  configuration: Configuration,
  acceptor: Identity,
  { cleartext = false, connectTimeoutMs, onShown }: CallOptions = {},
): AcceptorClient {
  const { privateKeyPem, self, limits, network } = configuration;
  return connectTo({
    host: acceptor.host,
    port: acceptor.port,
    tls: { certificatePem: self.certificate.pem, privateKeyPem },
    expected: pinned(acceptor),
    pingIntervalMs: network.pingIntervalMs,
    pingTimeoutMs: network.pingTimeoutMs,
    connectTimeoutMs,
    envelopeBytesMax: limits.envelopeBytesMax,
    cleartextLoopback: cleartext,
    onShown,
  });
}
