/**
 * What a world of the spoiler is made of besides its acceptors.
 *
 * @module
 */

import type { Dag } from "../../core/dag.ts";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { Pace } from "../../core/proposer.ts";
import type { Names } from "./names.ts";
import type { Message } from "../../core/types.ts";
import type { SpoilScenario, WindowKeeping } from "./scenario.ts";
import type { SpoilWorld } from "./world.ts";

/** Something that the spoiler does when its time comes. */
export interface Act {
  /** Does it. */
  (world: SpoilWorld): void;
}

/** What the spoiler does each time that an honest proposer has offered a 1a. */
export interface Order {
  /** In milliseconds: after that, or before the proposer's next. */
  readonly ms: number;
  /** Which of them. */
  readonly isBeforeNext: boolean;
  readonly act: Act;
}

/** What copies of a world share: none of it changes what happens. */
export interface Setting {
  readonly scenario: SpoilScenario;
  readonly graph: LearnerGraph;
  readonly names: Names;
  readonly pace: Pace;
  /** By what 1as are kept to windows. */
  readonly keeping: WindowKeeping;
  /** What somebody has judged, in whichever copy. */
  readonly judged: Dag;
  /** Ids of messages that the spoiler has made. */
  readonly forged: Set<string>;
}

/** What has been told, latest first. */
export interface Told {
  readonly atMs: number;
  readonly text: string;
  readonly before: Told | undefined;
}

/** Something that is to happen. */
export interface Due {
  /** Position among the sites; -1 for an act. */
  readonly to: number;
  readonly what: Message | "wake" | "propose" | Act;
}

/** So many orders hold at once; of more, the latest. */
export const ORDERS_MAX = 3;

/** When so many of the latest honest 1as were offered is remembered. */
export const HONEST_MAX = 4;

/** So many of its latest 1as the spoiler remembers. */
export const MADE_MAX = 4;
