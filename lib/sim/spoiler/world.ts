/**
 * A world for the spoiler: honest acceptors that run the core, some of which propose, on a network
 * whose delay is bounded. It can be copied at any moment, and copies go on alike.
 *
 * @module
 */

import {
  type CoreContext,
  type Effect,
  type Input,
  type InstanceState,
  newInstance,
  step,
} from "../../core/instance.ts";
import { cloneInstance } from "../clone.ts";
import { Agenda } from "../agenda.ts";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import { newProposer, type Pace, type ProposerState, stepProposer } from "../../core/proposer.ts";
import {
  type AcceptorIndex,
  addMs,
  type Message,
  type MessageId,
  msBetween,
  type Timestamp,
} from "../../core/types.ts";
import { scramble } from "../prng.ts";
import { LIMITS } from "./limits.ts";
import { Names, valueNamed } from "./names.ts";
import { graphOf, type SpoilScenario } from "./scenario.ts";

/** An honest acceptor, and the proposer that it is if it is one. */
export interface Site {
  /** Which acceptor. */
  readonly acceptor: AcceptorIndex;
  /** What it is told besides messages. */
  readonly context: CoreContext;
  /** The core's part. */
  readonly state: InstanceState;
  /** Since it has been asked to propose. */
  proposer: ProposerState | undefined;
  /** When it is woken next, in milliseconds; Infinity if it is not. */
  wakeMs: number;
}

/** Something that the spoiler does when its time comes. */
export interface Act {
  /** Does it. */
  (world: SpoilWorld): void;
}

interface Due {
  /** Position among the sites; -1 for an act. */
  readonly to: number;
  readonly what: Message | "wake" | "propose" | Act;
}

/** What copies of a world share: none of it changes what happens. */
export interface Setting {
  readonly scenario: SpoilScenario;
  readonly graph: LearnerGraph;
  readonly names: Names;
  readonly pace: Pace;
  /** Ids of messages that the spoiler has made. */
  readonly forged: Set<string>;
}

/** What has been told, latest first. */
export interface Told {
  readonly atMs: number;
  readonly text: string;
  readonly before: Told | undefined;
}

const START_SECONDS = 1_000_000;

/** A world at a moment. */
export class SpoilWorld {
  nowMs = 0;
  /** By learner: when the first honest acceptor knew its decision. */
  readonly decidedMs: (number | undefined)[];
  /** What went wrong, if anything has: two decisions that were not to differ. */
  violation: string | undefined;
  /** What the spoiler did, and what came of it. */
  told: Told | undefined;
  /** 1as that honest proposers have offered. */
  ballots = 0;
  /** When the spoiler last offered a 1a. */
  offeredMs = -Infinity;
  /** Steps of the core. */
  steps = 0;
  /** Instances that liars use, by name, made when first needed. */
  readonly twins: Map<string, InstanceState>;
  readonly sites: readonly Site[];
  #agenda: Agenda<Due> = new Agenda();

  private constructor(readonly setting: Setting, sites: readonly Site[], from?: SpoilWorld) {
    this.sites = sites;
    this.decidedMs = from?.decidedMs.slice() ?? setting.graph.quorums.map(() => undefined);
    this.twins = new Map();
    if (from === undefined) return;
    for (const [name, twin] of from.twins) this.twins.set(name, cloneInstance(twin));
    this.nowMs = from.nowMs;
    this.violation = from.violation;
    this.told = from.told;
    this.ballots = from.ballots;
    this.offeredMs = from.offeredMs;
    this.steps = from.steps;
    this.#agenda = from.#agenda.copy();
  }

  /**
   * A world in which nothing has happened.
   *
   * @param keepsWindows Whether acceptors keep windows. If not, proposers alone do.
   */
  static make(scenario: SpoilScenario, keepsWindows: boolean): SpoilWorld {
    const graph = graphOf(scenario);
    const { rotation, hasOthers, windowMsMin } = scenario;
    const rule = { rotation, hasOthers, windowMsMin };
    const windows = keepsWindows ? rule : undefined;
    const pace = { rule, clockSkewMsMax: LIMITS.clockSkewMsMax };
    const names = new Names();
    const setting = { scenario, graph, names, pace, forged: new Set<string>() };
    const sites = Array.from({ length: scenario.acceptorCount }, (_, acceptor) => acceptor)
      .filter((acceptor) => !scenario.liars.includes(acceptor))
      .map((acceptor): Site => {
        const context = { graph, limits: LIMITS, self: acceptor, windows };
        const state = newInstance(context, names.identify);
        return { acceptor, context, state, proposer: undefined, wakeMs: Infinity };
      });
    const world = new SpoilWorld(setting, sites);
    for (const { acceptor, atMs } of scenario.offerings) {
      world.#put(atMs, sites.findIndex((site) => site.acceptor === acceptor), "propose");
    }
    return world;
  }

  /** A copy that goes on by itself. Costs as much as there are messages, copies and acceptors. */
  copy(): SpoilWorld {
    const sites = this.sites.map(({ acceptor, context, state, proposer, wakeMs }): Site => ({
      acceptor,
      context,
      state: cloneInstance(state),
      proposer: proposer && { ...proposer },
      wakeMs,
    }));
    return new SpoilWorld(this.setting, sites, this);
  }

  /** Lets things happen until a time, or until all learners have decided. */
  run(untilMs: number): void {
    while (!this.isOver && this.#agenda.nextMs <= untilMs) {
      const { atMs, what: { to, what } } = this.#agenda.take();
      this.nowMs = atMs;
      if (typeof what === "function") what(this);
      else if (what === "propose") this.#propose(this.sites[to]!);
      else if (what === "wake") this.#wake(this.sites[to]!);
      else this.#receive(this.sites[to]!, what);
    }
    if (!this.isOver) this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** Whether all learners have decided, or something went wrong. */
  get isOver(): boolean {
    return this.violation !== undefined || this.decidedMs.every((atMs) => atMs !== undefined);
  }

  /** Lets the spoiler do something at a time. */
  plan(atMs: number, act: Act): void {
    this.#put(Math.max(atMs, this.nowMs), -1, act);
  }

  /** Lets a message of the spoiler's reach some acceptors in so many milliseconds. */
  inject(message: Message, to: Iterable<number>, inMs: number): void {
    this.setting.forged.add(message.id);
    for (const site of to) this.#put(this.nowMs + inMs, site, message);
  }

  /** What an acceptor's clock shows. */
  clockOf(acceptor: AcceptorIndex): Timestamp {
    const ms = this.nowMs + this.setting.scenario.clockMs[acceptor]!;
    return addMs({ seconds: START_SECONDS, nanos: 0 }, ms);
  }

  /** Takes note of something. */
  note(text: string): void {
    this.told = { atMs: this.nowMs, text, before: this.told };
  }

  #propose(site: Site): void {
    const { graph } = this.setting;
    const serves = (1n << BigInt(graph.learnerCount)) - 1n;
    const own = valueNamed(`v${site.acceptor}`);
    site.proposer = newProposer(own, serves, site.acceptor);
    this.#look(site);
  }

  #wake(site: Site): void {
    if (site.wakeMs > this.nowMs) return;
    site.wakeMs = Infinity;
    this.#step(site, { kind: "tick", now: this.clockOf(site.acceptor) });
    this.#look(site);
  }

  #receive(site: Site, message: Message): void {
    if (site.state.dag.has(message.id)) return;
    const now = this.clockOf(site.acceptor);
    this.#step(site, { kind: "message", message, source: "peer", now });
    this.#look(site);
  }

  #step(site: Site, input: Input): void {
    this.steps++;
    for (const effect of step(site.context, site.state, input)) this.#apply(site, effect);
  }

  #apply(site: Site, effect: Effect): void {
    switch (effect.kind) {
      case "send":
        return this.#broadcast(site, effect.entry.message);
      case "deliver": {
        const { entry: { message }, source } = effect;
        if (source === "self" || this.setting.forged.has(message.id)) {
          this.#broadcast(site, message);
        }
        return;
      }
      case "request":
        return this.#fetch(site, effect.ids);
      case "wake":
        return this.#wakeAt(site, effect.at);
      case "decide":
        return this.#decided(site, effect.decision.learner, effect.decision.ballot.valueHash);
      case "disagree":
        if (effect.disagreement.entangled) this.violation = "two decisions differ";
    }
  }

  /** What is asked for comes from whoever knows it, after there and back. */
  #fetch(site: Site, ids: readonly MessageId[]): void {
    const { delayMs } = this.setting.scenario;
    for (const id of ids) {
      const known = this.sites.find(({ state }) => state.dag.has(id))?.state.dag.get(id);
      if (known === undefined) continue;
      this.#put(this.nowMs + 2 * delayMs, this.sites.indexOf(site), known.message);
    }
  }

  #decided(site: Site, learner: number, value: string): void {
    if (this.decidedMs[learner] !== undefined) return;
    this.decidedMs[learner] = this.nowMs;
    this.note(`learner ${learner} decides ${value} at acceptor ${site.acceptor}`);
  }

  #broadcast(site: Site, message: Message): void {
    const { delayMs, delayMsMin, seed } = this.setting.scenario;
    const number = parseInt(message.id, 36);
    this.sites.forEach((other, to) => {
      if (other === site || other.state.dag.has(message.id)) return;
      const draw = scramble(seed ^ Math.imul(number * 31 + to * 7 + site.acceptor, 0x9e3779b1));
      const ms = delayMsMin + draw % (delayMs - delayMsMin + 1);
      this.#put(this.nowMs + ms, to, message);
    });
  }

  #look(site: Site): void {
    const { proposer, state, acceptor } = site;
    if (proposer === undefined || proposer.done) return;
    const { graph, names, pace } = this.setting;
    const now = this.clockOf(acceptor);
    const entropy = scramble(Math.imul(acceptor + 1, 77) + proposer.ballots) / 2 ** 32;
    for (const effect of stepProposer(graph, state, proposer, pace, now, entropy)) {
      if (effect.kind === "wake") this.#wakeAt(site, effect.at);
      if (effect.kind !== "propose") continue;
      this.ballots++;
      const message = names.proposalOf(effect.ballot);
      this.note(`acceptor ${acceptor} offers ${effect.ballot.valueHash}`);
      this.#step(site, { kind: "message", message, source: "self", now });
    }
  }

  #wakeAt(site: Site, at: Timestamp): void {
    const inMs = Math.ceil(msBetween(this.clockOf(site.acceptor), at));
    const atMs = this.nowMs + Math.max(inMs, 0);
    if (site.wakeMs <= atMs) return;
    site.wakeMs = atMs;
    this.#put(atMs, this.sites.indexOf(site), "wake");
  }

  #put(atMs: number, to: number, what: Due["what"]): void {
    this.#agenda.put(atMs, { to, what });
  }
}
