/**
 * Who may speak to us: certificates known beforehand, byte for byte. There is no authority that
 * could vouch for a stranger, and names in certificates mean nothing.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** A certificate we know, and the name of the identity it belongs to. */
export interface PeerCertificate {
  /** The identity's, in the configuration. */
  readonly name: string;
  /** For the TLS library. */
  readonly pem: string;
  /** The same certificate: what is compared. */
  readonly der: Uint8Array;
}

/** Our own certificate with its private key (PKCS#8), both PEM. */
export interface TlsIdentity {
  /** What we show. */
  readonly certificatePem: string;
  /** What proves it ours. */
  readonly privateKeyPem: string;
}

/** Finds the owner of a certificate. */
export interface Pins {
  /** Name of the identity with exactly this certificate; undefined for strangers and for none. */
  ownerOf(der: Uint8Array | undefined): string | undefined;
}

/** Makes a {@linkcode Pins} of the certificates we know; of two with the same bytes the last wins. */
export function makePins(known: readonly PeerCertificate[]): Pins {
  const names = new Map(known.map((peer) => [fingerprint(peer.der), peer.name]));
  return {
    ownerOf: (der) => der === undefined ? undefined : names.get(fingerprint(der)),
  };
}

/** The DER of the other side's certificate; undefined if it has shown none, or there is no TLS. */
export function peerDer(socket: Socket): Uint8Array | undefined {
  return socket instanceof TLSSocket ? socket.getPeerCertificate()?.raw : undefined;
}

function fingerprint(der: Uint8Array): string {
  return createHash("sha256").update(der).digest("hex");
}
