/**
 * What the spoiler can do: offer 1as as any identity of its own, let its acceptors say whatever is
 * well-formed, to each honest one something else, and let the network be as slow as it may be.
 *
 * @module
 */

import type { Prng } from "../prng.ts";
import { drawOffer, drawSplit } from "./offers.ts";
import { drawTestimony, says } from "./testimony.ts";
import type { Act, Order } from "./setting.ts";
import type { SpoilWorld } from "./world.ts";

/** A move and how long after the beginning of the plan it is made. */
interface Timed {
  readonly inMs: number;
  readonly act: Act;
}

/** What the spoiler means to do, from some moment on. */
export type Plan = readonly Timed[];

/** Draws a plan. */
export function drawPlan(world: SpoilWorld, prng: Prng): Plan {
  const { delayMs } = world.setting.scenario;
  const kind = prng.below(40);
  const offer = () => drawOffer(world, prng);
  const say = () => drawTestimony(world, prng);
  if (kind < 14) return [{ inMs: 0, act: offer() }];
  if (kind < 20) return [{ inMs: 0, act: say() }];
  if (kind < 27) {
    return [{ inMs: 0, act: offer() }, { inMs: prng.between(1, 3 * delayMs), act: say() }];
  }
  if (kind < 34) {
    const everyMs = Math.max(1, prng.pick([0.5, 1, 1.5, 2, 3])! * delayMs);
    return Array.from({ length: prng.between(2, 5) }, (_, index) => ({
      inMs: Math.round(index * everyMs),
      act: prng.chance(0.75) ? offer() : say(),
    }));
  }
  if (kind < 35) {
    const slow = { inMs: 0, act: drawLag(world, prng) };
    return prng.chance(0.5) ? [slow] : [slow, { inMs: prng.between(0, 2 * delayMs), act: offer() }];
  }
  if (kind < 38) return [{ inMs: 0, act: drawOrders(world, prng) }];
  if (kind < 39) return [{ inMs: 0, act: drawSplit(world, prng) }];
  return [{ inMs: 0, act: offer() }, { inMs: 0, act: say() }, { inMs: delayMs, act: say() }];
}

/** A plan, and another one from some time after its beginning on. */
export function drawLonger(plan: Plan, world: SpoilWorld, prng: Prng, withinMs: number): Plan {
  const inMs = prng.between(0, Math.max(1, Math.round(withinMs)));
  const then = drawPlan(world, prng).map((each) => ({ ...each, inMs: inMs + each.inMs }));
  return [...plan, ...then];
}

/** Lets the spoiler carry out a plan from now on. */
export function carryOut(world: SpoilWorld, plan: Plan): void {
  for (const { inMs, act } of plan) world.plan(world.nowMs + inMs, act);
}

/** Slows some down, or nobody any more. */
function drawLag({ sites }: SpoilWorld, prng: Prng): Act {
  if (prng.chance(0.25)) return (now) => now.slow(undefined);
  const all = 2 ** sites.length - 1;
  const one = () => 1 << prng.below(sites.length);
  const some = () => prng.between(1, all);
  const from = prng.pick([one, some, () => all])!();
  const lag = {
    from,
    to: prng.pick([one, some, () => all, () => all & ~from])!(),
    what: prng.pick(["1a", "acceptor", "all"] as const)!,
    isRestFast: prng.chance(0.7),
  };
  return (now) => {
    now.slow(lag);
    now.note(`slow from ${lag.from.toString(2)} to ${lag.to.toString(2)}: ${lag.what}`);
  };
}

function drawAnyOrders(world: SpoilWorld, prng: Prng): Order[] {
  const { delayMs } = world.setting.scenario;
  return Array.from({ length: prng.between(1, 3) }, () => ({
    ms: prng.between(0, 4 * delayMs),
    isBeforeNext: prng.chance(0.5),
    act: prng.chance(0.3) ? drawOffer(world, prng) : drawTestimony(world, prng),
  }));
}

/**
 * A liar votes with one acceptor by one story and with another by another, each time so late that the
 * proposer hears of what these send only when it has chosen its next value.
 */
function drawFeud(world: SpoilWorld, prng: Prng): Order[] {
  const { liars, delayMs } = world.setting.scenario;
  const liar = prng.pick(liars)!;
  return prng.shuffled(world.sites.map((_, site) => site)).slice(0, 2).map((site, branch) => ({
    ms: prng.between(1, 2 * delayMs),
    isBeforeNext: true,
    act: says({ liar, branch, like: site, to: [site] }),
  }));
}

/** After each honest 1a, or before each, from then on: 1as, or what liars say, to each something else. */
function drawOrders(world: SpoilWorld, prng: Prng): Act {
  const orders = prng.chance(0.5) ? drawFeud(world, prng) : drawAnyOrders(world, prng);
  return (now) => {
    for (const order of orders) now.order(order);
    const times = orders.map(({ ms, isBeforeNext }) =>
      `${ms} ms ${isBeforeNext ? "before" : "after"}`
    );
    now.note(`from now on ${times.join(" and ")} each honest 1a:`);
  };
}
