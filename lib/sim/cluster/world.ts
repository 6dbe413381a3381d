/**
 * A simulated cluster: the nodes, links and recovery of the programs, several instances at once, in
 * one process and under virtual time, from one seed.
 *
 * @module
 */

import { fullSet } from "../../core/acceptor_set.ts";
import type { AcceptorSet } from "../../core/types.ts";
import { hashValue } from "../../crypto/hash.ts";
import type { Verifier } from "../../crypto/verify.ts";
import { EventQueue } from "../event_queue.ts";
import { Marks } from "../marks.ts";
import { makePrng, type Prng } from "../prng.ts";
import { Violation } from "../referee.ts";
import { makeMembers, type Members } from "./configuration.ts";
import { countSeen, undecided } from "./ending.ts";
import { Judge } from "./judge.ts";
import { Life } from "./life.ts";
import { Member } from "./member.ts";
import { type ClusterScenario, type Crash, isDivided } from "./scenario.ts";
import { Plotters } from "./plotters.ts";
import { askQuestions } from "./questions.ts";
import { StoredJournal } from "./stored_journal.ts";
import { type End, Stream } from "./streams.ts";
import { VirtualClock } from "./time.ts";
import { villainEnd } from "./villains.ts";

/** How often it is looked whether all is over, in milliseconds. */
const GLANCE_MS = 100;

/** Events after which a world has gone mad. */
const EVENTS_MAX = 1_000_000;

/** Everything must be decided so long after calm, in milliseconds and message delays. */
const PATIENCE_MS = 60_000;
const PATIENCE_DELAYS = 400;

/** Told of what happens, for timelines. */
export type Note = (atMs: number, who: string, what: string) => void;

/** See the module. */
export class ClusterWorld {
  readonly queue: EventQueue = new EventQueue();
  readonly scenario: ClusterScenario;
  readonly marks: Marks;
  readonly judge: Judge;
  /** By number; undefined where a villain is. */
  readonly members: readonly (Member | undefined)[];
  readonly #prng: Prng;
  readonly #made: Members;
  readonly #verifier: Verifier | undefined;
  /** By instance and learner: when it was first seen to decide, in milliseconds. */
  readonly decidedMs: Map<string, number> = new Map();
  readonly #note: Note;
  /** With the lives at their ends; undefined for a villain's. */
  readonly #streams: Map<Stream, readonly (Life | undefined)[]> = new Map();
  /** By villain: the twins, the first of which talks to members of even number. */
  readonly #twins: Map<number, readonly [Life, Life]> = new Map();
  readonly #plotters: Plotters;

  /** Nothing has happened yet. */
  constructor(scenario: ClusterScenario, marks: Marks = new Marks(), note: Note = () => {}) {
    this.scenario = scenario;
    this.marks = marks;
    this.#note = note;
    if (scenario.realKeys) marks.mark("a world with real keys");
    this.#prng = makePrng(scenario.seed ^ 0x5eed);
    this.#made = makeMembers(scenario);
    const { graph, names, villains } = scenario;
    const { seals, configDigest } = this.#made;
    this.#verifier = seals.verifier(graph.spec.acceptors, configDigest);
    this.judge = new Judge(graph, marks, this.#honest(), (who, instance, learner) => {
      const decision = `${learner} in instance ${instance}`;
      this.#note(this.queue.nowMs, who, `sees ${decision} decide`);
      if (!this.decidedMs.has(decision)) this.decidedMs.set(decision, this.queue.nowMs);
    });
    this.#plotters = new Plotters({
      ...{ scenario, members: this.#made, queue: this.queue, prng: this.#prng, marks },
      dial: (from, to, end) => void this.#dial(from, names[to]!, end),
    });
    this.judge.attribute = (effects) => this.#plotters.conspiracy.attribute(marks, effects);
    this.members = names.map((_, index) =>
      villains.has(index)
        ? undefined
        : new Member(index, this.#made.configurations[index]!, () => this.#epoch())
    );
  }

  /** The members that run. */
  up(): Member[] {
    return this.members.filter((member): member is Member => member?.isUp === true);
  }

  /** Lets everything happen until all is decided that must be, or time is up. */
  run(): void {
    const { queue, scenario: { proposals, crashes, calmMs, villains, delayMsMax } } = this;
    for (const [index, villainy] of villains) {
      this.marks.mark(`villain: ${villainy}`);
      if (villainy === "twins") this.#startTwins(index);
    }
    this.#plotters.begin(calmMs + 2_000);
    for (const member of this.members) {
      if (member !== undefined) queue.after(this.#prng.between(0, 50), () => this.#start(member));
    }
    for (const { process, instance, value, atMs } of proposals) {
      queue.at(atMs, () => this.#propose(this.members[process]!, instance, value));
    }
    for (const crash of crashes) queue.at(crash.atMs, () => this.#crash(crash));
    queue.at(calmMs, () => this.#calm());
    let isOver = false;
    const glance = () => {
      isOver = undecided(this).length === 0;
      queue.after(GLANCE_MS, glance);
    };
    queue.at(calmMs + 1_000, glance);
    const deadlineMs = calmMs + PATIENCE_MS + PATIENCE_DELAYS * delayMsMax;
    while (!isOver && queue.nowMs < deadlineMs && queue.advance()) {
      if (queue.count > EVENTS_MAX) throw new Violation(`${EVENTS_MAX} events, and no end`);
    }
    countSeen(this);
    if (isOver) {
      const instances = new Set(proposals.map(({ instance }) => instance));
      for (const member of this.up()) askQuestions(member, instances, this.marks);
    }
    if (!isOver) throw new Violation(undecided(this).join("; ") || "it never ended");
  }

  #honest(): AcceptorSet {
    const { graph, villains } = this.scenario;
    let honest = fullSet(graph.acceptorCount);
    for (const index of villains.keys()) honest &= ~(1n << BigInt(index));
    return honest;
  }

  #epoch(): string {
    return [0, 0, 0, 0].map(() => this.#prng.next().toString(16).padStart(8, "0")).join("");
  }

  #start(member: Member): void {
    if (member.isUp) return;
    this.judge.found(member);
    this.#note(this.queue.nowMs, member.name, "starts");
    const { configuration } = member;
    const { skewsMs, leap } = this.scenario;
    const leaps = leap?.process === member.index ? leap : undefined;
    const clock = new VirtualClock(this.queue, skewsMs[member.index]!, leaps);
    member.life = new Life({
      ...{ configuration, clock, verifier: this.#verifier, prng: this.#prng },
      journal: member.open(),
      reaches: () => true,
      isTwin: false,
      observer: this.judge.watch(member, () => this.#ended(member, member.pending!)),
      log: (_, message) => this.#note(this.queue.nowMs, member.name, message),
      dial: (acceptor, end) => this.#dial(member.index, acceptor, end),
      ended: (link, end) => {
        const peer = this.scenario.names.indexOf(link.peer);
        this.judge.ended(member, link, end, this.members[peer] !== undefined);
      },
      identityInUse: () => {
        throw new Violation(`${member.name} is told that it runs twice`);
      },
    });
    member.life.start();
  }

  #startTwins(index: number): void {
    const configuration = this.#made.configurations[index]!;
    const twin = (parity: number) =>
      new Life({
        ...{ configuration, verifier: this.#verifier, prng: this.#prng },
        clock: new VirtualClock(this.queue, this.scenario.skewsMs[index]!),
        journal: new StoredJournal(() => this.#epoch()),
        reaches: (name) => this.scenario.names.indexOf(name) % 2 === parity,
        isTwin: true,
        observer: {},
        log: () => {},
        dial: (acceptor, end) => this.#dial(index, acceptor, end),
        ended: () => {},
        identityInUse: () => {},
      });
    const twins = [twin(0), twin(1)] as const;
    this.#twins.set(index, twins);
    for (const life of twins) life.start();
  }

  /** The end of a stream at whom somebody has dialed. */
  #answer(from: number, to: number): End | undefined {
    const villainy = this.scenario.villains.get(to);
    const { names, calmMs } = this.scenario;
    const caller = names[from]!;
    if (villainy === undefined) {
      const member = this.members[to]!;
      return member.isUp ? member.life!.answer(caller) : undefined;
    }
    if (villainy === "twins") return this.#twins.get(to)?.[from % 2]?.answer(caller);
    if (villainy === "plotter") return this.#plotters.end(to, from);
    return villainEnd({
      configuration: this.#made.configurations[to]!,
      ...{ queue: this.queue, prng: this.#prng, marks: this.marks, villainy },
      untilMs: calmMs + 2_000,
    }, caller);
  }

  #dial(from: number, acceptor: string, end: End): boolean {
    const { names, delayMsMax, windows, breakMs, calmMs } = this.scenario;
    const to = names.indexOf(acceptor);
    if (isDivided(this.scenario.partition, this.queue.nowMs, from, to)) return false;
    const answer = this.#answer(from, to);
    if (answer === undefined) return false;
    const parties = [this.members[from], this.members[to]] as const;
    const lives = parties.map((member) => member?.life);
    const stream = new Stream([end, answer], {
      ...{ queue: this.queue, prng: this.#prng, delayMsMax },
      windows: [windows[from]!, windows[to]!],
      asBytes: this.scenario.realKeys,
      envelopeBytesMax: this.#made.configurations[0]!.limits.envelopeBytesMax,
      sent: (by, envelope) => {
        const member = parties[by];
        if (member === undefined) this.judge.offeredByVillain(envelope);
        else if (lives[by] === member.life) {
          this.judge.sent(member, envelope);
          if (this.#plotters.isAny) this.#plotters.overhear(envelope);
        }
      },
    });
    this.#streams.set(stream, lives);
    this.#breakAtPartition(stream, from, to);
    if (breakMs < Infinity) {
      this.queue.after(this.#prng.between(1, 2 * breakMs), () => {
        if (this.queue.nowMs > calmMs) return;
        this.marks.mark("a link breaks");
        stream.break();
        this.#streams.delete(stream);
      });
    }
    return true;
  }

  #breakAtPartition(stream: Stream, from: number, to: number): void {
    const { partition } = this.scenario;
    if (partition === undefined || partition.side[from] === partition.side[to]) return;
    if (partition.fromMs < this.queue.nowMs) return;
    this.queue.at(partition.fromMs, () => {
      this.marks.mark("a partition");
      stream.break();
    });
  }

  #propose(member: Member, instance: bigint, value: string): void {
    if (!member.isUp) return;
    const valueHash = hashValue(new TextEncoder().encode(value));
    const what = `offers ${value.slice(0, 20)} in instance ${instance}`;
    this.#note(this.queue.nowMs, member.name, what);
    this.judge.referee(instance).proposed.add(valueHash);
    member.life!.propose(instance, value);
  }

  /** From now on all goes well: those that are down come back, and somebody proposes everywhere. */
  #calm(): void {
    const { proposals } = this.scenario;
    const instances = new Set(proposals.map(({ instance }) => instance));
    for (const member of this.members) if (member !== undefined) member.pending = undefined;
    this.queue.after(1_000, () => {
      for (const member of this.members) if (member !== undefined) this.#start(member);
      for (const instance of instances) {
        this.#propose(this.#prng.pick(this.up())!, instance, `late value of ${instance}`);
      }
    });
  }

  #crash(crash: Crash): void {
    const member = this.members[crash.process]!;
    if (!member.isUp) return;
    if (crash.isStop) member.life!.stop();
    if (crash.isStop || crash.commit === undefined) this.#ended(member, crash);
    else member.pending = crash;
  }

  #ended(member: Member, crash: Crash): void {
    const { isStop, commit = "at once", losesPower } = crash;
    this.marks.mark(isStop ? "a stop" : `a crash: ${commit}${losesPower ? ", power lost" : ""}`);
    const { life } = member;
    member.ended(crash, this.#prng);
    this.judge.crashed(member);
    // Whoever stops says goodbye first.
    if (crash.isStop) return void this.queue.after(crash.downMs, () => this.#start(member));
    for (const [stream, lives] of this.#streams) {
      for (const by of [0, 1] as const) {
        if (lives[by] !== life) continue;
        if (crash.losesPower) stream.vanish(by);
        else stream.hangUp(by);
      }
    }
    this.queue.after(crash.downMs, () => this.#start(member));
  }
}
