/**
 * A peer that says whatever a test wants, as an identity whose private key it has.
 *
 * @module
 */

import { answersOf } from "../../lib/net/talk.ts";
import { assert } from "@std/assert";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { addMs, type Ballot, type MessageId } from "../../lib/core/types.ts";
import { acceptorMessageId, hashValue, proposalId, sha3Hex } from "../../lib/crypto/hash.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import { decodeNamed } from "../../lib/node/envelopes.ts";
import { makeHello } from "../../lib/link/hello.ts";
import type { LedgerRecord } from "../../lib/node/ledger.ts";
import { canonicalAcceptorMessage } from "../../lib/wire/canonical.ts";
import {
  encodeMessage,
  type WireAcceptorMessage,
  type WireMessage,
  type WireProposal,
} from "../../lib/wire/codec.ts";
import {
  type ConsensusMessage,
  type Envelope,
  EnvelopeSchema,
  type Hello,
  Role,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { signProposal } from "../../lib/node/signing.ts";
import { fromHex } from "../../lib/wire/hex.ts";
import type { TestCluster, TestProcess } from "./cluster.ts";
import { configurationOf } from "./configurations.ts";
import { Pipe } from "./pipe.ts";

/** A message with the id that honest processes give it. */
export interface Made<W extends WireMessage = WireMessage> {
  readonly id: MessageId;
  readonly wire: W;
  readonly message: ConsensusMessage;
}

/** An id that names nothing. */
export function inventedId(seed: number | string): MessageId {
  return sha3Hex(new TextEncoder().encode(`invented ${seed}`)) as MessageId;
}

/** A message as it travels. */
export function made<W extends WireMessage>(configuration: Configuration, wire: W): Made<W> {
  const scope = { configDigest: configuration.digest.whole, instance: wire.instance };
  const id = wire.kind === "1a"
    ? proposalId(scope, wire.ballot)
    : acceptorMessageId(scope, wire.content);
  return { id, wire, message: encodeMessage(wire) };
}

/** What a 1a is made of; the ballot is now unless told otherwise. */
export interface ProposalParts {
  readonly instance?: bigint;
  readonly value?: string;
  /** Milliseconds from now. */
  readonly atMs?: number;
  readonly withValue?: boolean;
  /** Proposer claimed; itself unless told otherwise. */
  readonly proposer?: number;
}

/** What an acceptor message is made of. */
export interface AcceptorParts {
  readonly instance?: bigint;
  readonly prev?: MessageId;
  /** In any order; `prev` is added. */
  readonly refs: readonly MessageId[];
  /** Signer claimed; itself unless told otherwise. */
  readonly signer?: number;
}

/** Makes messages as one identity. */
export class Author {
  readonly cluster: TestCluster;
  readonly configuration: Configuration;

  constructor(cluster: TestCluster, name: string) {
    this.cluster = cluster;
    this.configuration = configurationOf(cluster.configurations, name);
  }

  /** A 1a. */
  proposal(parts: ProposalParts = {}): Made<WireProposal> {
    const { instance = 1n, value = "bad", atMs = 0, withValue = true } = parts;
    const { self, signer, digest } = this.configuration;
    const bytes = new TextEncoder().encode(value);
    const ballot: Ballot = {
      ...addMs(this.cluster.clock.now(), atMs),
      valueHash: hashValue(bytes),
      proposer: parts.proposer ?? self.proposerIndex!,
    };
    const scope = { configDigest: digest.whole, instance };
    const wire = signProposal(signer, scope, ballot, withValue ? bytes : undefined);
    return made(this.configuration, wire);
  }

  /** A signed acceptor message with canonical refs, sensible or not. */
  signed({ instance = 1n, prev, refs, signer }: AcceptorParts): Made<WireAcceptorMessage> {
    const all = new Set([...refs, ...(prev === undefined ? [] : [prev])]);
    const content = {
      signer: signer ?? this.configuration.self.acceptorIndex ?? 0,
      prev,
      refs: [...all].toSorted(),
    };
    const scope = { configDigest: this.configuration.digest.whole, instance };
    const signature = this.configuration.signer.sign(canonicalAcceptorMessage(scope, content));
    return made(this.configuration, { kind: "acceptor", instance, content, signature });
  }
}

/** One conversation of a hostile peer with one process. */
export class HostilePeer extends Author {
  readonly victim: TestProcess;
  /** All that the victim has said. */
  readonly heard: Envelope[] = [];
  /** Whether the victim has ended the stream. */
  ended = false;
  /** Whether it asks for all that the victim offers. */
  takesOffers = true;
  /** Where its messages would be kept if it kept them. */
  readonly journal = openMemoryJournal();
  readonly #toVictim = new Pipe<Envelope>();

  constructor(cluster: TestCluster, victim: TestProcess, name: string) {
    super(cluster, name);
    this.victim = victim;
    this.#listen(answersOf(victim.peers.inbound(name), this.#toVictim));
  }

  async #listen(incoming: AsyncIterable<Envelope>): Promise<void> {
    for await (const envelope of incoming) {
      const heard = fromBinary(EnvelopeSchema, toBinary(EnvelopeSchema, envelope));
      this.heard.push(heard);
      if (!this.takesOffers || heard.offered === 0n) continue;
      const answer = create(EnvelopeSchema, { want: heard.offers, taken: heard.offered });
      this.#toVictim.push(answer);
    }
    this.ended = true;
    this.#toVictim.end();
  }

  /** Says something; the victim has dealt with it when this settles. */
  async say(envelope: MessageInitShape<typeof EnvelopeSchema>): Promise<void> {
    this.sayBytes(toBinary(EnvelopeSchema, create(EnvelopeSchema, envelope)));
    await this.cluster.clock.advance(0);
  }

  /** Says something that is an envelope already, or is thought to be. */
  sayBytes(bytes: Uint8Array): void {
    this.#toVictim.push(fromBinary(EnvelopeSchema, bytes));
  }

  /** Cuts the stream. */
  hangUp(): void {
    this.#toVictim.break(new Error("hung up"));
  }

  /** The Hello of an honest process with this identity. */
  hello(role?: Role): Hello {
    const { self } = this.configuration;
    return makeHello(
      this.configuration,
      {
        role: role ?? (self.client ? Role.PROPOSER : Role.ACCEPTOR),
        incarnation: 4_711n,
        agent: "hostile",
      },
      this.journal,
      this.victim.name,
    );
  }

  /** Introduces itself as an honest process would that has nothing to offer. */
  async greet(): Promise<this> {
    await this.say({ hello: this.hello() });
    await this.say({ caughtUp: true });
    return this;
  }

  /** Sends messages. */
  async send(...messages: readonly (Made | ConsensusMessage)[]): Promise<void> {
    await this.say({ messages: messages.map((one) => "message" in one ? one.message : one) });
  }

  /** Lets time pass, in which it says nothing but that it lives. */
  async live(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      await this.cluster.clock.advance(Math.min(1_000, left));
      await this.say({ pong: 1n });
    }
  }

  /** Says that it has, or wants, messages. */
  ids(instance: bigint, ids: readonly MessageId[]) {
    return [{ instance, ids: ids.map(fromHex) }];
  }

  /** All messages heard. */
  get messages(): ConsensusMessage[] {
    return this.heard.flatMap(({ messages }) => messages);
  }

  /** The ids of all messages that the victim has wanted, as often as it has. */
  get wanted(): MessageId[] {
    return this.heard.flatMap(({ want }) => decodeNamed(want)).map(({ id }) => id);
  }

  /** Likewise, of the 1as whose values it has wanted. */
  get wantedValues(): MessageId[] {
    return this.heard.flatMap(({ wantValues }) => decodeNamed(wantValues)).map(({ id }) => id);
  }

  /** The reason and detail of the goodbye heard, if one was. */
  get goodbye(): { readonly reason: number; readonly detail: string } | undefined {
    return this.heard.find(({ goodbye }) => goodbye !== undefined)?.goodbye;
  }
}

/** A hostile peer that has introduced itself to a process. */
export function infiltrate(
  cluster: TestCluster,
  victim: TestProcess,
  name: string,
): Promise<HostilePeer> {
  return new HostilePeer(cluster, victim, name).greet();
}

/** The wire form of a message that a process has delivered. */
export function loggedWire(process: TestProcess, instance: bigint, id: MessageId): WireMessage {
  const record = process.node.ledger.get(instance, id);
  assert(record !== undefined, `${process.name} has not delivered ${id}`);
  return record.wire;
}

/** Everything in the log of a process, in order. */
export function logOf({ node: { ledger } }: TestProcess): LedgerRecord[] {
  return ledger.from(0, ledger.length);
}

/** Whether a process has delivered a message. */
export function knows({ node }: TestProcess, { id, wire }: Made): boolean {
  return node.ledger.has({ instance: wire.instance, id });
}
