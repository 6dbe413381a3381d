/**
 * An honest acceptor in a world of the spoiler. Copies of a world share it until either changes it.
 *
 * @module
 */

import { type CoreContext, type InstanceState, newInstance } from "../../core/instance.ts";
import type { Dag } from "../../core/dag.ts";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { ProposerState } from "../../core/proposer.ts";
import { setOf } from "../../core/acceptor_set.ts";
import { findStarved } from "../../core/starvation.ts";
import type { AcceptorIndex, LearnerSet } from "../../core/types.ts";
import type { WindowRule } from "../../core/windows.ts";
import { cloneInstance } from "../clone.ts";
import { LIMITS } from "./limits.ts";
import type { Names } from "./names.ts";
import type { SpoilScenario } from "./scenario.ts";

/** What the core keeps of an acceptor, or of a story that a liar tells. */
export interface Shared {
  /** The core's part. */
  state: InstanceState;
  /** Whether a copy of the world has the same: then it is copied before it changes. */
  isShared: boolean;
}

/** An honest acceptor, and the proposer that it is if it is one. */
export interface Site extends Shared {
  /** Which acceptor. */
  readonly acceptor: AcceptorIndex;
  /** What it is told besides messages. */
  readonly context: CoreContext;
  /** Since it has been asked to propose. */
  proposer: ProposerState | undefined;
  /** When it is woken next, in milliseconds; Infinity if it is not. */
  wakeMs: number;
  /** By timestamps: the latest part of a window in which it has offered a ballot. */
  part: number;
}

/** The honest acceptors of a world in which nothing has happened. */
export function makeSites(
  { acceptorCount, liars }: SpoilScenario,
  graph: LearnerGraph,
  names: Names,
  windows: WindowRule | undefined,
  judged: Dag,
): Site[] {
  return Array.from({ length: acceptorCount }, (_, acceptor) => acceptor)
    .filter((acceptor) => !liars.includes(acceptor))
    .map((acceptor): Site => {
      const context = { graph, limits: LIMITS, self: acceptor, windows, judged };
      const state = newInstance(context, names.identify);
      const rest = { proposer: undefined, isShared: false, wakeMs: Infinity, part: -1 };
      return { acceptor, context, state, ...rest };
    });
}

/** For a copy of the world. */
export function share<T extends Shared>(shared: T): T {
  shared.isShared = true;
  return { ...shared };
}

/** Makes ready to be changed. Costs as much as there are messages, but only once after a copy. */
export function own(shared: Shared & { proposer?: ProposerState | undefined }): void {
  if (!shared.isShared) return;
  shared.state = cloneInstance(shared.state);
  if (shared.proposer !== undefined) shared.proposer = { ...shared.proposer };
  shared.isShared = false;
}

/**
 * The learners that cannot decide, as far as an honest acceptor knows, as long as liars stay silent. Where
 * all need the same there are none: nothing may starve those.
 */
export function starvedBySilence(
  sites: readonly Site[],
  graph: LearnerGraph,
  { liars, needs }: SpoilScenario,
): LearnerSet {
  if (needs.every(({ length }) => length === 0)) return 0n;
  return sites.reduce((set, { state }) => set | findStarved(graph, state, setOf(liars)), 0n);
}
