/**
 * What happens in a simulated cluster.
 *
 * @module
 */

import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { LogSettings } from "../../log/types.ts";
import type { ClockSettings } from "./time.ts";

/** What a process does, before or after which a crash may come. */
export type CrashEffect =
  /** A commit to its journal: before anything of it is kept. */
  | "unkept"
  /** Likewise, when all of it is. */
  | "kept"
  /** An envelope: before it is sent. */
  | "unsent"
  /** Likewise, when it is. */
  | "sent";

/** A process ends at a moment, or at something that it does. */
export interface Crash {
  /** Of the process, by number. */
  readonly process: number;
  /** Not before this moment, in milliseconds. */
  readonly atMs: number;
  /** At what it does after that moment; undefined for at once. */
  readonly effect: CrashEffect | undefined;
  /** So often it does that first. */
  readonly skipped: number;
  /** How long it is down, in milliseconds; infinite for ever. */
  readonly downMs: number;
  /** Whether the machine ends with it, so that what is not durable may be lost. */
  readonly losesPower: boolean;
  /** How much of its journal is there then, from 0 to 1: less than 1 for an old backup. */
  readonly kept: number;
  /** Whether it is told to stop, and says goodbye; then nothing of the above but `downMs` counts. */
  readonly isStop: boolean;
}

/** For a while nothing comes from one part of the processes to the other. */
export interface Partition {
  /** From then on, in milliseconds. */
  readonly fromMs: number;
  /** Until then. */
  readonly toMs: number;
  /** By process: whether it is in the one part. */
  readonly side: readonly boolean[];
}

/** Whether two processes cannot reach each other at a moment, in milliseconds. */
export function isDivided(
  partitions: readonly Partition[],
  nowMs: number,
  from: number,
  to: number,
): boolean {
  return partitions.some(({ fromMs, toMs, side }) =>
    fromMs <= nowMs && nowMs < toMs && side[from] !== side[to]
  );
}

/** Somebody offers a value. */
export interface Proposal {
  readonly process: number;
  readonly instance: bigint;
  readonly value: string;
  readonly atMs: number;
}

/** What a process is that does not follow the rules. A client can only be a plotter. */
export type Villainy =
  /** Two processes with one key, each of which talks to a part of the others. */
  | "twins"
  /** Says what comes to its mind. */
  | "babbler"
  /** Offers everything, and supplies next to nothing. */
  | "miser"
  /** Is connected, and says nothing. */
  | "mute"
  /** Signs and sends what the plots of the world say. */
  | "plotter";

/** How the disk of a process behaves. */
export interface DiskSettings {
  /** How long a durable commit takes, in milliseconds: the process stands still. */
  readonly syncMs: number;
  /** The same until the world is calm. */
  readonly syncMsAtFirst: number;
}

/** What a member may set for itself: peers need not have the same. */
export interface OwnLimits {
  readonly inboxRefsPerPeerMax: number;
  readonly inboxWaitMsMax: number;
  readonly futureProposalsMax: number;
  /** Instances leave memory when they have not been used for so long. */
  readonly instanceIdleMs: number;
}

/** All that is drawn for one cluster. */
export interface ClusterScenario {
  readonly seed: number;
  readonly graph: LearnerGraph;
  /** Processes: acceptors first, then clients. */
  readonly names: readonly string[];
  /** By number. */
  readonly villains: ReadonlyMap<number, Villainy>;
  /** What plotters do, by names of strategies. */
  readonly plots: readonly string[];
  /** Villains do nothing any more from then on, in milliseconds. */
  readonly villainsUntilMs: number;
  /** Whether signatures are real, and envelopes go as bytes. */
  readonly realKeys: boolean;
  /** By process. */
  readonly clocks: readonly ClockSettings[];
  /** By process. */
  readonly disks: readonly DiskSettings[];
  /** By process. */
  readonly limits: readonly OwnLimits[];
  /** By process: when it starts, in milliseconds. It knows nothing then. */
  readonly startsMs: readonly number[];
  readonly delayMsMax: number;
  /** Mean time between two breaks of one link before it is timely; infinite for none. */
  readonly breakMs: number;
  /** When the network is in two parts. */
  readonly partitions: readonly Partition[];
  /** From this moment on the network is timely and nothing more goes wrong. */
  readonly calmMs: number;
  /** By process: how many envelopes may be on their way to it on one link. */
  readonly windows: readonly number[];
  readonly crashes: readonly Crash[];
  readonly proposals: readonly Proposal[];
  /** Whether somebody offers a value in every instance once the world is calm. */
  readonly hasLateValues: boolean;
  /** Who shares time in windows, and milliseconds of the first; undefined if proposers back off. */
  readonly turns: { readonly members: readonly number[]; readonly windowMsMin: number } | undefined;
  /** Bounds of their back-off; by the delays of the network if absent. */
  readonly backoffMs?: readonly [min: number, max: number];
  /** How a log is kept; there is none if absent. */
  readonly log?: LogSettings;
  /** The largest value, the same for all. */
  readonly valueBytesMax: number;
}
