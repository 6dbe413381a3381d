/**
 * The spoiler's game: let the world run, and whenever a learner decides, go back to a moment before
 * and look for something to do there that puts it off. The world goes on with what puts it off most.
 *
 * @module
 */

import { makePrng, type Prng } from "../prng.ts";
import { boundMs } from "./bound.ts";
import { carryOut, drawPlan, type Plan } from "./moves.ts";
import { drawSpoilScenario, type SpoilOptions, type SpoilScenario } from "./scenario.ts";
import { SpoilWorld, type Told } from "./world.ts";

/** What has come of a world. */
export interface SpoilReport {
  /** Which. */
  readonly seed: number;
  /** What it was. */
  readonly scenario: SpoilScenario;
  /** When a learner must have decided, in milliseconds from the first honest proposer on. */
  readonly boundMs: number;
  /** When the last learner did; Infinity if it did not within the bound. */
  readonly decidedMs: number;
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
  /** Plans tried each time that a decision is to be put off. */
  readonly plansMax: number;
  /** Times that it puts a decision off. */
  readonly spoilsMax: number;
}

/** What a thousand worlds of a minute leave time for. */
export const EFFORT: Effort = { plansMax: 16, spoilsMax: 400 };

/** Moments to which it can go back. */
const MOMENTS_MAX = 48;

/** Runs the world of a seed. */
export function spoil(
  seed: number,
  options: SpoilOptions & Partial<Effort> = {},
): SpoilReport {
  const scenario = drawSpoilScenario(seed, options);
  const world = SpoilWorld.make(scenario, options.keepsWindows ?? true);
  const game = new Game(scenario, world, { ...EFFORT, ...options });
  return game.play();
}

class Game {
  readonly #prng: Prng;
  readonly #limitMs: number;
  readonly #boundMs: number;
  #moments: SpoilWorld[] = [];
  #steps = 0;
  #spoiled = 0;

  constructor(
    readonly scenario: SpoilScenario,
    private world: SpoilWorld,
    readonly effort: Effort,
  ) {
    this.#prng = makePrng(scenario.seed + 0x5901);
    this.#boundMs = boundMs(scenario);
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
    let best: { moment: number; plan: Plan; untilMs: number } | undefined;
    for (let tries = 0; tries < this.effort.plansMax; tries++) {
      const moment = this.#drawMoment();
      const before = this.#moments[moment]!;
      const plan = drawPlan(before, this.#prng);
      const horizonMs = Math.min(decidedMs + 10 * delayMs, this.#limitMs);
      const branch = before.copy();
      carryOut(branch, plan);
      branch.run(horizonMs);
      this.#steps += branch.steps - before.steps;
      if (branch.violation !== undefined) {
        this.world = branch;
        return true;
      }
      const untilMs = branch.isOver ? branch.nowMs : horizonMs;
      if (untilMs > (best?.untilMs ?? decidedMs + delayMs / 4)) best = { moment, plan, untilMs };
      if (untilMs >= horizonMs) break;
    }
    if (best === undefined) return false;
    this.world = this.#moments[best.moment]!.copy();
    this.#moments = this.#moments.slice(0, best.moment);
    this.#keep();
    carryOut(this.world, best.plan);
    return true;
  }

  /** Mostly one of the latest. */
  #drawMoment(): number {
    const { length } = this.#moments;
    const recent = Math.min(length, 12);
    return this.#prng.chance(0.6)
      ? length - 1 - this.#prng.below(recent)
      : this.#prng.below(length);
  }

  #report(): SpoilReport {
    const { scenario, world } = this;
    const { delayMs, headStartMs, seed } = scenario;
    const decidedMs = world.isOver ? world.nowMs - headStartMs : Infinity;
    const late = world.isOver
      ? undefined
      : `no decision within ${this.#boundMs} ms, ${Math.round(this.#boundMs / delayMs)} delays`;
    return {
      seed,
      scenario,
      boundMs: this.#boundMs,
      decidedMs,
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
