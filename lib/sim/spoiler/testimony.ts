/**
 * What the spoiler's acceptors say: anything well-formed, to each honest one something else.
 *
 * @module
 */

import { newInstance, step } from "../../core/instance.ts";
import {
  type AcceptorIndex,
  addMs,
  type Ballot,
  compareBallots,
  type Message,
} from "../../core/types.ts";
import type { Prng } from "../prng.ts";
import { ROOMY } from "./limits.ts";
import { drawSites, listOf, NEAR_MS } from "./offers.ts";
import type { Act } from "./setting.ts";
import type { SpoilWorld } from "./world.ts";

interface Testimony {
  readonly liar: AcceptorIndex;
  /** It keeps stories apart: each by itself is an honest one's. */
  readonly branch: number;
  /** Position of the honest acceptor from whom it has what it knows. */
  readonly like: number;
  /** How many of the latest 1as it does not know of, nor of what was said of them. */
  readonly behind: number;
  /** Whether it knows the spoiler's own 1as, before anybody honest does. */
  readonly knowsMade: boolean;
  /** Positions of those who hear it; the others hear of it from them. */
  readonly to: readonly number[];
  /** It is held back so long, in milliseconds. */
  readonly laterMs: number;
}

/** Draws what a liar says when the act is done. */
export function drawTestimony(world: SpoilWorld, prng: Prng): Act {
  const { liars, delayMs } = world.setting.scenario;
  const like = prng.below(world.sites.length);
  const testimony = {
    liar: prng.pick(liars)!,
    branch: prng.chance(0.6) ? 0 : 1,
    like,
    behind: prng.chance(0.85) ? 0 : prng.between(1, 2),
    knowsMade: prng.chance(0.2),
    to: prng.chance(0.5) ? [like] : drawSites(world, prng),
    laterMs: prng.chance(0.9) ? 0 : prng.between(1, prng.pick([3, 20])! * delayMs),
  };
  return (now) => testify(now, testimony);
}

/** Lets a liar say, to some, what it would if it knew what one of them knows. */
export function says(what: Pick<Testimony, "liar" | "branch" | "like" | "to">): Act {
  return (now) => testify(now, { ...what, behind: 0, knowsMade: false, laterMs: 0 });
}

function testify(world: SpoilWorld, testimony: Testimony): void {
  const { setting: { graph, names, judged }, sites, made } = world;
  const { liar, branch, like, behind, knowsMade, to, laterMs } = testimony;
  const context = { graph, limits: ROOMY, self: liar, judged };
  const twin = world.twin(`${liar}.${branch}`, () => newInstance(context, names.identify));
  // Far ahead, so that it waits for no 1a's time.
  const now = addMs(world.clockOf(liar), 1_000_000);
  const said: Message[] = [];
  const hear = (message: Message) => {
    if (twin.dag.has(message.id) || twin.inbox.waiting.has(message.id)) return;
    if (message.kind === "acceptor" && message.signer === liar) return;
    for (const effect of step(context, twin, { kind: "message", message, source: "peer", now })) {
      if (effect.kind === "send") said.push(effect.entry.message);
    }
  };
  const { dag } = sites[like]!.state;
  const unknown = behind === 0 ? undefined : nthHighest(world, like, behind);
  for (const { message, facts: { ballot, tips } } of dag.values()) {
    if (unknown !== undefined && compareBallots(ballot, unknown) >= 0) continue;
    // What has heard another story of the liar's would wait in this one for ever.
    if (tips[liar]?.some((tip) => !twin.dag.has(tip.message.id))) continue;
    hear(message);
  }
  if (knowsMade) { for (const proposal of made) hear(proposal); }
  for (const message of said) world.inject(message, to, NEAR_MS + laterMs);
  if (said.length === 0) return;
  const how = `${branch > 0 ? ", lying," : ""}${laterMs > 0 ? ` in ${laterMs} ms` : ""}`;
  world.note(`${liar} says${how} ${said.length} to ${listOf(world, to)}`);
}

/** The ballot that only so many less one that an acceptor knows are above; undefined if it knows fewer. */
function nthHighest({ sites }: SpoilWorld, site: number, count: number): Ballot | undefined {
  const ballots: Ballot[] = [];
  for (const { message } of sites[site]!.state.dag.values()) {
    if (message.kind === "1a") ballots.push(message.ballot);
  }
  return ballots.sort((a, b) => compareBallots(b, a))[count - 1];
}
