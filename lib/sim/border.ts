/**
 * What an honest process of the simulated world asks of a peer before the core hears of anything.
 * Honest traffic passes as values; bytes of villains are read by the codec and the verifier of the
 * programs. Links are a small model of those of the programs, whose own tests cover them: first
 * words, a rate for each peer, and how many instances a peer may open.
 *
 * @module
 */

import { fromBinary } from "@bufbuild/protobuf";
import { isRejection, reject, type Rejection } from "../core/rejection.ts";
import { keyOfSecret, type PublicKey, type Signer } from "../crypto/signatures.ts";
import { makeVerifier, type Verifier, type VerifierContext } from "../crypto/verify.ts";
import { decodeMessage } from "../wire/codec.ts";
import { ConsensusMessageSchema } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { INSTANCE, type Sealed } from "./sealed.ts";

/** 1as a second that one peer may send unasked. */
const PROPOSALS_PER_SECOND = 40;

/** How often a second one peer may say hello. An honest one does so as long as hellos get lost. */
const HELLOS_PER_SECOND = 20;

/** Instances that one peer may open. */
const INSTANCES_MAX = 4;

/** Small, so that what is too large costs little. */
export const BYTE_LIMITS = { valueBytesMax: 64, refsMax: 8, envelopeBytesMax: 1_024 } as const;

/** The configuration of the world, to first words. */
export const CONFIG_DIGEST = "the configuration";

/** What a process says first on a link. */
export interface FirstWord {
  /** Of its configuration. */
  readonly configDigest: string;
  /** The process that it says it is, by number. */
  readonly name: number;
  /** The acceptor that it says it is; undefined for an observer. */
  readonly acceptor: number | undefined;
}

/** Who may make real signatures: the only acceptor to which bytes belong. */
export interface Notary {
  /** 32 bytes. */
  readonly configDigest: Uint8Array;
  /** Of acceptor 0. */
  readonly signer: Signer;
  /** Knows acceptor 0 only. */
  readonly verifier: Verifier;
}

let known: Notary | undefined;

/** An Ed25519 key whose 32 secret bytes are all the same, so that it is the same in every world. */
export function constantKey(byte: number): {
  readonly signer: Signer;
  readonly publicKey: PublicKey;
} {
  return keyOfSecret(new Uint8Array(32).fill(byte));
}

/** The same in every world. */
export function notary(): Notary {
  if (known !== undefined) return known;
  const { signer, publicKey } = constantKey(7);
  const configDigest = new Uint8Array(32).fill(9);
  const certificate = { keyKind: "ed25519", publicKey };
  const acceptors = [{ name: "Alice", certificate }];
  const context = { acceptors, proposers: acceptors, digest: { whole: configDigest } };
  known = {
    configDigest,
    signer,
    verifier: makeVerifier(context as unknown as VerifierContext),
  };
  return known;
}

/** Judges bytes as the programs do: undefined if they are a genuine message. */
export function judgeBytes(bytes: Uint8Array): Rejection | undefined {
  const { envelopeBytesMax } = BYTE_LIMITS;
  if (bytes.length > envelopeBytesMax) {
    return reject("TOO_LARGE", `${bytes.length} bytes, above ${envelopeBytesMax}`);
  }
  let decoded;
  try {
    decoded = fromBinary(ConsensusMessageSchema, bytes);
  } catch (error) {
    // What the parser of protobuf throws at outside data; the programs refuse it alike.
    return reject("MALFORMED", String(error));
  }
  const wire = decodeMessage(decoded, BYTE_LIMITS);
  if (isRejection(wire)) return wire;
  const { verifier } = notary();
  const message = verifier.verify(wire, verifier.identify(wire));
  return isRejection(message) ? message : undefined;
}

interface Tally {
  second: number;
  proposals: number;
  hellos: number;
}

/** What one process keeps about its links. */
export class Border {
  readonly #acceptorOf: (process: number) => number | undefined;
  readonly #tallies: Map<number, Tally> = new Map();
  readonly #opened: Map<number, Set<number>> = new Map();
  readonly #linked: Set<number> = new Set();

  /** @param acceptorOf The acceptor that a process is, as its certificate proves. */
  constructor(acceptorOf: (process: number) => number | undefined) {
    this.#acceptorOf = acceptorOf;
  }

  /** A peer says hello over the link that it has: undefined unless it does so too often. */
  refuseHello(peer: number, nowMs: number): Rejection | undefined {
    this.#linked.add(peer);
    if (++this.#tally(peer, nowMs).hellos <= HELLOS_PER_SECOND) return undefined;
    return reject("RATE_LIMITED", `more than ${HELLOS_PER_SECOND} hellos a second`);
  }

  /** A peer opens a further link: who is what it says it is and has none may. */
  refuseLink(peer: number, { configDigest, name, acceptor }: FirstWord): Rejection | undefined {
    if (name !== peer || (acceptor !== undefined && acceptor !== this.#acceptorOf(peer))) {
      return reject("PROTOCOL_VIOLATION", `${peer} may not call itself ${name}`);
    }
    if (configDigest !== CONFIG_DIGEST) return reject("CONFIG_MISMATCH", "configurations differ");
    if (!this.#linked.has(peer)) {
      this.#linked.add(peer);
      return undefined;
    }
    return reject("DUPLICATE_IDENTITY", `${peer} has a link already`);
  }

  /** A verified message: undefined unless its sender asks too much of us. */
  refuseMessage(
    { instance, message }: Sealed,
    peer: number,
    wasWanted: boolean,
    nowMs: number,
  ): Rejection | undefined {
    if (instance !== INSTANCE) return this.#refuseInstance(instance, peer);
    if (message.kind !== "1a" || wasWanted) return undefined;
    if (++this.#tally(peer, nowMs).proposals <= PROPOSALS_PER_SECOND) return undefined;
    return reject("RATE_LIMITED", `more than ${PROPOSALS_PER_SECOND} 1as a second`);
  }

  #refuseInstance(instance: number, peer: number): Rejection | undefined {
    let opened = this.#opened.get(peer);
    if (opened === undefined) this.#opened.set(peer, opened = new Set());
    if (opened.has(instance)) return undefined;
    if (opened.size >= INSTANCES_MAX) {
      return reject("TOO_MANY_INSTANCES", `${peer} has opened ${INSTANCES_MAX}`);
    }
    opened.add(instance);
    return undefined;
  }

  #tally(peer: number, nowMs: number): Tally {
    const second = Math.floor(nowMs / 1_000);
    let tally = this.#tallies.get(peer);
    if (tally?.second !== second) {
      this.#tallies.set(peer, tally = { second, proposals: 0, hellos: 0 });
    }
    return tally;
  }
}
