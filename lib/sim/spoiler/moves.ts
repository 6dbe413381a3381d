/**
 * What the spoiler can do: offer 1a's as any identity of its own, to whom and when it likes, and let
 * its acceptors say whatever is well-formed, to each honest one something else.
 *
 * @module
 */

import { step } from "../../core/instance.ts";
import { newInstance } from "../../core/instance.ts";
import { type AcceptorIndex, addMs, type Ballot, compareBallots } from "../../core/types.ts";
import type { Prng } from "../prng.ts";
import { valueNamed } from "./names.ts";
import type { Act, SpoilWorld } from "./world.ts";

/** A move and how long after the beginning of the plan it is made. */
interface Timed {
  readonly inMs: number;
  readonly act: Act;
}

/** What the spoiler means to do, from some moment on. */
export type Plan = readonly Timed[];

/** A 1a of the spoiler's reaches its acceptors so fast, in milliseconds. */
const NEAR_MS = 1;

/** Draws a plan. */
export function drawPlan(world: SpoilWorld, prng: Prng): Plan {
  const { delayMs } = world.setting.scenario;
  const kind = prng.below(10);
  if (kind < 4) return [{ inMs: 0, act: drawOffer(world, prng) }];
  if (kind < 6) return [{ inMs: 0, act: drawTestimony(world, prng) }];
  if (kind < 8) {
    const inMs = prng.between(1, 3 * delayMs);
    return [{ inMs: 0, act: drawOffer(world, prng) }, { inMs, act: drawTestimony(world, prng) }];
  }
  const everyMs = Math.max(1, prng.pick([0.5, 1, 1.5, 2, 3])! * delayMs);
  return Array.from({ length: prng.between(2, 5) }, (_, index) => ({
    inMs: Math.round(index * everyMs),
    act: prng.chance(0.75) ? drawOffer(world, prng) : drawTestimony(world, prng),
  }));
}

/** Lets the spoiler carry out a plan from now on. */
export function carryOut(world: SpoilWorld, plan: Plan): void {
  for (const { inMs, act } of plan) world.plan(world.nowMs + inMs, act);
}

/** A 1a above all others, for some of the honest acceptors; the rest hear of it from them. */
function drawOffer(world: SpoilWorld, prng: Prng): Act {
  const { acceptorCount, liars, strangers, delayMs, offerings } = world.setting.scenario;
  const identities = [...liars];
  for (let i = 0; i < strangers; i++) identities.push(acceptorCount + i);
  const proposer = prng.pick(identities)!;
  const values = [...offerings.map(({ acceptor }) => `v${acceptor}`), "x", "y"];
  const value = valueNamed(prng.pick(values)!);
  const to = drawSites(world, prng);
  const aheadMs = prng.chance(0.8) ? 0 : prng.between(1, 20 * delayMs);
  const isLow = prng.chance(0.1);
  return (now) => {
    const { setting: { scenario: { gapMs }, names }, nowMs } = now;
    if (nowMs < now.offeredMs + gapMs) return;
    now.offeredMs = nowMs;
    const time = addMs(now.clockOf(now.sites[to[0]!]!.acceptor), aheadMs);
    const highest = highestOf(now);
    const above = highest !== undefined && !isLow && compareBallots(highest, time as Ballot) >= 0
      ? addMs(highest, 0.001)
      : time;
    const { seconds, nanos } = above;
    const message = names.proposalOf({ seconds, nanos, valueHash: value, proposer });
    now.inject(message, to, NEAR_MS);
    now.note(`${proposer} offers ${value} to ${listOf(now, to)}${aheadMs > 0 ? ", ahead" : ""}`);
  };
}

/** The highest 1a that an honest acceptor has delivered. */
function highestOf({ sites }: SpoilWorld): Ballot | undefined {
  let highest: Ballot | undefined;
  for (const { state: { view: { highest1a } } } of sites) {
    const ballot = highest1a?.facts.ballot;
    if (ballot === undefined) continue;
    if (highest === undefined || compareBallots(ballot, highest) > 0) highest = ballot;
  }
  return highest;
}

/** Lets a liar say, to some, what it would if it knew exactly what one honest acceptor knows. */
function drawTestimony(world: SpoilWorld, prng: Prng): Act {
  const { liars } = world.setting.scenario;
  const liar = prng.pick(liars)!;
  const branch = prng.chance(0.8) ? 0 : 1;
  const like = prng.below(world.sites.length);
  const to = prng.chance(0.5) ? [like] : drawSites(world, prng);
  return (now) => testify(now, { liar, branch, like, to });
}

interface Testimony {
  readonly liar: AcceptorIndex;
  /** It keeps stories apart: each by itself is an honest one's. */
  readonly branch: number;
  readonly like: number;
  readonly to: readonly number[];
}

const LIMITS = {
  inboxRefsPerPeerMax: 1_000_000,
  inboxWaitMsMax: 1_000_000_000,
  futureProposalsMax: 1_000_000,
  clockSkewMsMax: 1_000_000_000,
};

function testify(world: SpoilWorld, { liar, branch, like, to }: Testimony): void {
  const { setting: { graph, names }, twins, sites } = world;
  const context = { graph, limits: LIMITS, self: liar };
  const name = `${liar}.${branch}`;
  let twin = twins.get(name);
  if (twin === undefined) {
    twin = newInstance(context, names.identify);
    twins.set(name, twin);
  }
  // Far ahead, so that it waits for no 1a's time.
  const now = addMs(world.clockOf(liar), 1_000_000);
  const said = [];
  for (const { message } of sites[like]!.state.dag.values()) {
    if (twin.dag.has(message.id)) continue;
    if (message.kind === "acceptor" && message.signer === liar) continue;
    for (const effect of step(context, twin, { kind: "message", message, source: "peer", now })) {
      if (effect.kind === "send") said.push(effect.entry.message);
    }
  }
  for (const message of said) world.inject(message, to, NEAR_MS);
  if (said.length > 0) {
    world.note(
      `${liar}${branch > 0 ? ", lying," : ""} says ${said.length} to ${listOf(world, to)}`,
    );
  }
}

function drawSites({ sites }: SpoilWorld, prng: Prng): number[] {
  const all = sites.map((_, index) => index);
  const count = prng.chance(0.5) ? 1 : prng.chance(0.3) ? all.length : prng.between(1, all.length);
  return prng.shuffled(all).slice(0, count);
}

function listOf({ sites }: SpoilWorld, to: readonly number[]): string {
  return to.map((site) => sites[site]!.acceptor).sort((a, b) => a - b).join(" ");
}
