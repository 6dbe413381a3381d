/**
 * 1as of the spoiler's: as any identity of its own, of any value, at any time, to whom it likes.
 *
 * @module
 */

import { windowAt, windowStartMs } from "../../core/schedule.ts";
import { nextTurn } from "../../core/windows.ts";
import {
  addMs,
  type Ballot,
  compareBallots,
  compareTimestamps,
  msBetween,
  type ProposerIndex,
  type Timestamp,
} from "../../core/types.ts";
import type { Prng } from "../prng.ts";
import { valueNamed } from "./names.ts";
import { latestFor } from "./timestamps.ts";
import type { Act } from "./setting.ts";
import type { SpoilWorld } from "./world.ts";

/** A message of the spoiler's reaches acceptors so fast, in milliseconds. */
export const NEAR_MS = 1;

/** What time the ballot has. */
type BallotTime =
  /** That of the receiver's clock, and later by so much; or above all others, if that is later. */
  | { readonly kind: "now"; readonly aheadMs: number }
  /** That of the receiver's clock, even if others are higher. */
  | { readonly kind: "low" }
  /** As early as it may be to be above all others. */
  | { readonly kind: "least" }
  /** So far into the present window, as a part of it, or above all others, if that is later. */
  | { readonly kind: "window"; readonly part: number };

/** When it is sent. */
interface Aim {
  /** At the beginning or the end of a window in which it may be delivered. */
  readonly edge: "begin" | "end";
  /** So much later, in milliseconds. */
  readonly laterMs: number;
}

interface Offer {
  readonly proposer: ProposerIndex;
  readonly value: string;
  /** Positions of those who get it; the others hear of it from them. */
  readonly to: readonly number[];
  readonly time: BallotTime;
}

/** Draws a 1a, to be sent when the act is done. */
export function drawOffer(world: SpoilWorld, prng: Prng, to = drawSites(world, prng)): Act {
  const { acceptorCount, liars, strangers, delayMs, offerings } = world.setting.scenario;
  const identities = [...liars];
  for (let i = 0; i < strangers; i++) identities.push(acceptorCount + i);
  const values = [...offerings.map(({ acceptor }) => `v${acceptor}`), "x", "y"];
  const offer = {
    proposer: prng.pick(identities)!,
    value: prng.pick(values)!,
    to,
    time: drawTime(prng, delayMs),
  };
  if (!prng.chance(0.1)) return (now) => send(now, offer);
  const laterMs = prng.pick([-2, -1, -0.5, 0, 0.5, 1])! * delayMs;
  const aim: Aim = { edge: prng.chance(0.5) ? "begin" : "end", laterMs };
  return (now) => now.plan(now.nowMs + waitMs(now, offer, aim), (then) => send(then, offer));
}

/** At one moment to each of some acceptors another 1a. */
export function drawSplit(world: SpoilWorld, prng: Prng): Act {
  const offers = drawSites(world, prng).map((site) => drawOffer(world, prng, [site]));
  return (now) => {
    for (const offer of offers) offer(now);
  };
}

/** Positions of some honest acceptors: one, some or all, the first of them by chance. */
export function drawSites({ sites }: SpoilWorld, prng: Prng): number[] {
  const all = sites.map((_, index) => index);
  const count = prng.chance(0.5) ? 1 : prng.chance(0.3) ? all.length : prng.between(1, all.length);
  return prng.shuffled(all).slice(0, count);
}

/** For the story. */
export function listOf({ sites }: SpoilWorld, to: readonly number[]): string {
  return to.map((site) => sites[site]!.acceptor).sort((a, b) => a - b).join(" ");
}

function drawTime(prng: Prng, delayMs: number): BallotTime {
  const kind = prng.below(20);
  if (kind < 15) return { kind: "now", aheadMs: 0 };
  if (kind < 17) return { kind: "now", aheadMs: prng.between(1, 20 * delayMs) };
  if (kind < 18) return { kind: "low" };
  if (kind < 19) return { kind: "least" };
  return { kind: "window", part: prng.pick([0.01, 0.06, 0.12, 0.2, 0.3])! };
}

function send(world: SpoilWorld, { proposer, value, to, time }: Offer): void {
  const { setting: { scenario: { gapMs }, names }, nowMs } = world;
  if (nowMs < world.offeredMs + gapMs) return;
  world.offeredMs = nowMs;
  const { scenario, keeping } = world.setting;
  const wished = timeOf(world, to[0]!, time);
  const { seconds, nanos } = keeping === "timestamps"
    ? latestFor(scenario, proposer, wished)
    : wished;
  const message = names.proposalOf({ seconds, nanos, valueHash: valueNamed(value), proposer });
  world.keep(message);
  world.inject(message, to, NEAR_MS);
  const how = time.kind === "now" && time.aheadMs === 0 ? "" : `, ${time.kind}`;
  world.note(`${proposer} offers ${value} to ${listOf(world, to)}${how}`);
}

function timeOf(world: SpoilWorld, to: number, time: BallotTime): Timestamp {
  const site = world.sites[to]!;
  const clock = world.clockOf(site.acceptor);
  if (time.kind === "low") return clock;
  const highest = highestOf(world);
  const above = highest && addMs(highest, 0.001);
  if (time.kind === "least") return above ?? clock;
  let wished = clock;
  if (time.kind === "now") wished = addMs(clock, time.aheadMs);
  else {
    const { origin } = site.state.windows;
    const { windowMsMin } = world.setting.scenario;
    if (origin !== undefined) {
      const index = windowAt(windowMsMin, msBetween(origin, clock));
      const partMs = time.part * windowMsMin * (index + 1);
      wished = addMs(origin, windowStartMs(windowMsMin, index) + partMs);
    }
  }
  return above !== undefined && compareTimestamps(above, wished) >= 0 ? above : wished;
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

/** How long until the edge of a window of the proposer's, by the first receiver's clock. */
function waitMs(world: SpoilWorld, { proposer, to }: Offer, { edge, laterMs }: Aim): number {
  const { rotation, hasOthers, windowMsMin } = world.setting.scenario;
  const site = world.sites[to[0]!]!;
  const { origin, first } = site.state.windows;
  if (origin === undefined || (!hasOthers && !rotation.includes(proposer))) return 0;
  const rule = { rotation, hasOthers, windowMsMin };
  const elapsedMs = msBetween(origin, world.clockOf(site.acceptor));
  const present = windowAt(windowMsMin, elapsedMs);
  const index = nextTurn(rule, first, proposer, present + (edge === "begin" ? 1 : 0));
  const edgeMs = windowStartMs(windowMsMin, edge === "begin" ? index : index + 1);
  return Math.max(0, Math.ceil(edgeMs - elapsedMs + laterMs) - NEAR_MS);
}
