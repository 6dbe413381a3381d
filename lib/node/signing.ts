/**
 * From a message that the core has drafted to one that can be sent.
 *
 * @module
 */

import type { Message } from "../core/types.ts";
import type { Signer } from "../crypto/keys.ts";
import { canonicalAcceptorMessage, type Scope } from "../wire/canonical.ts";
import type { WireAcceptorMessage } from "../wire/codec.ts";

/**
 * Signs an own 1b or 2a.
 *
 * @throws Error for a 1a: nobody signs those.
 */
export function signMessage(signer: Signer, scope: Scope, message: Message): WireAcceptorMessage {
  if (message.kind === "1a") throw new Error("a 1a is not signed");
  const content = { signer: message.signer, prev: message.prev, refs: message.refs };
  const signature = signer.sign(canonicalAcceptorMessage(scope, content));
  return { kind: "acceptor", instance: scope.instance, content, signature };
}
