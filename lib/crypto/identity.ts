/**
 * Identities: who may connect, and by which certificate each is known.
 *
 * @module
 */

import type { AcceptorIndex, ProposerIndex } from "../core/types.ts";
import type { VerifyingKey } from "./signatures.ts";

/**
 * A certificate, parsed.
 *
 * @example
 * ```ts
 * import {
 *   type Certificate,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const { keyKind }: Certificate = alice.self.certificate;
 * assertEquals(keyKind, "ed25519");
 * ```
 */
export interface Certificate extends VerifyingKey {
  /** What its holder shows: one PEM block, and one for each intermediate issuer. */
  readonly pem: string;
  /** What proves what its holder shows: this certificate, older ones of the key, issuers; PEM. */
  readonly trusted: string;
  /** The certificate itself. */
  readonly der: Uint8Array;
  /** First moment of its validity. */
  readonly notBefore: Date;
  /** Last moment of its validity. */
  readonly notAfter: Date;
  /** Whether a later one of the same key and name is believed by who knows only this one. */
  readonly renewable: boolean;
}

/**
 * One identity of the cluster.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   type Identity,
 *   loadConfiguration,
 *   planHomogeneous,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const address = ({ host, port }: Identity) => `${host}:${port}`;
 * assertEquals(address(alice.self), "127.0.0.1:8700");
 * ```
 */
export interface Identity {
  /** Unique in the cluster. */
  readonly name: string;
  /** Whether it may only connect: it is not an acceptor. */
  readonly client: boolean;
  /** Position among the acceptors sorted by name; undefined for a client. */
  readonly acceptorIndex: AcceptorIndex | undefined;
  /** By what ballots name it; undefined for a client that is not a declared proposer. */
  readonly proposerIndex: ProposerIndex | undefined;
  /** DNS name or IP address, without brackets; empty for a client that does not say. */
  readonly host: string;
  /** 1 to 65535; 0 for a client that does not say. */
  readonly port: number;
  /** What it proves itself by. */
  readonly certificate: Certificate;
}
