/**
 * From a sealed message to one that travels between simulated clusters' processes, with a signature
 * that is as good as the seal.
 *
 * @module
 */

import { canonicalAcceptorMessage, canonicalProposal } from "../../wire/canonical.ts";
import type { WireMessage } from "../../wire/codec.ts";
import type { Sealed } from "../sealed.ts";
import type { Members } from "./configuration.ts";

/**
 * A message as it travels, signed by whoever has put the seal on it.
 *
 * @param isGenuine Whether the seal holds: if not, the signature is one of something else.
 * @param realKeys Whether signatures have no second form, as that of cheap seals has.
 * @param value Of a 1a, if it is to come along.
 */
export function openSeal(
  { instance, message, seal }: Sealed,
  isGenuine: boolean,
  { seals, configDigest }: Members,
  realKeys: boolean,
  value: Uint8Array | undefined,
): WireMessage {
  const scope = { configDigest, instance: BigInt(isGenuine ? instance : instance + 1_000) };
  const bytes = message.kind === "1a"
    ? canonicalProposal(scope, message.ballot)
    : canonicalAcceptorMessage(scope, message);
  const signature = seals.signerOf(seal?.signer ?? 0).sign(bytes);
  // A seal holds whatever its second half is; a real signature does not.
  if (!realKeys && seal !== undefined && seal.nonce > 0) signature[63] = seal.nonce;
  const at = BigInt(instance);
  if (message.kind === "1a") {
    return { kind: "1a", instance: at, ballot: message.ballot, value, signature };
  }
  const { signer, prev, refs } = message;
  return { kind: "acceptor", instance: at, content: { signer, prev, refs }, signature };
}
