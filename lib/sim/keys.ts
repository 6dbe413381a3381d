/**
 * Keys that are the same in every world.
 *
 * @module
 */

import { keyOfSecret, type PublicKey, type Signer } from "../crypto/signatures.ts";

/** An Ed25519 key whose 32 secret bytes are all the same, so that it is the same in every world. */
export function constantKey(byte: number): {
  readonly signer: Signer;
  readonly publicKey: PublicKey;
} {
  return keyOfSecret(new Uint8Array(32).fill(byte));
}
