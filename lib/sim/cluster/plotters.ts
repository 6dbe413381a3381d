/**
 * Villains of a cluster that act on what is said in one instance, whoever says it: the strategies of
 * the worlds of the core, put into envelopes on real links.
 *
 * @module
 */

import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { isRejection } from "../../core/rejection.ts";
import type { AcceptorContent, Timestamp, ValueHash } from "../../core/types.ts";
import { acceptorMessageId, hashValue, messageId, proposalId } from "../../crypto/hash.ts";
import { makeHello } from "../../link/hello.ts";
import { encodeIds } from "../../node/envelopes.ts";
import { openMemoryJournal } from "../../store/memory_journal.ts";
import { canonicalAcceptorMessage } from "../../wire/canonical.ts";
import { decodeMessage, encodeMessage } from "../../wire/codec.ts";
import {
  type ConsensusMessage,
  ConsensusMessageSchema,
  type Envelope,
  EnvelopeSchema,
  type Hello,
  Role,
} from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { CONFIG_DIGEST, type FirstWord } from "../border.ts";
import { Conspiracy } from "../conspiracy.ts";
import type { EventQueue } from "../event_queue.ts";
import type { Marks } from "../marks.ts";
import type { Naming } from "../naming.ts";
import type { Packet } from "../packet.ts";
import type { Prng } from "../prng.ts";
import type { Scene } from "../scene.ts";
import { INSTANCE, type Sealed } from "../sealed.ts";
import { STRATEGIES } from "../strategies.ts";
import { Villain } from "../villain.ts";
import type { Members } from "./configuration.ts";
import type { ClusterScenario } from "./scenario.ts";
import type { End } from "./streams.ts";
import { BEGINNING } from "./time.ts";

/** Envelopes that wait for one peer at most. */
const QUEUE_MAX = 64;

/** What plotters need of their world. */
export interface PlottersOptions {
  readonly scenario: ClusterScenario;
  readonly members: Members;
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly marks: Marks;
  /** Opens one more stream to a process, by number. */
  dial(from: number, to: number, end: End): void;
}

/** All plotters of a world: what one of them hears all know. */
export class Plotters implements Scene {
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly graph: ClusterScenario["graph"];
  readonly limits: Scene["limits"];
  readonly beginning: Timestamp = BEGINNING;
  readonly naming: Naming;
  readonly conspiracy: Conspiracy;
  readonly #options: PlottersOptions;
  readonly #villains: Map<number, Villain> = new Map();
  /** By villain and peer: the end of the stream that is up. */
  readonly #ends: Map<string, PlotterEnd> = new Map();
  readonly #values: Map<ValueHash, Uint8Array> = new Map();

  /** Nobody does anything yet. */
  constructor(options: PlottersOptions) {
    const { scenario: { graph, names, plots, villains }, members } = options;
    this.#options = options;
    this.queue = options.queue;
    this.prng = options.prng;
    this.graph = graph;
    this.limits = members.configurations[0]!.limits;
    const scope = (instance: number) => ({
      configDigest: members.configDigest,
      instance: BigInt(instance),
    });
    this.naming = {
      value: (text) => this.#valueOf(text),
      message: (content, instance) => acceptorMessageId(scope(instance), content),
      proposal: (ballot) => ({ kind: "1a", id: proposalId(scope(INSTANCE), ballot), ballot }),
    };
    this.conspiracy = new Conspiracy(this);
    for (const [index, villainy] of villains) {
      if (villainy !== "plotter") continue;
      const peers = names.map((_, peer) => peer).filter((peer) => peer !== index);
      const cast = plots.map((name) => STRATEGIES.get(name)!());
      this.#villains.set(index, new Villain(this.conspiracy, this, index, peers, cast));
    }
  }

  /** Whether there is any. */
  get isAny(): boolean {
    return this.#villains.size > 0;
  }

  /** Everybody begins, and ends at a moment. */
  begin(untilMs: number): void {
    for (const villain of this.#villains.values()) {
      villain.begin();
      this.queue.at(untilMs, () => villain.isActive = false);
    }
  }

  /** The end of a stream that an honest process has opened, or that is to be opened to one. */
  end(villain: number, peer: number): End {
    const end = new PlotterEnd(this, villain, peer, this.#hello(villain, peer));
    this.#ends.set(`${villain} ${peer}`, end);
    return end;
  }

  /** A villain of the name, by number. */
  villain(index: number): Villain {
    return this.#villains.get(index)!;
  }

  /** Of {@linkcode Scene}. */
  acceptorOf(process: number): number | undefined {
    return process < this.graph.acceptorCount ? process : undefined;
  }

  /** Of {@linkcode Scene}: a seal is made by the world only. */
  isGenuine({ instance, message, seal }: Sealed): boolean {
    if (message.kind === "1a") return true;
    return seal !== undefined && seal.signer === message.signer && seal.id === message.id &&
      seal.instance === instance && this.naming.message(message, instance) === message.id;
  }

  /** Of {@linkcode Scene}: what a villain sends goes to the stream that it has with the peer. */
  transmit(from: number, to: number, packet: Packet): void {
    this.conspiracy.overhear(packet);
    const end = this.#ends.get(`${from} ${to}`);
    if (end === undefined || end.isOver) return;
    for (const bytes of packet.bytes ?? []) this.#garbage(end, bytes);
    for (const word of packet.links ?? []) this.#intrude(from, to, word);
    const named = (ids: Packet["have"]) =>
      encodeIds(ids.map((id) => ({ instance: BigInt(INSTANCE), id })));
    const { have, want, hello } = packet;
    end.say({
      messages: packet.bodies.map((sealed) => this.#encode(sealed)),
      have: named(have),
      want: named(want),
      // A second one: nobody has to listen to that.
      hello: hello === undefined ? undefined : this.#hello(from, to),
    });
  }

  /** Somebody honest has said something, to whomever. */
  overhear({ messages }: Envelope): void {
    for (const sealed of this.read({ messages })) {
      if (sealed.instance === INSTANCE) this.conspiracy.learn(sealed);
    }
  }

  /** What an envelope says. */
  read({ messages }: Pick<Envelope, "messages">): Sealed[] {
    return messages.flatMap((message) => this.#decode(message));
  }

  #hello(from: number, to: number): Hello {
    const { members: { configurations }, scenario: { names }, prng } = this.#options;
    const configuration = configurations[from]!;
    const role = configuration.self.client ? Role.PROPOSER : Role.ACCEPTOR;
    const options = { role, agent: "plotter", incarnation: BigInt(1 + from) };
    const hello = makeHello(configuration, options, openMemoryJournal(), names[to]!);
    // A journal's epoch is random.
    hello.logEpoch = Uint8Array.from({ length: 16 }, () => prng.below(256));
    return hello;
  }

  /** A further stream, with first words that may be wrong. */
  #intrude(from: number, to: number, word: FirstWord): void {
    const { scenario: { names } } = this.#options;
    const hello = this.#hello(from, to);
    hello.name = names[word.name] ?? "nobody";
    hello.role = word.acceptor === undefined ? Role.LEARNER : Role.ACCEPTOR;
    if (word.configDigest !== CONFIG_DIGEST) hello.configDigest!.whole = new Uint8Array(32);
    this.#options.marks.mark("strategy intruder: a link");
    this.#options.dial(from, to, new PlotterEnd(this, from, to, hello));
  }

  #garbage(end: PlotterEnd, bytes: Uint8Array): void {
    this.#options.marks.mark("strategy garbage: bytes");
    try {
      end.say({ messages: [fromBinary(ConsensusMessageSchema, bytes)] });
    } catch {
      // Not even protobuf: what carries envelopes would break the stream.
      end.spoil();
    }
  }

  #encode({ instance, message, seal }: Sealed): ConsensusMessage {
    const at = BigInt(instance);
    if (message.kind === "1a") {
      const value = this.#values.get(message.ballot.valueHash);
      return encodeMessage({ kind: "1a", instance: at, ballot: message.ballot, value });
    }
    const { signer, prev, refs } = message;
    const content = { signer, prev, refs };
    return encodeMessage({
      ...{ kind: "acceptor", instance: at, content },
      signature: this.#sign(content, instance, seal),
    });
  }

  /** A true signature if the seal is of this message, else one of something else. */
  #sign(content: AcceptorContent, instance: number, seal: Sealed["seal"]): Uint8Array {
    const { members: { seals, configDigest }, scenario: { realKeys } } = this.#options;
    const signer = seal?.signer ?? 0;
    const isTrue = seal !== undefined && seal.instance === instance && signer === content.signer &&
      seal.id === this.naming.message(content, instance);
    const scope = { configDigest, instance: BigInt(isTrue ? instance : instance + 1_000) };
    const signature = seals.signerOf(signer).sign(canonicalAcceptorMessage(scope, content));
    // A seal holds whatever its second half is; a real signature does not.
    if (!realKeys && seal !== undefined && seal.nonce > 0) signature[63] = seal.nonce;
    return signature;
  }

  #decode(message: ConsensusMessage): Sealed[] {
    const { configDigest } = this.#options.members;
    const wire = decodeMessage(message, this.#options.members.configurations[0]!.limits);
    if (isRejection(wire)) return [];
    const instance = Number(wire.instance);
    const id = messageId(configDigest, wire);
    if (wire.kind === "1a") {
      if (wire.value !== undefined) this.#values.set(wire.ballot.valueHash, wire.value);
      return [{ instance, message: { kind: "1a", id, ballot: wire.ballot }, seal: undefined }];
    }
    const { content } = wire;
    const seal = { signer: content.signer, instance, id, nonce: 0 };
    return [{ instance, message: { kind: "acceptor", id, ...content }, seal }];
  }

  #valueOf(text: string): ValueHash {
    const bytes = new TextEncoder().encode(text);
    const hash = hashValue(bytes);
    this.#values.set(hash, bytes);
    return hash;
  }
}

/** A villain's end of a stream: follows the conversation as far as it has to. */
class PlotterEnd implements End {
  onReady: () => void = () => {};
  isOver = false;
  readonly #plotters: Plotters;
  readonly #villain: number;
  readonly #peer: number;
  readonly #outgoing: Envelope[] = [];

  constructor(plotters: Plotters, villain: number, peer: number, hello: Hello) {
    this.#plotters = plotters;
    this.#villain = villain;
    this.#peer = peer;
    this.say({ hello });
    this.say({ caughtUp: true });
  }

  next(): Envelope | undefined {
    return this.#outgoing.shift();
  }

  receive(envelope: Envelope): void {
    const { goodbye, ping, offered } = envelope;
    if (goodbye !== undefined) this.isOver = true;
    if (this.isOver) return;
    if (ping !== 0n) this.say({ pong: ping });
    if (offered !== 0n) this.say({ taken: offered });
    const bodies = this.#plotters.read(envelope);
    const ids = (lists: Envelope["want"]) =>
      lists.filter(({ instance }) => instance === BigInt(INSTANCE))
        .flatMap(({ ids }) => ids.map((id) => id.toHex())) as Packet["want"][number][];
    const packet = { bodies, have: ids(envelope.have), want: ids(envelope.want) };
    this.#plotters.villain(this.#villain).receive(this.#peer, packet);
  }

  broken(): void {
    this.isOver = true;
  }

  /** Says something, unless too much waits already. */
  say(envelope: MessageInitShape<typeof EnvelopeSchema>): void {
    if (this.#outgoing.length < QUEUE_MAX) this.#outgoing.push(create(EnvelopeSchema, envelope));
    this.onReady();
  }

  /** Says what is no envelope: the stream breaks. */
  spoil(): void {
    this.isOver = true;
    this.onReady();
  }
}
