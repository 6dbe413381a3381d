/**
 * What a simulated log is kept with: hashes and signatures that are short, fast and *not*
 * cryptographic, but that nobody in a simulated world can forge.
 *
 * @module
 */

import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { AcceptorIndex, ValueHash } from "../../core/types.ts";
import type { LogSigner } from "../../log/state.ts";
import type { LogContext, LogSettings } from "../../log/types.ts";
import { equalBytes, toHex } from "../../wire/hex.ts";
import { scramble } from "../prng.ts";

/** Everything in a world of one log has this digest. */
export const DIGEST: Uint8Array = new Uint8Array(32).fill(7);

/** The context of a simulated log. */
export function simulatedContext(graph: LearnerGraph, settings: LogSettings): LogContext {
  return {
    graph,
    configDigest: DIGEST,
    settings,
    hash: (bytes) => toHex(digest(0, bytes)),
    hashValue: (value) => toHex(digest(1, value)) as ValueHash,
    verify: (signer, bytes, signature) => equalBytes(signature, signature64(signer, bytes)),
  };
}

/** What signs as an acceptor. */
export function simulatedSigner(index: AcceptorIndex, isRecovering = false): LogSigner {
  return { index, isRecovering, sign: (bytes) => signature64(index, bytes) };
}

function signature64(signer: AcceptorIndex, bytes: Uint8Array): Uint8Array {
  const signature = new Uint8Array(64);
  signature.set(digest(1_000 + signer, bytes));
  return signature;
}

/** 32 bytes that depend on all of `bytes`, of which 12 differ wherever anything does. */
function digest(key: number, bytes: Uint8Array): Uint8Array {
  let one = 0x243f6a88 ^ Math.imul(key, 0x9e3779b1);
  let two = 0x85a308d3 + key | 0;
  let three = 0x13198a2e ^ bytes.length;
  for (const byte of bytes) {
    one = Math.imul(one ^ byte, 0x01000193);
    two = Math.imul(two, 31) + byte | 0;
    three = Math.imul(three ^ two, 0x85ebca6b) + one | 0;
  }
  const result = new Uint8Array(32);
  const view = new DataView(result.buffer);
  [one, two, three].forEach((word, i) => view.setUint32(4 * i, scramble(word)));
  return result;
}
