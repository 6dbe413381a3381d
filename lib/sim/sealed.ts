/**
 * Signed messages of the simulated world, and the border that they have to pass. A seal stands for
 * a signature: only the world hands them out, and each villain gets those of its own identity only.
 *
 * @module
 */

import type { LearnerGraph } from "../core/learner_graph.ts";
import { reject, type Rejection } from "../core/rejection.ts";
import type {
  AcceptorContent,
  AcceptorMessage,
  Message,
  MessageId,
  Proposal,
} from "../core/types.ts";
import { hashOf, identify, identifyElsewhere, proposalOf } from "./ids.ts";
import type { Naming } from "./naming.ts";

/** Stands for a signature over the canonical bytes of a message. */
export interface Seal {
  /** Whose key made it, by number of the process. */
  readonly signer: number;
  /** The instance that the signed bytes name. */
  readonly instance: number;
  /** The id of what was signed. */
  readonly id: string;
  /** Two signatures of the same bytes may differ: by this. */
  readonly nonce: number;
}

/** A message on its way. */
export interface Sealed {
  /** The instance that it claims to belong to. */
  readonly instance: number;
  /** As claimed. */
  readonly message: Message;
  /** Undefined for one that nobody has signed. */
  readonly seal: Seal | undefined;
}

/** What everybody takes part in. Others exist, but nothing happens there. */
export const INSTANCE = 1;

/** Puts a seal on what `signer` says. */
export function seal(message: AcceptorMessage, nonce = 0, instance = INSTANCE): Sealed {
  const { signer, id } = message;
  return { instance, message, seal: { signer, instance, id, nonce } };
}

/** The id of a message in an instance: it covers the instance, as the signed bytes do. */
export function nameIn(instance: number, content: AcceptorContent): MessageId {
  return instance === INSTANCE ? identify(content) : identifyElsewhere(content, instance);
}

/** Names without cryptography. */
export const NAMING: Naming = {
  value: hashOf,
  message: (content, instance) => nameIn(instance, content),
  proposal: proposalOf,
};

/** A 1a on its way, with the seal of a process: its proposer's, if it is to be genuine. */
export function seal1a(message: Proposal, signer: number = message.ballot.proposer): Sealed {
  const { id } = message;
  return { instance: INSTANCE, message, seal: { signer, instance: INSTANCE, id, nonce: 0 } };
}

/** How many of the processes, counted from the first, may sign what. */
export interface Signers {
  /** These may sign 1bs and 2as. */
  readonly acceptors: number;
  /** These may sign 1as. */
  readonly proposers: number;
}

/** Who may sign what in a scenario: processes are acceptors, then proposers, then observers. */
export function signersOf({ graph, proposersAtMs }: {
  readonly graph: LearnerGraph;
  readonly proposersAtMs: readonly number[];
}): Signers {
  const acceptors = graph.acceptorCount;
  return { acceptors, proposers: acceptors + proposersAtMs.length };
}

const verdicts = new WeakMap<Sealed, Rejection | "genuine">();

/**
 * What an honest process asks of everything from outside: canonical, named rightly, and sealed by
 * whom it claims. The answer is remembered.
 */
export function verify(sealed: Sealed, signers: Signers): Rejection | undefined {
  let verdict = verdicts.get(sealed);
  if (verdict === undefined) {
    verdict = judge(sealed, signers) ?? "genuine";
    verdicts.set(sealed, verdict);
  }
  return verdict === "genuine" ? undefined : verdict;
}

function judge({ instance, message, seal }: Sealed, signers: Signers): Rejection | undefined {
  if (message.kind === "1a") {
    const { seconds, nanos, proposer } = message.ballot;
    if (seconds < 0 || nanos < 0 || nanos > 999_999_999) {
      return reject("BAD_TIMESTAMP", "not a normalised time");
    }
    if (proposer < 0 || proposer >= signers.proposers) {
      return reject("UNKNOWN_SIGNER", "no such proposer");
    }
    const { id } = message;
    if (proposalOf(message.ballot).id !== id) return reject("MALFORMED", "a false id");
    const isGenuine = seal?.signer === proposer && seal.id === id && seal.instance === instance;
    return isGenuine ? undefined : reject("BAD_SIGNATURE", "the seal is not the proposer's");
  }
  const { signer, refs } = message;
  if (signer < 0 || signer >= signers.acceptors) {
    return reject("UNKNOWN_SIGNER", "no such acceptor");
  }
  if (refs.some((ref, i) => i > 0 && refs[i - 1]! >= ref)) {
    return reject("NOT_CANONICAL", "refs are not strictly ascending");
  }
  const id = nameIn(instance, message);
  const isGenuine = seal !== undefined && seal.signer === signer && seal.id === id &&
    seal.instance === instance && message.id === id;
  return isGenuine ? undefined : reject("BAD_SIGNATURE", "the seal is not the signer's");
}
