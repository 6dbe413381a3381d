/**
 * Villains of a cluster that act on what is said in one instance, whoever says it: the strategies
 * in lib/sim/strategies, put into envelopes on real links.
 *
 * @module
 */

import { fromBinary } from "@bufbuild/protobuf";
import { isRejection } from "../../core/rejection.ts";
import type { Timestamp, ValueHash } from "../../core/types.ts";
import { acceptorMessageId, hashValue, proposalId } from "../../crypto/hash.ts";
import { makeHello } from "../../link/hello.ts";
import { encodeIds } from "../../node/envelopes.ts";
import { openMemoryJournal } from "../../store/memory_journal.ts";
import { decodeMessage, encodeMessage } from "../../wire/codec.ts";
import {
  type ConsensusMessage,
  ConsensusMessageSchema,
  type Envelope,
  type Hello,
  Role,
} from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { Conspiracy } from "../conspiracy.ts";
import type { EventQueue } from "../event_queue.ts";
import type { Marks } from "../marks.ts";
import type { Naming } from "../naming.ts";
import type { FirstWord, Packet } from "../packet.ts";
import type { Prng } from "../prng.ts";
import type { Scene } from "../scene.ts";
import { INSTANCE, type Sealed } from "../sealed.ts";
import { STRATEGIES } from "../strategies.ts";
import { Villain } from "../villain.ts";
import type { Members } from "./configuration.ts";
import { openSeal } from "./open_seal.ts";
import type { ClusterScenario } from "./scenario.ts";
import { PlotterEnd } from "./plotter_end.ts";
import type { End } from "./streams.ts";
import { BEGINNING } from "./time.ts";

/** A client dials again after so long, in milliseconds. */
const REDIAL_MS = 300;

/** What plotters need of their world. */
export interface PlottersOptions {
  readonly scenario: ClusterScenario;
  readonly members: Members;
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly marks: Marks;
  /** Opens one more stream to a process, by number. */
  dial(from: number, to: number, end: End): boolean;
}

/** All plotters of a world: what one of them hears all know. */
export class Plotters implements Scene {
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly graph: ClusterScenario["graph"];
  readonly limits: Scene["limits"];
  readonly configDigest: Uint8Array;
  readonly beginning: Timestamp = BEGINNING;
  readonly naming: Naming;
  readonly conspiracy: Conspiracy;
  readonly #options: PlottersOptions;
  readonly #villains: Map<number, Villain> = new Map();
  /** By villain and peer: the end of the stream that is up. */
  readonly #ends: Map<string, PlotterEnd> = new Map();
  readonly #values: Map<ValueHash, Uint8Array> = new Map();
  /** Which strategy has made what is sent. */
  readonly #deeds: WeakMap<ConsensusMessage, string> = new WeakMap();

  /** Nobody does anything yet. */
  constructor(options: PlottersOptions) {
    const { scenario: { graph, names, plots, villains }, members } = options;
    this.#options = options;
    this.queue = options.queue;
    this.prng = options.prng;
    this.graph = graph;
    this.limits = members.configurations[0]!.limits;
    this.configDigest = members.configDigest;
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

  /** Everybody begins. */
  begin(): void {
    const { villainsUntilMs } = this.#options.scenario;
    for (const [index, villain] of this.#villains) {
      if (villain.acceptor === undefined) this.#keepDialing(index);
      villain.begin();
      this.queue.at(villainsUntilMs, () => villain.isActive = false);
    }
  }

  /** Nobody dials a client: it dials all acceptors. */
  #keepDialing(client: number): void {
    const { scenario: { villainsUntilMs }, dial } = this.#options;
    for (let acceptor = 0; acceptor < this.graph.acceptorCount; acceptor++) {
      if (this.#ends.get(`${client} ${acceptor}`)?.isOver === false) continue;
      const end = this.end(client, acceptor);
      if (!dial(client, acceptor, end)) end.broken();
    }
    if (this.queue.nowMs > villainsUntilMs) return;
    this.queue.after(REDIAL_MS, () => this.#keepDialing(client));
  }

  /**
   * An honest process has taken a message.
   *
   * @param hasGrown Whether anything has come of it.
   */
  taken(message: ConsensusMessage, isRefused: boolean, hasGrown: boolean): void {
    const strategy = this.#deeds.get(message);
    if (strategy === undefined) return;
    if (isRefused) this.#options.marks.mark(`strategy ${strategy}: refused`);
    else if (!hasGrown && strategy === "re-encoded") {
      this.#options.marks.mark("strategy re-encoded: ignored");
    }
  }

  /** The end of a stream that an honest process has opened, or that is to be opened to one. */
  end(villain: number, peer: number): PlotterEnd {
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

  /** Of {@linkcode Scene}. */
  sign(process: number, bytes: Uint8Array): Uint8Array {
    return this.#options.members.seals.signerOf(process).sign(bytes);
  }

  /** Of {@linkcode Scene}: a seal is made by the world only. */
  isGenuine({ instance, message, seal }: Sealed): boolean {
    if (seal === undefined || seal.id !== message.id || seal.instance !== instance) return false;
    if (message.kind === "1a") return seal.signer === message.ballot.proposer;
    return seal.signer === message.signer &&
      this.naming.message(message, instance) === message.id;
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
    const { have, want, offers = [] } = packet;
    if (packet.hello) end.refused = () => this.#options.marks.mark("strategy summaries: refused");
    end.say({
      messages: packet.bodies.map((sealed) => this.#deed(sealed)),
      have: named(have),
      want: named(want),
      // A second one: nobody has to listen to that.
      hello: packet.hello ? this.#hello(from, to) : undefined,
      ...(offers.length > 0 && { offers: named(offers), offered: BigInt(offers.length) }),
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
    if (!word.isConfigured) hello.configDigest!.whole = new Uint8Array(32);
    const end = new PlotterEnd(this, from, to, hello);
    end.refused = () => this.#options.marks.mark("strategy intruder: refused");
    this.#options.dial(from, to, end);
  }

  #garbage(end: PlotterEnd, bytes: Uint8Array): void {
    try {
      const message = fromBinary(ConsensusMessageSchema, bytes);
      this.#deeds.set(message, "garbage");
      end.say({ messages: [message] });
    } catch {
      // Not even protobuf: what carries envelopes would break the stream. Now and then it does.
      if (this.prng.chance(0.2)) end.spoil();
    }
  }

  /** A message to be sent, and who has made it. */
  #deed(sealed: Sealed): ConsensusMessage {
    const message = this.#encode(sealed);
    const { conspiracy } = this;
    const strategy = conspiracy.isCopy(sealed)
      ? "re-encoded"
      : conspiracy.deeds.get(sealed.message.id);
    if (strategy !== undefined) this.#deeds.set(message, strategy);
    return message;
  }

  #encode(sealed: Sealed): ConsensusMessage {
    const { members, scenario: { realKeys } } = this.#options;
    const { message } = sealed;
    const value = message.kind === "1a" ? this.#values.get(message.ballot.valueHash) : undefined;
    return encodeMessage(openSeal(sealed, this.isGenuine(sealed), members, realKeys, value));
  }

  #decode(message: ConsensusMessage): Sealed[] {
    const { nameOf } = this.#options.members;
    const wire = decodeMessage(message, this.#options.members.configurations[0]!.limits);
    if (isRejection(wire)) return [];
    const instance = Number(wire.instance);
    const id = nameOf(wire);
    if (wire.kind === "1a") {
      if (wire.value !== undefined) this.#values.set(wire.ballot.valueHash, wire.value);
      const seal = { signer: wire.ballot.proposer, instance, id, nonce: 0 };
      return [{ instance, message: { kind: "1a", id, ballot: wire.ballot }, seal }];
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
