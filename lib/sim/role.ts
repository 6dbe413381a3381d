/**
 * What an honest process of the simulated world is.
 *
 * @module
 */

import type { Pace } from "../core/proposer.ts";
import type { LearnerSet, ValueHash } from "../core/types.ts";
import type { DiskSettings } from "./disk.ts";
import { hashOf } from "./ids.ts";
import type { Scenario } from "./scenario.ts";

/** What a process is. */
export interface Role {
  /** For people. */
  readonly name: string;
  /** Its number among all processes of the world. */
  readonly index: number;
  /** The acceptor that it is; undefined for one that only observes. */
  readonly acceptor: number | undefined;
  /** Processes that it talks to, by number. */
  readonly peers: readonly number[];
  /** Its clock runs ahead by so much. */
  readonly skewMs: number;
  /** Its clock runs so many times as fast as time. */
  readonly drift: number;
  /** How its disk behaves. */
  readonly disk: DiskSettings;
  /** What it offers; undefined if it does not propose. */
  readonly offers?: {
    readonly value: ValueHash;
    readonly serves: LearnerSet;
    readonly pace: Pace;
  };
  /** Whether it starts again when the core has met a message of its own that it does not know. */
  readonly forgets?: boolean;
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
