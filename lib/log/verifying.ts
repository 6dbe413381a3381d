/**
 * What somebody who keeps no log needs to verify what is said of one.
 *
 * @module
 */

import type { LearnerGraph } from "../core/learner_graph.ts";
import { hashValue, sha3Hex } from "../crypto/hash.ts";
import { type VerifyingKey, verifySignature } from "../crypto/signatures.ts";
import type { LogContext, LogSettings } from "./types.ts";

/** What of a configuration is needed: nothing that is private. */
export interface LogConfiguration {
  /** Who decides by which quorums. */
  readonly graph: LearnerGraph;
  /** 32 bytes: of the whole configuration. */
  readonly configDigest: Uint8Array;
  /** By acceptor index. */
  readonly keys: readonly VerifyingKey[];
  /** How the log is kept. */
  readonly settings: LogSettings;
}

/** The context of a log under a configuration, with SHA3-256 and the acceptors' own keys. */
export function logContext(
  { graph, configDigest, keys, settings }: LogConfiguration,
): LogContext {
  return {
    graph,
    configDigest,
    settings,
    hash: sha3Hex,
    hashValue,
    verify(signer, bytes, signature) {
      const key = keys[signer];
      return key !== undefined && verifySignature(key.keyKind, key.publicKey, bytes, signature);
    },
  };
}
