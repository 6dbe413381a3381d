/**
 * What a hostile acceptor sends: well-formed envelopes of messages that are none, forged, known, in
 * the air, or too many. Signatures are made once and used again and again: the victim has the same
 * work, the flooder less.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { randomBytes } from "node:crypto";
import type { AcceptorContent, MessageId } from "../../lib/core/types.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import { canonicalAcceptorMessage } from "../../lib/wire/canonical.ts";
import { encodeMessage } from "../../lib/wire/codec.ts";
import { signProposal } from "../../lib/node/signing.ts";
import {
  type ConsensusMessage,
  type Envelope,
  EnvelopeSchema,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";

/** Messages in an envelope for which nobody is blamed. */
const BATCH = 500;

/** Messages in one for which the sender is: the link does not outlive it. */
const LAST_BATCH = 10_000;

/** Envelopes of one link: two fifths of the messages are garbage or forged, in equal parts. */
const PER_LINK = 31;

/** Messages with unknown refs that are made. */
const SIGNED = 20_000;

/** No honest proposer uses these instances. */
const FROM = 10_000_000n;

const VALUE = new TextEncoder().encode("spam");
const VALUE_HASH = hashValue(VALUE);

/** For which nobody is blamed, in turn. */
const HARMLESS = ["unknown refs", "duplicate", "ballots", "unknown refs", "duplicate", "instances"];

/** In turn. */
const HARMFUL = ["garbage", "bad signature"];

/** Makes nonsense. */
export class Nonsense {
  /** How many messages of each kind have been made. */
  readonly made: Record<string, number> = {};
  readonly #configuration: Configuration;
  readonly #instances: number;
  readonly #pools: Readonly<Record<string, readonly ConsensusMessage[]>>;
  /** Of what the victim has sent, some messages: to be sent back. */
  readonly #heard: ConsensusMessage[] = [];
  #nanos = 0;
  #envelopes = 0;

  /** @param instances Over how many it is spread. */
  constructor(configuration: Configuration, instances: number) {
    this.#configuration = configuration;
    this.#instances = instances;
    const pool = (size: number, make: (i: number) => ConsensusMessage) =>
      Array.from({ length: size }, (_, i) => make(i));
    this.#pools = {
      "unknown refs": pool(SIGNED, (i) => this.#acceptor(i, [randomId()], true)),
      "bad signature": pool(LAST_BATCH, (i) => this.#acceptor(i, [randomId()], false)),
      "garbage": pool(LAST_BATCH, (i) => {
        const refs = [randomId(), randomId()].toSorted().toReversed();
        return this.#acceptor(i, refs, false);
      }),
    };
  }

  /** Notes what the victim has sent. */
  hears(messages: readonly ConsensusMessage[]): void {
    this.#heard.push(...messages.slice(0, BATCH - this.#heard.length));
  }

  /** The next envelope: all of one kind. */
  envelope(): Envelope {
    const n = this.#envelopes++;
    const isLast = n % PER_LINK === PER_LINK - 1;
    const kind = isLast
      ? HARMFUL[Math.floor(n / PER_LINK) % HARMFUL.length]!
      : HARMLESS[n % HARMLESS.length]!;
    const length = isLast ? LAST_BATCH : BATCH;
    const made = this.made[kind] ?? 0;
    this.made[kind] = made + length;
    const messages = Array.from({ length }, (_, i) => this.#message(kind, made + i));
    return create(EnvelopeSchema, { messages });
  }

  #message(kind: string, i: number): ConsensusMessage {
    const pool = this.#pools[kind];
    if (pool !== undefined) return pool[i % pool.length]!;
    if (kind === "ballots") return this.#proposal(0, ++this.#nanos);
    if (kind === "instances") return this.#proposal(i, ++this.#nanos);
    return this.#heard[i % BATCH] ?? this.#proposal(0, 0);
  }

  #acceptor(i: number, refs: readonly MessageId[], signed: boolean): ConsensusMessage {
    const { digest, signer: key, self } = this.#configuration;
    const instance = this.#instance(i);
    const content: AcceptorContent = { signer: self.acceptorIndex!, prev: undefined, refs };
    const scope = { configDigest: digest.whole, instance };
    const signature = signed
      ? key.sign(canonicalAcceptorMessage(scope, content))
      : new Uint8Array(64);
    return encodeMessage({ kind: "acceptor", instance, content, signature });
  }

  #proposal(i: number, nanos: number): ConsensusMessage {
    const { self, signer, digest } = this.#configuration;
    const proposer = self.proposerIndex!;
    const ballot = { seconds: 1_700_000_000, nanos, valueHash: VALUE_HASH, proposer };
    const scope = { configDigest: digest.whole, instance: this.#instance(i) };
    return encodeMessage(signProposal(signer, scope, ballot, VALUE));
  }

  #instance(i: number): bigint {
    return FROM + BigInt(i % this.#instances);
  }
}

function randomId(): MessageId {
  return randomBytes(32).toString("hex") as MessageId;
}
