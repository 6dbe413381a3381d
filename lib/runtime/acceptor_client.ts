/**
 * Calling an acceptor of the configuration, as the identity of the configuration.
 *
 * @module
 */

import { type AcceptorClient, connectTo } from "../net/client.ts";
import type { Configuration, Identity } from "./configuration.ts";

/** How to call. */
export interface CallOptions {
  /** HTTP/2 without TLS, on loopback only. */
  readonly cleartext?: boolean;
  /** How long connecting may take, in milliseconds. */
  readonly connectTimeoutMs?: number;
}

/** A client of `acceptor` that takes no other certificate than the configured one. */
export function connectToAcceptor(
  configuration: Configuration,
  acceptor: Identity,
  { cleartext = false, connectTimeoutMs }: CallOptions = {},
): AcceptorClient {
  const { privateKeyPem, self, limits, network } = configuration;
  return connectTo({
    host: acceptor.host,
    port: acceptor.port,
    tls: { certificatePem: self.certificate.pem, privateKeyPem },
    expected: { name: acceptor.name, ...acceptor.certificate },
    pingIntervalMs: network.pingIntervalMs,
    pingTimeoutMs: network.pingTimeoutMs,
    connectTimeoutMs,
    envelopeBytesMax: limits.envelopeBytesMax,
    cleartextLoopback: cleartext,
  });
}
