/**
 * The spoiler's game: let the world run, and whenever a learner decides, go back to a moment before
 * and look for something to do there that puts it off. The world goes on with what puts it off most.
 *
 * @module
 */

import { makePrng, type Prng } from "../prng.ts";
import { boundMs } from "./bound.ts";
import { carryOut, drawLonger, drawPlan, type Plan } from "./moves.ts";
import {
  drawSpoilScenario,
  type SpoilOptions,
  type SpoilScenario,
  type WindowKeeping,
} from "./scenario.ts";
import type { Told } from "./setting.ts";
import { SpoilWorld } from "./world.ts";

/** What has come of a world. */
export interface SpoilReport {
  /** Which. */
  readonly seed: number;
  /** What it was. */
  readonly scenario: SpoilScenario;
  /** When a learner must have decided, in milliseconds from the first honest proposer on. */
  readonly boundMs: number;
  /** When the last learner did that is not starved; Infinity if it did not within the bound. */
  readonly decidedMs: number;
  /** Whether a learner is starved: the protocol promises such a one nothing while nobody is caught. */
  readonly starves: boolean;
  /** 1as of honest proposers. */
  readonly ballots: number;
  /** How often the spoiler has put a decision off. */
  readonly spoiled: number;
  /** Steps of the core in all branches, for the cost. */
  readonly steps: number;
  /** What went wrong; undefined if nothing did. */
  readonly violation: string | undefined;
  /** What happened, in order. */
  readonly story: readonly string[];
}

/** How hard the spoiler looks. */
export interface Effort {
  /** Plans tried each time that a decision is to be put off, to begin with. */
  readonly plansMin: number;
  /** And so many when it goes well: the longer it has, the harder it is to go on. */
  readonly plansMax: number;
  /** Times that it puts a decision off. */
  readonly spoilsMax: number;
}

/** What a thousand worlds of a minute leave time for. */
export const EFFORT: Effort = { plansMin: 12, plansMax: 32, spoilsMax: 400 };

/** Moments to which it can go back. */
const MOMENTS_MAX = 48;

/** More plans tried for each decision that it has put off. */
const PLANS_MORE = 2;

/** Plans that have worked are tried again: the latest so many. */
const WORKED_MAX = 6;

/** Plans that went best are gone on with: so many. */
const PROMISING_MAX = 3;

/** A plan is made longer up to this number of acts. */
const ACTS_MAX = 12;

/** A plan that was tried, and what came of it. */
interface Attempt {
  readonly moment: number;
  readonly plan: Plan;
  /** When the decision came then. */
  readonly untilMs: number;
}

/** Runs the world of a seed. */
export function spoil(seed: number, options: SpoilOptions & Partial<Effort> = {}): SpoilReport {
  return spoilIn(drawSpoilScenario(seed, options), options);
}

/** Runs a world. */
export function spoilIn(
  scenario: SpoilScenario,
  options: SpoilOptions & Partial<Effort> = {},
): SpoilReport {
  const keeping = options.windows ?? "acceptors";
  const world = SpoilWorld.make(scenario, keeping);
  const effort = options.isQuiet ? { plansMin: 0, plansMax: 0, spoilsMax: 0 } : EFFORT;
  const game = new Game(scenario, world, { ...effort, ...options }, keeping);
  return game.play();
}

class Game {
  readonly #prng: Prng;
  readonly #limitMs: number;
  readonly #boundMs: number;
  #moments: SpoilWorld[] = [];
  #steps = 0;
  #spoiled = 0;
  /** Plans that have put a decision off, and how long before it they began; the latest first. */
  #worked: readonly { readonly plan: Plan; readonly leadMs: number }[] = [];

  constructor(
    readonly scenario: SpoilScenario,
    private world: SpoilWorld,
    readonly effort: Effort,
    keeping: WindowKeeping,
  ) {
    this.#prng = makePrng(scenario.seed + 0x5901);
    this.#boundMs = boundMs(scenario, keeping);
    this.#limitMs = scenario.headStartMs + this.#boundMs;
  }

  play(): SpoilReport {
    if (this.scenario.headStartMs > 0) carryOut(this.world, drawPlan(this.world, this.#prng));
    for (;;) {
      this.#forward();
      if (this.world.violation !== undefined || !this.world.isOver) break;
      if (this.#spoiled >= this.effort.spoilsMax || !this.#putOff()) break;
      this.#spoiled++;
    }
    return this.#report();
  }

  /** On to the decision, or to the time at which it is overdue, keeping moments to go back to. */
  #forward(): void {
    const { delayMs, mischief } = this.scenario;
    const everyMs = Math.max(1, Math.floor(delayMs / 2));
    while (!this.world.isOver && this.world.nowMs < this.#limitMs) {
      this.#keep();
      if (this.#prng.below(100) < mischief) {
        carryOut(this.world, drawPlan(this.world, this.#prng));
      }
      this.world.run(Math.min(this.world.nowMs + everyMs, this.#limitMs));
    }
    this.#steps += this.world.steps;
  }

  #keep(): void {
    this.#moments.push(this.world.copy());
    if (this.#moments.length <= MOMENTS_MAX) return;
    const recent = this.#moments.length - MOMENTS_MAX / 2;
    this.#moments = this.#moments.filter((_, index) => index >= recent || index % 2 === 0);
  }

  /** Whether the spoiler finds a plan that puts the decision off; then the world goes on with it. */
  #putOff(): boolean {
    const { delayMs } = this.scenario;
    const decidedMs = this.world.nowMs;
    const horizonMs = Math.min(decidedMs + 10 * delayMs, this.#limitMs);
    const tried: Attempt[] = [];
    const { plansMin, plansMax } = this.effort;
    const plans = Math.min(plansMax, plansMin + PLANS_MORE * this.#spoiled);
    for (let tries = 0; tries < plans; tries++) {
      const { moment, plan } = this.#drawAttempt(tried, tries);
      const before = this.#moments[moment]!;
      const branch = before.copy();
      carryOut(branch, plan);
      branch.run(horizonMs);
      this.#steps += branch.steps - before.steps;
      if (branch.violation !== undefined) {
        this.world = branch;
        return true;
      }
      const untilMs = branch.isOver ? branch.nowMs : horizonMs;
      tried.push({ moment, plan, untilMs });
      tried.sort((a, b) => b.untilMs - a.untilMs).splice(PROMISING_MAX);
      if (untilMs >= horizonMs) break;
    }
    const best = tried[0];
    if (best === undefined || best.untilMs <= decidedMs + delayMs / 4) return false;
    const leadMs = decidedMs - this.#moments[best.moment]!.nowMs;
    this.#worked = [{ plan: best.plan, leadMs }, ...this.#worked].slice(0, WORKED_MAX);
    this.world = this.#moments[best.moment]!.copy();
    this.#moments = this.#moments.slice(0, best.moment);
    this.#keep();
    carryOut(this.world, best.plan);
    return true;
  }

  /**
   * What has worked before, again; what went best so far, and more, which looks further ahead than
   * one plan; or something new.
   */
  #drawAttempt(tried: readonly Attempt[], tries: number): Pick<Attempt, "moment" | "plan"> {
    const prng = this.#prng;
    const worked = prng.chance(0.2) ? prng.pick(this.#worked) : undefined;
    if (worked !== undefined) return { moment: this.#momentAt(worked.leadMs), plan: worked.plan };
    const promising = tries >= this.effort.plansMin / 2 && prng.chance(0.3)
      ? prng.pick(tried)
      : undefined;
    if (promising !== undefined && promising.plan.length < ACTS_MAX) {
      const { moment, plan, untilMs } = promising;
      const before = this.#moments[moment]!;
      return { moment, plan: drawLonger(plan, before, prng, untilMs - before.nowMs) };
    }
    const moment = this.#drawMoment();
    return { moment, plan: drawPlan(this.#moments[moment]!, prng) };
  }

  /** About so long before the decision. */
  #momentAt(leadMs: number): number {
    const atMs = this.world.nowMs - leadMs;
    const found = this.#moments.findLastIndex(({ nowMs }) => nowMs <= atMs);
    const moment = Math.max(0, found) + this.#prng.between(-1, 1);
    return Math.min(Math.max(0, moment), this.#moments.length - 1);
  }

  /** When an honest proposer offered, about; or one of the latest; or any. */
  #drawMoment(): number {
    const { length } = this.#moments;
    const prng = this.#prng;
    const kind = prng.below(10);
    if (kind < 2) {
      const offeredMs = prng.pick(this.world.honestMs)!;
      const { delayMs } = this.scenario;
      return this.#momentAt(this.world.nowMs - offeredMs - prng.between(-delayMs, 2 * delayMs));
    }
    return length - 1 - prng.below(kind < 7 ? Math.min(length, 12) : length);
  }

  #report(): SpoilReport {
    const { scenario, world } = this;
    const { delayMs, headStartMs, seed } = scenario;
    const starves = !world.isOver && world.isStarved;
    const latestMs = Math.max(0, ...world.decidedMs.map((atMs) => atMs ?? 0));
    const untilMs = world.isOver ? world.nowMs : starves ? latestMs : Infinity;
    const decidedMs = untilMs - headStartMs;
    const late = world.isOver || world.isStarved
      ? undefined
      : `no decision within ${this.#boundMs} ms, ${Math.round(this.#boundMs / delayMs)} delays`;
    return {
      seed,
      scenario,
      boundMs: this.#boundMs,
      decidedMs,
      starves,
      ballots: world.ballots,
      spoiled: this.#spoiled,
      steps: this.#steps,
      violation: world.violation ?? late,
      story: storyOf(world.told),
    };
  }
}

function storyOf(told: Told | undefined): string[] {
  const lines: string[] = [];
  for (let each = told; each !== undefined; each = each.before) {
    lines.push(`${String(each.atMs).padStart(7)} ms  ${each.text}`);
  }
  return lines.reverse();
}
