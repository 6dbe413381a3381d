/**
 * A simulated cluster: the nodes, links and recovery of the programs, several instances at once, in
 * one process and under virtual time, from one seed.
 *
 * @module
 */

import { fullSet } from "../../core/acceptor_set.ts";
import { isRejection } from "../../core/rejection.ts";
import type { AcceptorSet } from "../../core/types.ts";
import { hashValue } from "../../crypto/hash.ts";
import type { Verifier } from "../../crypto/verify.ts";
import type { Envelope } from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { EventQueue } from "../event_queue.ts";
import { Marks } from "../marks.ts";
import { makePrng, type Prng } from "../prng.ts";
import { Violation } from "../referee.ts";
import { Cast } from "./cast.ts";
import { makeMembers, type Members } from "./configuration.ts";
import { countSeen, lookAtEnd, noteKept, undecided, unspread } from "./ending.ts";
import { Judge } from "./judge.ts";
import { Life } from "./life.ts";
import { Member } from "./member.ts";
import type { ClusterScenario, Crash } from "./scenario.ts";
import { askQuestions } from "./questions.ts";
import type { End } from "./streams.ts";
import type { Spectator } from "./spectator.ts";
import { VirtualClock } from "./time.ts";
import { Wiring } from "./wiring.ts";

export type { Spectator } from "./spectator.ts";

/** How often it is looked whether all is over, in milliseconds. */
const GLANCE_MS = 100;

/** Who is down when the world becomes calm comes back after so long, in milliseconds. */
const BACK_MS = 1_000;

/** Events after which a world has gone mad. */
const EVENTS_MAX = 1_000_000;

/** Everything must be decided so long after calm, in milliseconds and message delays. */
const PATIENCE_MS = 60_000;
const PATIENCE_DELAYS = 400;

/** What is counted of what members log, by how it begins. */
const TOLD = [
  ["the clock was set back", "a clock is set back"],
  ["the disk is slow", "a disk is slow"],
] as const;

/** One cluster, from its beginning to its end. */
export class ClusterWorld {
  readonly queue: EventQueue = new EventQueue();
  readonly scenario: ClusterScenario;
  readonly marks: Marks;
  readonly judge: Judge;
  /** By number; undefined where a villain is. */
  readonly members: readonly (Member | undefined)[];
  /** By instance and learner: when it was first seen to decide, in milliseconds. */
  readonly decidedMs: Map<string, number> = new Map();
  /** What each member had kept when that was noted last, as the length of its journal. */
  readonly kept: Map<Member, number> = new Map();
  readonly #prng: Prng;
  readonly #made: Members;
  readonly #verifier: Verifier | undefined;
  readonly #spectator: Spectator;
  readonly #cast: Cast;
  readonly #wiring: Wiring;

  /** Nothing has happened yet. */
  constructor(scenario: ClusterScenario, marks: Marks = new Marks(), spectator: Spectator = {}) {
    this.scenario = scenario;
    this.marks = marks;
    this.#spectator = spectator;
    if (scenario.realKeys) marks.mark("a world with real keys");
    this.#prng = makePrng(scenario.seed ^ 0x5eed);
    this.#made = makeMembers(scenario);
    const { graph, names, villains } = scenario;
    const { seals, configDigest, configurations, nameOf } = this.#made;
    const signers = { acceptors: graph.spec.acceptors, proposers: names };
    this.#verifier = seals.verifier(signers, configDigest, nameOf);
    this.judge = new Judge(graph, marks, this.#honest(), nameOf, (who, instance, learner) => {
      const decision = `${learner} in instance ${instance}`;
      this.#note(who, `sees ${decision} decide`);
      if (!this.decidedMs.has(decision)) this.decidedMs.set(decision, this.queue.nowMs);
    });
    const common = { scenario, queue: this.queue, prng: this.#prng, marks };
    this.#cast = new Cast({
      ...{ ...common, members: this.#made, verifier: this.#verifier, makeEpoch: this.#epoch },
      dial: (from, to, end) => this.#wiring.dial(from, to, end),
    });
    this.#wiring = new Wiring({
      ...{ ...common, envelopeBytesMax: configurations[0]!.limits.envelopeBytesMax },
      lifeOf: (process) => this.members[process]?.life,
      answer: (from, to) => this.#answer(from, to),
      sends: (process, life, envelope) => this.#sends(process, life, envelope),
      sent: (process, life) => {
        const member = this.members[process];
        if (member?.isUp && member.life === life) this.#mayEnd(member, "sent");
      },
    });
    this.judge.attribute = (who, instance, effects) => {
      this.#cast.plotters.conspiracy.attribute(marks, effects);
      this.#spectator.stepped?.(this.queue.nowMs, who, instance, effects);
    };
    this.members = names.map((_, index) =>
      villains.has(index) ? undefined : new Member(index, configurations[index]!, this.#epoch)
    );
  }

  /** The members that run. */
  up(): Member[] {
    return this.members.filter((member): member is Member => member?.isUp === true);
  }

  /** Lets everything happen until all is decided that must be, or time is up. */
  run(): void {
    const { queue, scenario: { proposals, crashes, calmMs, delayMsMax } } = this;
    this.#cast.begin();
    for (const member of this.members) {
      if (member === undefined) continue;
      queue.at(this.scenario.startsMs[member.index]!, () => this.#start(member));
    }
    for (const { process, instance, value, atMs } of proposals) {
      queue.at(atMs, () => this.#propose(this.members[process], instance, value));
    }
    for (const crash of crashes) queue.at(crash.atMs, () => this.#crash(crash));
    queue.at(calmMs, () => this.#calm());
    let isOver = false;
    const look = this.#spectator.isOver ?? lookAtEnd(this);
    const glance = () => {
      isOver = look();
      queue.after(GLANCE_MS, glance);
    };
    queue.at(calmMs + BACK_MS, glance);
    const deadlineMs = Math.max(calmMs, this.scenario.villainsUntilMs) + PATIENCE_MS +
      PATIENCE_DELAYS * delayMsMax;
    while (!isOver && queue.nowMs < deadlineMs && queue.advance()) {
      if (queue.count > EVENTS_MAX) throw new Violation(`${EVENTS_MAX} events, and no end`);
    }
    countSeen(this);
    if (!isOver) {
      throw new Violation(undecided(this).join("; ") || unspread(this) || "it never ended");
    }
    const instances = new Set(proposals.map(({ instance }) => instance));
    for (const member of this.up()) askQuestions(member, instances, this.marks);
  }

  #honest(): AcceptorSet {
    const { graph, villains } = this.scenario;
    let honest = fullSet(graph.acceptorCount);
    for (const index of villains.keys()) honest &= ~(1n << BigInt(index));
    return honest;
  }

  #epoch = (): string =>
    [0, 0, 0, 0].map(() => this.#prng.next().toString(16).padStart(8, "0")).join("");

  #start(member: Member): void {
    if (member.isUp || member.isGone) return;
    this.judge.found(member);
    this.judge.amnesia.starts(member, this.up());
    this.#note(member.name, "starts");
    const { configuration, name, index } = member;
    const life = ++member.lives;
    const clock = new VirtualClock(this.queue, this.scenario.clocks[index]!);
    member.life = new Life({
      ...{ configuration, clock, verifier: this.#verifier, prng: this.#prng },
      journal: member.open(() => this.#sync(index, clock)),
      reaches: () => true,
      isTwin: false,
      observer: this.judge.watch(member, () => this.#ended(member, member.pending!)),
      taken: (message, outcome, hasGrown) =>
        this.#cast.plotters.taken(message, isRejection(outcome), hasGrown),
      log: (_, message) => {
        const told = TOLD.find(([beginning]) => message.startsWith(beginning));
        if (told !== undefined) this.marks.mark(told[1]);
        this.#note(name, message);
      },
      trace: this.#traceOf(life === 1 ? name : `${name} ${life}`),
      dial: (acceptor, end) => this.#dial(index, acceptor, end),
      ended: (link, end) => {
        const peer = this.scenario.names.indexOf(link.peer);
        this.judge.ended(member, link, end, this.members[peer] !== undefined);
      },
      identityInUse: () => {
        throw new Violation(`${name} is told that it runs twice`);
      },
    });
    this.#spectator.started?.(member);
    member.life.start();
  }

  /** Each life has a name of its own in a trace. */
  #traceOf(node: string): ((line: string) => void) | undefined {
    const { trace } = this.#spectator;
    return trace && ((line) => trace(JSON.stringify({ ...JSON.parse(line), node })));
  }

  #sync(process: number, clock: VirtualClock): void {
    const { syncMs, syncMsAtFirst } = this.scenario.disks[process]!;
    clock.stand(this.queue.nowMs < this.scenario.calmMs ? syncMsAtFirst : syncMs);
  }

  #dial(from: number, acceptor: string, end: End): boolean {
    return this.#wiring.dial(from, this.scenario.names.indexOf(acceptor), end);
  }

  /** The end of a stream at whom somebody has dialed. */
  #answer(from: number, to: number): End | undefined {
    const member = this.members[to];
    if (member === undefined) return this.#cast.answer(from, to);
    return member.isUp ? member.life!.answer(this.scenario.names[from]!) : undefined;
  }

  #sends(process: number, life: Life | undefined, envelope: Envelope): boolean {
    const member = this.members[process];
    if (member === undefined) {
      this.judge.offeredByVillain(envelope);
      return true;
    }
    if (member.life !== life) return true;
    if (this.#mayEnd(member, "unsent")) return false;
    this.judge.sent(member, envelope);
    if (this.#cast.plotters.isAny) this.#cast.plotters.overhear(envelope);
    return true;
  }

  /** Ends a member that runs, if it is to end at what it does. */
  #mayEnd(member: Member, effect: "sent" | "unsent"): boolean {
    if (!member.isUp || !member.endsAt(effect)) return false;
    this.#ended(member, member.pending!);
    return true;
  }

  #propose(member: Member | undefined, instance: bigint, value: string): void {
    if (!member?.isUp) return;
    const valueHash = hashValue(new TextEncoder().encode(value));
    this.#note(member.name, `offers ${value.slice(0, 20)} in instance ${instance}`);
    const isAway = member.life!.node.instances.get(instance) === undefined;
    if (isAway && member.stored.hasInstance(instance)) this.marks.mark("an instance comes back");
    this.judge.referee(instance).proposed.add(valueHash);
    member.life!.propose(instance, value);
  }

  /** From now on all goes well: those that are down come back, and somebody proposes everywhere. */
  #calm(): void {
    const { proposals, hasLateValues } = this.scenario;
    const instances = new Set(proposals.map(({ instance }) => instance));
    for (const member of this.members) if (member !== undefined) member.pending = undefined;
    noteKept(this);
    this.queue.after(BACK_MS, () => {
      for (const member of this.members) if (member !== undefined) this.#start(member);
      if (!hasLateValues) return;
      for (const instance of instances) {
        this.#propose(this.#prng.pick(this.up())!, instance, `late value of ${instance}`);
      }
    });
  }

  #crash(crash: Crash): void {
    const member = this.members[crash.process];
    if (!member?.isUp) return;
    if (crash.isStop) member.life!.stop();
    if (crash.isStop || crash.effect === undefined) this.#ended(member, crash);
    else member.endAt(crash);
  }

  #ended(member: Member, crash: Crash): void {
    const { isStop, effect = "at once", losesPower, downMs } = crash;
    this.marks.mark(isStop ? "a stop" : `a crash: ${effect}${losesPower ? ", power lost" : ""}`);
    const isRestored = crash.kept < 1 && !isStop;
    this.#note(
      member.name,
      isStop ? "stops" : `crashes, ${effect}, ${crash.kept} of its disk kept`,
    );
    const { life } = member;
    member.ended(crash, this.#prng);
    this.judge.crashed(member);
    this.judge.amnesia.crashed(member, isRestored);
    // Whoever stops says goodbye first.
    if (!isStop) this.#wiring.ended(life, losesPower);
    if (downMs === Infinity) member.isGone = true;
    else this.queue.after(downMs, () => this.#start(member));
  }

  #note(who: string, what: string): void {
    this.#spectator.note?.(this.queue.nowMs, who, what);
  }
}
