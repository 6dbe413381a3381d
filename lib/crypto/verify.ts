/**
 * From a message of right form to a message that is what it claims to be.
 *
 * @module
 */

import { reject, type Rejection } from "../core/rejection.ts";
import type { Message, MessageId } from "../core/types.ts";
import type { WireAcceptorMessage, WireMessage, WireProposal } from "../wire/codec.ts";
import { canonicalOf, hashValue, idOfCanonical } from "./hash.ts";
import type { Identity } from "./identity.ts";
import { verifySignature } from "./signatures.ts";

/** Names and verifies messages under one configuration. */
export interface Verifier {
  /** Id of a message. Cheap, so a duplicate can be dropped before its signature is checked. */
  identify(message: WireMessage): MessageId;
  /**
   * Checks who signed a message, and that a value is the one announced. Rejects an UNKNOWN_SIGNER,
   * a BAD_SIGNATURE (a message of another instance or configuration has one), a VALUE_MISMATCH.
   *
   * @param id As {@linkcode Verifier.identify} gave it.
   */
  verify(message: WireMessage, id: MessageId): Message | Rejection;
  /** Whether an acceptor has signed these bytes; by its key of the configuration if absent. */
  readonly signed?: (signer: number, bytes: Uint8Array, signature: Uint8Array) => boolean;
}

/** What a verifier must know of a configuration. */
export interface VerifierContext {
  /** By acceptor index. */
  readonly acceptors: readonly Pick<Identity, "name" | "certificate">[];
  /** By what ballots name them: the acceptors, then others. */
  readonly proposers: readonly Pick<Identity, "name" | "certificate">[];
  /** The digest of the configuration, or at least of the whole of it. */
  readonly digest: { readonly whole: Uint8Array };
}

/** Makes the {@linkcode Verifier} of a configuration. */
export function makeVerifier(context: VerifierContext): Verifier {
  const configDigest = context.digest.whole;
  // A message is mostly verified right after it has got its name, which covers the same bytes.
  let named: { readonly message: WireMessage; readonly bytes: Uint8Array } | undefined;
  return {
    identify(message) {
      named = { message, bytes: canonicalOf(configDigest, message) };
      return idOfCanonical(named.bytes);
    },
    verify(message, id) {
      const bytes = named?.message === message ? named.bytes : canonicalOf(configDigest, message);
      named = undefined;
      return message.kind === "1a"
        ? verifyProposal(context, message, id, bytes)
        : verifyAcceptorMessage(context, message, id, bytes);
    },
  };
}

function verifyProposal(
  context: VerifierContext,
  message: WireProposal,
  id: MessageId,
  bytes: Uint8Array,
): Message | Rejection {
  const { ballot, value, signature } = message;
  const { proposers } = context;
  const proposer = proposers[ballot.proposer];
  if (proposer === undefined) {
    return reject("UNKNOWN_SIGNER", `proposer ${ballot.proposer} of ${proposers.length}`);
  }
  if (value !== undefined && hashValue(value) !== ballot.valueHash) {
    return reject("VALUE_MISMATCH", `a value that does not hash to ${ballot.valueHash}`);
  }
  const { keyKind, publicKey } = proposer.certificate;
  if (!verifySignature(keyKind, publicKey, bytes, signature)) {
    return reject("BAD_SIGNATURE", `not signed by ${proposer.name} in this instance and cluster`);
  }
  return { kind: "1a", id, ballot };
}

function verifyAcceptorMessage(
  context: VerifierContext,
  message: WireAcceptorMessage,
  id: MessageId,
  bytes: Uint8Array,
): Message | Rejection {
  const { content, signature } = message;
  const signer = context.acceptors[content.signer];
  if (signer === undefined) {
    return reject("UNKNOWN_SIGNER", `acceptor ${content.signer} of ${context.acceptors.length}`);
  }
  const { keyKind, publicKey } = signer.certificate;
  if (!verifySignature(keyKind, publicKey, bytes, signature)) {
    return reject("BAD_SIGNATURE", `not signed by ${signer.name} in this instance and cluster`);
  }
  return { kind: "acceptor", id, ...content };
}
