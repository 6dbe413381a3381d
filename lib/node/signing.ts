/**
 * From a message that the core has drafted to one that can be sent.
 *
 * @module
 */

import type { Ballot, Message } from "../core/types.ts";
import type { Signer } from "../crypto/keys.ts";
import { canonicalAcceptorMessage, canonicalProposal, type Scope } from "../wire/canonical.ts";
import type { WireAcceptorMessage, WireProposal } from "../wire/codec.ts";

/** Signs an own 1a. */
export function signProposal(
  signer: Signer,
  scope: Scope,
  ballot: Ballot,
  value: Uint8Array | undefined,
): WireProposal {
  const signature = signer.sign(canonicalProposal(scope, ballot));
  return { kind: "1a", instance: scope.instance, ballot, value, signature };
}

/**
 * Signs an own 1b or 2a.
 *
 * @throws Error for a 1a: {@linkcode signProposal} signs those.
 */
export function signMessage(signer: Signer, scope: Scope, message: Message): WireAcceptorMessage {
  if (message.kind === "1a") throw new Error("a 1a is signed elsewhere");
  const content = { signer: message.signer, prev: message.prev, refs: message.refs };
  const signature = signer.sign(canonicalAcceptorMessage(scope, content));
  return { kind: "acceptor", instance: scope.instance, content, signature };
}
