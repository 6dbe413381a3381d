/**
 * Who may speak to us: keys known beforehand. There is no authority that could vouch for a
 * stranger, and names in certificates mean nothing.
 *
 * @module
 */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { readCertificateFields } from "../wire/x509_fields.ts";

/** A certificate we know, and the name of the identity it belongs to. */
export interface PeerCertificate {
  /** The identity's, in the configuration. */
  readonly name: string;
  /** For the TLS library: the certificate, and all that vouches for later ones of its key. */
  readonly pem: string;
  /** The certificate: its key is what is compared. */
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
  /**
   * Name of the identity whose key is in this certificate; undefined for strangers, for none, and
   * for what is no certificate of version 3: Deno does not check who holds the key of an older one.
   */
  ownerOf(der: Uint8Array | undefined): string | undefined;
}

/** Makes a {@linkcode Pins} of the certificates we know; of two with the same key the last wins. */
export function makePins(known: readonly PeerCertificate[]): Pins {
  const names = new Map(known.map(({ der, name }) => [keyIn(der), name]));
  return {
    ownerOf(der) {
      const key = der === undefined ? undefined : keyIn(der);
      return key === undefined ? undefined : names.get(key);
    },
  };
}

/** The DER of the other side's certificate; undefined if it has shown none, or there is no TLS. */
export function peerDer(socket: Socket): Uint8Array | undefined {
  return socket instanceof TLSSocket ? socket.getPeerCertificate()?.raw : undefined;
}

/** SubjectPublicKeyInfo of a certificate that TLS has proved to be its owner's; hex. */
function keyIn(der: Uint8Array): string | undefined {
  try {
    const { version, spki } = readCertificateFields(der);
    return version === 3 ? spki.toHex() : undefined;
  } catch {
    return undefined;
  }
}
