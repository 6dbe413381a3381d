/**
 * A world for the spoiler: honest acceptors that run the core, some of which propose, on a network
 * whose delay is bounded. It can be copied at any moment, and copies go on alike.
 *
 * @module
 */

import { type Effect, type Input, type InstanceState, step } from "../../core/instance.ts";
import { Agenda } from "../agenda.ts";
import { hasMember } from "../../core/acceptor_set.ts";
import { newDag } from "../../core/dag.ts";
import { newProposer, stepProposer } from "../../core/proposer.ts";
import {
  type AcceptorIndex,
  addMs,
  type Message,
  type MessageId,
  msBetween,
  type Proposal,
  type Timestamp,
} from "../../core/types.ts";
import { LIMITS } from "./limits.ts";
import { Names, valueNamed } from "./names.ts";
import { delayOf, type Lag, LAGS_MAX } from "./network.ts";
import { graphOf, type SpoilScenario, type WindowKeeping } from "./scenario.ts";
import {
  type Act,
  type Due,
  HONEST_MAX,
  MADE_MAX,
  type Order,
  ORDERS_MAX,
  type Setting,
  type Told,
} from "./setting.ts";
import { BY_TIMESTAMPS, isInItsWindow, takePart } from "./timestamps.ts";
import { makeSites, own, share, type Shared, type Site, starvedBySilence } from "./site.ts";

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
  /** When honest proposers have offered, the latest of them. */
  honestMs: readonly number[] = [0];
  /** When it last offered a 1a. */
  offeredMs = -Infinity;
  /** Steps of the core. */
  steps = 0;
  /** The spoiler's latest 1as. */
  made: readonly Proposal[] = [];
  /** What it does to the network. */
  lags: readonly Lag[] = [];
  #orders: readonly Order[] = [];
  /** Stories that liars tell, by name. */
  readonly #twins: Map<string, Shared>;
  readonly sites: readonly Site[];
  #agenda: Agenda<Due> = new Agenda();

  private constructor(readonly setting: Setting, sites: readonly Site[], from?: SpoilWorld) {
    this.sites = sites;
    this.decidedMs = from?.decidedMs.slice() ?? setting.graph.quorums.map(() => undefined);
    this.#twins = new Map();
    if (from === undefined) return;
    for (const [name, twin] of from.#twins) this.#twins.set(name, share(twin));
    this.made = from.made;
    this.lags = from.lags;
    this.#orders = from.#orders;
    this.nowMs = from.nowMs;
    this.violation = from.violation;
    this.told = from.told;
    this.ballots = from.ballots;
    this.honestMs = from.honestMs;
    this.offeredMs = from.offeredMs;
    this.steps = from.steps;
    this.#agenda = from.#agenda.copy();
  }

  /**
   * A world in which nothing has happened.
   *
   * @param keeping By whom windows are kept.
   */
  static make(scenario: SpoilScenario, keeping: WindowKeeping): SpoilWorld {
    const graph = graphOf(scenario);
    const { rotation, hasOthers, windowMsMin, roundMs, patienceMs } = scenario;
    const rule = { rotation, hasOthers, windowMsMin };
    const windows = keeping === "acceptors" ? rule : undefined;
    const kept = { rule, clockSkewMsMax: LIMITS.clockSkewMsMax, roundMs, patienceMs };
    const pace = keeping === "timestamps" ? BY_TIMESTAMPS : kept;
    const names = new Names();
    const judged = newDag();
    const setting = { scenario, graph, names, pace, keeping, judged, forged: new Set<string>() };
    const sites = makeSites(scenario, graph, names, windows, judged);
    const world = new SpoilWorld(setting, sites);
    for (const { acceptor, atMs } of scenario.offerings) {
      world.#put(atMs, sites.findIndex((site) => site.acceptor === acceptor), "propose");
    }
    return world;
  }

  /** A copy that goes on by itself. Costs little until it does. */
  copy(): SpoilWorld {
    return new SpoilWorld(this.setting, this.sites.map(share), this);
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

  /** Whether no learner can decide that has not, as long as liars stay silent. */
  get isStarved(): boolean {
    const starved = starvedBySilence(this.sites, this.setting.graph, this.setting.scenario);
    return this.decidedMs.every((atMs, a) => atMs !== undefined || hasMember(starved, a));
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

  /** Lets the spoiler make a 1a known to itself. */
  keep(proposal: Proposal): void {
    this.made = [...this.made, proposal].slice(-MADE_MAX);
  }

  /** Lets the spoiler slow the network down for some, or for nobody. */
  slow(lag: Lag | undefined): void {
    this.lags = lag === undefined ? [] : [lag, ...this.lags].slice(0, LAGS_MAX);
  }

  /** Lets the spoiler do something whenever an honest proposer offers a 1a. */
  order(order: Order): void {
    this.#orders = [order, ...this.#orders].slice(0, ORDERS_MAX);
  }

  /** A story that a liar tells, to be gone on with. */
  twin(name: string, make: () => InstanceState): InstanceState {
    const twin = this.#twins.get(name) ?? { state: make(), isShared: false };
    this.#twins.set(name, twin);
    own(twin);
    return twin.state;
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
    const value = valueNamed(`v${site.acceptor}`);
    own(site);
    site.proposer = newProposer(value, serves, site.acceptor);
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
    const { scenario, keeping } = this.setting;
    if (keeping === "timestamps" && !isInItsWindow(scenario, message)) return;
    const now = this.clockOf(site.acceptor);
    this.#step(site, { kind: "message", message, source: "peer", now });
    this.#look(site);
  }

  #step(site: Site, input: Input): void {
    this.steps++;
    own(site);
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
    const { setting: { scenario }, lags, sites } = this;
    const from = sites.indexOf(site);
    sites.forEach((other, to) => {
      if (other === site || other.state.dag.has(message.id)) return;
      this.#put(this.nowMs + delayOf(scenario, lags, message, from, to), to, message);
    });
  }

  #look(site: Site): void {
    if (site.proposer === undefined || site.proposer.done) return;
    own(site);
    const { proposer, state, acceptor } = site;
    const { graph, names, pace, keeping, scenario } = this.setting;
    const now = this.clockOf(acceptor);
    if (keeping === "timestamps") {
      const { isNow, next } = takePart(scenario, site, now);
      this.#wakeAt(site, next);
      if (!isNow) return;
    }
    const offered = this.ballots;
    // Windows use no entropy.
    for (const effect of stepProposer(graph, state, proposer, pace, now, 0)) {
      if (effect.kind === "wake" && keeping !== "timestamps") this.#wakeAt(site, effect.at);
      if (effect.kind !== "propose") continue;
      this.ballots++;
      this.honestMs = [this.nowMs, ...this.honestMs].slice(0, HONEST_MAX);
      const message = names.proposalOf(effect.ballot);
      this.note(`acceptor ${acceptor} offers ${effect.ballot.valueHash}`);
      this.#step(site, { kind: "message", message, source: "self", now });
    }
    for (const { ms, isBeforeNext, act } of this.ballots > offered ? this.#orders : []) {
      this.plan(isBeforeNext ? site.wakeMs - ms : this.nowMs + ms, act);
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
