/**
 * Identities: who may connect, and by which certificate each is known.
 *
 * @module
 */

import type { AcceptorIndex } from "../core/types.ts";
import type { Certificate } from "./certificate.ts";

/** One identity of the cluster. */
export interface Identity {
  /** Unique in the cluster. */
  readonly name: string;
  /** Whether it may only connect: it is not an acceptor. */
  readonly client: boolean;
  /** Position among the acceptors sorted by name; undefined for a client. */
  readonly acceptorIndex: AcceptorIndex | undefined;
  /** DNS name or IP address, without brackets; empty for a client that does not say. */
  readonly host: string;
  /** 1 to 65535; 0 for a client that does not say. */
  readonly port: number;
  /** What it proves itself by. */
  readonly certificate: Certificate;
}
