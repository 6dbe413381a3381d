/**
 * An honest process of the simulated world: the core of the programs, driven as they drive it, with
 * a disk that can fail and peers that can be deaf.
 *
 * @module
 */

import { fullSet } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { Effect, Input } from "../core/effects.ts";
import { type CoreContext, type InstanceState, newInstance, step } from "../core/instance.ts";
import type { Rejection } from "../core/rejection.ts";
import { addMs, compareTimestamps, type Message, type MessageId } from "../core/types.ts";
import type { Timestamp } from "../core/types.ts";
import { Border, judgeBytes } from "./border.ts";
import { momentOf, shownMs } from "./clock.ts";
import type { Conversation, Logged } from "./conversation.ts";
import { Disk } from "./disk.ts";
import { identify, proposalOf } from "./ids.ts";
import { Mail } from "./mail.ts";
import type { Packet } from "./packet.ts";
import { Offering } from "./offering.ts";
import type { Role } from "./role.ts";
import { INSTANCE, seal, seal1a, type Sealed, verify } from "./sealed.ts";
import type { Stage } from "./stage.ts";

/** The moment at which every world begins. */
export const BEGINNING: Timestamp = { seconds: 1_000, nanos: 0 };

/** After so long an acceptor that has started votes even if some have not answered. */
const GRACE_MS = 400;

/** See the module. */
export class Process {
  readonly role: Role;
  readonly disk: Disk;
  /** Whether it runs. */
  isUp = false;
  /** Whether it may sign; an observer never does. */
  votes = false;
  /** What the core knows. Of the last life if the process is down. */
  state: InstanceState;
  readonly #stage: Stage;
  readonly #context: CoreContext;
  #incarnation = 0;
  #sealed: Map<MessageId, Sealed> = new Map();
  #mail: Mail;
  #offering: Offering | undefined;
  /** The latest time that the instance or its proposer has been told. */
  #latest: Timestamp | undefined;
  #wakeMs = Infinity;
  #isPatient = true;
  #border: Border;

  /** It does not run yet. */
  constructor(stage: Stage, role: Role) {
    this.role = role;
    this.#stage = stage;
    this.disk = new Disk(role.disk);
    this.#context = { graph: stage.graph, limits: stage.limits, self: role.acceptor };
    this.state = newInstance(this.#context, identify, "asks");
    this.#mail = new Mail(stage, role.index, role.peers, 0);
    this.#border = new Border(stage.acceptorOf.bind(stage));
  }

  /** What its clock shows. */
  now(): Timestamp {
    return addMs(BEGINNING, shownMs(this.role, this.#stage.queue.nowMs));
  }

  /** Starts it, from what is on its disk. */
  start(): void {
    const stage = this.#stage;
    const { role } = this;
    const life = ++this.#incarnation;
    this.isUp = true;
    this.votes = false;
    this.#isPatient = true;
    this.#sealed = new Map();
    this.#wakeMs = Infinity;
    this.#mail = new Mail(stage, role.index, role.peers, life);
    this.#border = new Border(stage.acceptorOf.bind(stage));
    this.state = newInstance(this.#context, identify, "asks");
    this.#latest = undefined;
    const { offers } = role;
    this.#offering = offers &&
      new Offering(stage.graph, offers.value, offers.serves, role.index, offers.pace);
    stage.started(this);
    for (const sealed of this.disk.contents) {
      this.#sealed.set(sealed.message.id, sealed);
      this.#mail.add(sealed, 0);
      this.#step({ kind: "restore", message: sealed.message, now: this.now() }, true);
    }
    stage.queue.after(GRACE_MS, () => {
      if (life !== this.#incarnation) return;
      this.#isPatient = false;
      this.#considerVoting();
    });
    this.#afterInput();
  }

  /** Ends it at once. */
  crash(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.votes = false;
    this.#incarnation++;
    this.#mail.close();
    this.disk.crash(this.#stage.prng);
  }

  /** Takes what has come from a peer. */
  receive(from: number, packet: Packet): void {
    const conversation = this.#mail.conversations.get(from);
    if (!this.isUp || conversation === undefined || conversation.isStale(packet)) return;
    this.#admit(packet, conversation);
    for (const id of packet.have) conversation.confirm(id);
    for (const sealed of packet.bodies) {
      this.#take(sealed, conversation);
      if (!this.isUp) return;
    }
    for (const id of packet.want) {
      // What is not durable yet has not been said.
      if (this.#mail.isSaid(id)) conversation.supply(this.#sealed.get(id)!, this.#nowMs);
    }
    if (packet.welcome?.incarnation === this.#incarnation) {
      conversation.welcomed(packet.welcome);
      this.#considerVoting();
    }
    this.#afterInput();
  }

  /** All that it has delivered and may tell others, in order. */
  get said(): readonly Logged[] {
    return this.#mail.log;
  }

  /** The seal under which it knows a message. */
  sealedOf(id: MessageId): Sealed | undefined {
    return this.#sealed.get(id);
  }

  #admit({ hello, bytes = [], links = [] }: Packet, conversation: Conversation): void {
    const { peer } = conversation;
    const turnAway = (thing: object, rejection: Rejection | undefined) => {
      if (rejection !== undefined) this.#stage.turnedAway(this, thing, rejection);
    };
    for (const word of links) turnAway(word, this.#border.refuseLink(peer, word));
    for (const message of bytes) turnAway(message, judgeBytes(message));
    if (hello === undefined) return;
    const rejection = this.#border.refuseHello(peer, this.#nowMs);
    if (rejection === undefined) conversation.greeted(hello);
    else turnAway(hello, rejection);
  }

  #take(sealed: Sealed, conversation: Conversation): void {
    const { instance, message } = sealed;
    if (this.state.dag.has(message.id)) return conversation.received(message.id, this.#nowMs);
    const { peer } = conversation;
    const wasWanted = this.#mail.wants.has(message.id);
    const rejection = verify(sealed, this.#stage.signers) ??
      this.#border.refuseMessage(sealed, peer, wasWanted, this.#nowMs);
    if (rejection !== undefined) {
      return this.#stage.refused(this, sealed.message, rejection, peer);
    }
    // In other instances nothing happens.
    if (instance !== INSTANCE) return;
    if (!this.#sealed.has(message.id)) this.#sealed.set(message.id, sealed);
    conversation.confirm(message.id);
    const source = String(conversation.peer);
    const effects = this.#step({ kind: "message", message, source, now: this.now() });
    // Nobody need send again what the clock will refuse again.
    const isTaken = this.state.dag.has(message.id) ||
      effects.some((effect) =>
        effect.kind === "reject" && effect.rejection.rejected === "FAR_FUTURE"
      );
    if (isTaken) conversation.received(message.id, this.#nowMs);
  }

  /** Tells the instance if the clock has been set back. */
  #tellTime(now: Timestamp): void {
    const isBack = this.#latest !== undefined && compareTimestamps(now, this.#latest) < 0;
    this.#latest = now;
    if (isBack) this.#step({ kind: "tick", now, setBack: true });
  }

  #step(input: Input, isRestore = false): readonly Effect[] {
    if (input.kind !== "tick" || !input.setBack) this.#tellTime(input.now);
    const effects = step(this.#context, this.state, input);
    const own: Entry[] = [];
    let isTakenBack = false;
    for (const effect of effects) {
      if (isRestore) continue;
      if (effect.kind === "deliver") {
        const { message } = effect.entry;
        this.#deliver(message);
        if (message.kind === "acceptor" && message.signer === this.role.acceptor) {
          isTakenBack = true;
        }
      }
      if (effect.kind === "send") {
        const sealed = seal(effect.entry.message as Parameters<typeof seal>[0]);
        this.#sealed.set(sealed.message.id, sealed);
        this.disk.write(sealed);
        own.push(effect.entry);
      }
      if (effect.kind === "request") this.#mail.wants.add(effect.ids, effect.source, this.#nowMs);
      if (effect.kind === "wake") this.#wakeAt(effect.at);
      if (effect.kind === "reject") this.#sealed.delete(effect.id);
    }
    this.#stage.stepped(this, input, effects);
    if (own.length > 0 || isTakenBack) this.#syncAndSay(own);
    if (effects.some((effect) => effect.kind === "estranged")) this.#stage.estranged(this);
    return effects;
  }

  get #nowMs(): number {
    return this.#stage.queue.nowMs;
  }

  #deliver(message: Message): void {
    const sealed = this.#sealed.get(message.id)!;
    this.disk.write(sealed);
    this.#mail.add(sealed);
    this.#mail.wants.delete(message.id);
  }

  /** Sign, persist, then send. */
  #syncAndSay(own: readonly Entry[]): void {
    const { queue } = this.#stage;
    const { atMs, finish } = this.disk.sync(queue.nowMs);
    queue.at(atMs, () => {
      const isDone = finish();
      if (isDone === undefined) return;
      if (!isDone) return this.#stage.diskFailed(this);
      this.#stage.said(this, own);
      this.#mail.say(own.map(({ message }) => this.#sealed.get(message.id)!));
      this.#mail.schedule(this.state);
    });
  }

  #considerVoting(): void {
    const { graph } = this.#stage;
    const { acceptor } = this.role;
    if (acceptor === undefined || this.votes || this.state.acceptor!.standing === "forked") return;
    let heard = 1n << BigInt(acceptor);
    for (const { peer, isWelcome } of this.#mail.conversations.values()) {
      const other = this.#stage.acceptorOf(peer);
      if (isWelcome && other !== undefined) heard |= 1n << BigInt(other);
    }
    const isEnough = heard === fullSet(graph.acceptorCount) ||
      (!this.#isPatient && graph.quorums.some((quorums) => quorums.satisfiedBy(heard)));
    if (!isEnough) return;
    this.votes = true;
    this.#stage.votes(this);
    this.#step({ kind: "vote", allowed: true, now: this.now() });
  }

  #afterInput(): void {
    this.#drive();
    this.#mail.schedule(this.state);
  }

  #drive(): void {
    if (this.#offering === undefined || !this.isUp) return;
    this.#tellTime(this.now());
    const { ballots, wakeAt } = this.#offering.look(
      this.state,
      this.now(),
      this.#stage.prng,
      (step) => this.#stage.offering(this, step),
    );
    if (wakeAt !== undefined) this.#wakeAt(wakeAt);
    for (const ballot of ballots) {
      const sealed = seal1a(proposalOf(ballot));
      this.#stage.proposed(this, ballot);
      this.#sealed.set(sealed.message.id, sealed);
      this.#step({ kind: "message", message: sealed.message, source: "", now: this.now() });
      this.#mail.say([sealed]);
    }
  }

  #wakeAt(at: Timestamp): void {
    const { seconds, nanos } = at;
    const clockMs = (seconds - BEGINNING.seconds) * 1e3 + nanos / 1e6;
    const wakeMs = Math.max(momentOf(this.role, clockMs, this.#nowMs) + 0.01, this.#nowMs);
    if (wakeMs >= this.#wakeMs) return;
    this.#wakeMs = wakeMs;
    const life = this.#incarnation;
    this.#stage.queue.at(wakeMs, () => {
      if (life !== this.#incarnation || this.#wakeMs !== wakeMs) return;
      this.#wakeMs = Infinity;
      this.#step({ kind: "tick", now: this.now() });
      this.#afterInput();
    });
  }
}
