/**
 * What an honest process of the simulated world is.
 *
 * @module
 */

import type { Pace } from "../core/proposer.ts";
import type { LearnerSet, ValueHash } from "../core/types.ts";
import type { ClockSettings } from "./clock.ts";
import type { DiskSettings } from "./disk.ts";
import { hashOf } from "./ids.ts";
import type { Scenario } from "./scenario.ts";

/** What a process is. */
export interface Role extends ClockSettings {
  /** For people. */
  readonly name: string;
  /** Its number among all processes of the world. */
  readonly index: number;
  /** The acceptor that it is; undefined for one that only observes. */
  readonly acceptor: number | undefined;
  /** Processes that it talks to, by number. */
  readonly peers: readonly number[];
  /** How its disk behaves. */
  readonly disk: DiskSettings;
  /** What it offers; undefined if it does not propose. */
  readonly offers?: {
    readonly value: ValueHash;
    readonly serves: LearnerSet;
    readonly pace: Pace;
  };
}

/** What a scenario makes of a process. */
export function roleOf(scenario: Scenario, index: number, peers: readonly number[]): Role {
  const { graph, proposersAtMs, paces, clocks, disks } = scenario;
  const proposer = index - graph.acceptorCount;
  const isProposer = proposer >= 0 && proposer < proposersAtMs.length;
  return {
    name: proposer < 0
      ? graph.spec.acceptors[index]!
      : isProposer
      ? `proposer ${proposer}`
      : `observer ${proposer - proposersAtMs.length}`,
    index,
    acceptor: proposer < 0 ? index : undefined,
    peers,
    ...clocks[index]!,
    disk: disks[index]!,
    ...(isProposer && {
      offers: {
        value: hashOf(`${proposer}`),
        serves: (1n << BigInt(graph.learnerCount)) - 1n,
        pace: paces[proposer]!,
      },
    }),
  };
}
