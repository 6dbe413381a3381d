/**
 * What is explored, and how far.
 *
 * @module
 */

import type { admit } from "../core/facts.ts";
import type { newInstance, step } from "../core/instance.ts";
import type { LearnerGraph, LearnerGraphSpec, makeLearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex, ProposerIndex } from "../core/types.ts";

/** The parts of lib/core that an exploration runs, so that a mutated copy can be explored, too. */
export interface ExploredCore {
  /** Of learner_graph.ts. */
  readonly makeLearnerGraph: typeof makeLearnerGraph;
  /** Of facts.ts. */
  readonly admit: typeof admit;
  /** Of instance.ts. */
  readonly newInstance: typeof newInstance;
  /** Of instance.ts. */
  readonly step: typeof step;
}

/**
 * Whose ballots all offers are, in a graph: a proposer's that is no acceptor, as renaming acceptors must
 * not change who has offered what.
 */
export function proposerIn({ acceptorCount }: LearnerGraph): ProposerIndex {
  return acceptorCount;
}

/** A 1a that is on offer from the beginning. */
export interface Offer {
  /** Time of the ballot, in whole seconds; at most 1,000. */
  readonly seconds: number;
  /** Name of the value. */
  readonly value: string;
}

/** What the Byzantine acceptors may do. Equivocation counts: every message is one. */
export interface ByzantineBounds {
  /** Messages by all of them together. */
  readonly messages: number;
  /**
   * Acceptor messages that one message refers to besides its `prev`. None of them is in the past of
   * another or of `prev`. Besides these it refers to one 1a or none.
   */
  readonly refs: number;
  /** Whether they may be in the past of another or of `prev` all the same. Default: no. */
  readonly twins?: boolean;
}

/** One small world to be explored. */
export interface Scenario {
  /** Short, for tables and the command line. */
  readonly name: string;
  /** The learner graph, valid or not. */
  readonly spec: LearnerGraphSpec;
  /** Who need not follow the protocol. */
  readonly byzantine: readonly AcceptorIndex[];
  /** Of the Byzantine acceptors; none may send anything if there are no bounds. */
  readonly bounds?: ByzantineBounds;
  /** All 1as there are, of ascending ballots. */
  readonly offers: readonly Offer[];
  /** Messages may also reach an acceptor before their refs do. Default: no. */
  readonly outOfOrder?: boolean;
  /** Explore one of each class of states that only the names of acceptors tell apart. Default: yes. */
  readonly symmetry?: boolean;
  /** Deliver nothing to acceptors that no rule lets sign again. Default: no. */
  readonly skipFinished?: boolean;
  /** What has been delivered before the exploration begins: message names as in scripts. */
  readonly prefix?: readonly (readonly [message: string, acceptor: AcceptorIndex])[];
}

/** Which safe sets hold, from the acceptors that are honest. */
export function honestOf({ spec, byzantine }: Scenario): AcceptorIndex[] {
  return spec.acceptors.map((_, acceptor) => acceptor)
    .filter((acceptor) => !byzantine.includes(acceptor));
}
