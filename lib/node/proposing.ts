/**
 * A proposer at work in one instance of a node.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import { isIdle, newProposer, type Pace, stepProposer } from "../core/proposer.ts";
import type { InstanceState } from "../core/instance.ts";
import {
  type Ballot,
  compareTimestamps,
  type LearnerSet,
  type ProposerIndex,
  type Timestamp,
  type ValueHash,
} from "../core/types.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import { quote } from "../wire/place.ts";
import type { Configuration } from "../config/configuration.ts";
import { windowRuleOf } from "../config/windows.ts";
import type { Instances } from "./instances.ts";
import type { Logger } from "./logger.ts";
import type { Tempo } from "./tempo.ts";
import type { Proposing, RunningInstance } from "./node_types.ts";

export type { Proposing } from "./node_types.ts";

/**
 * Prepares to offer a value until the learners in `serves` have decided, or `forever`, as the
 * reference does.
 */
export function newProposing(
  own: ValueHash,
  serves: LearnerSet,
  { self, pace }: Turn,
  forever = false,
): Proposing {
  const state = newProposer(own, serves, self, forever);
  return { state, pace, decided: undefined, hasRested: false, watchers: new Set() };
}

/** In whose name ballots are offered, and by what they are timed. */
export interface Turn {
  /** Whom they name. */
  readonly self: ProposerIndex;
  /** When they come. */
  readonly pace: Pace;
}

const TURNS: WeakMap<Configuration, Turn> = new WeakMap();

/**
 * How this process proposes, if it may. Found out once.
 *
 * @throws OperatorError if it is a client that is not among the declared proposers: nobody would take
 * its 1as.
 */
export function turnOf(configuration: Configuration): Turn {
  const known = TURNS.get(configuration);
  if (known !== undefined) return known;
  const turn = findTurn(configuration);
  TURNS.set(configuration, turn);
  return turn;
}

function findTurn(configuration: Configuration): Turn {
  const { proposer, limits, self, source } = configuration;
  if (self.proposerIndex === undefined) {
    throw new OperatorError(
      EXIT.configuration,
      `do not name ${quote(self.name)}, so nobody would take what it proposes; list it at every ` +
        "member, which makes another cluster, or have an acceptor propose (see Propose)",
      `${source}: proposers`,
    );
  }
  const rule = windowRuleOf(configuration);
  const { backoffMsMin, backoffMsMax } = proposer;
  const { clockSkewMsMax } = limits;
  const pace = rule === undefined
    ? { backoffMsMin, backoffMsMax, clockSkewMsMax }
    : { rule, clockSkewMsMax, roundMs: Math.ceil(backoffMsMin / 2) };
  return { self: self.proposerIndex, pace };
}

/** What proposers look by. */
export interface DriveParts {
  /** Whose trace, if there is one, is told of every look; it knows the graph. */
  readonly instances: Pick<Instances, "trace" | "graph">;
  /** How long decisions take. */
  readonly tempo: Tempo;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Told of ballots, and of learners that are starved. */
  readonly log: Logger;
}

/** What a proposer wants. */
export interface Look {
  /** To be offered; undefined if nothing is. */
  readonly ballot: Ballot | undefined;
  /** When to look again; undefined if it does not say. */
  readonly wakeAt: Timestamp | undefined;
}

/** Lets a proposer of an instance look at what is known now. */
export function drive(
  { instances: { trace, graph }, tempo, random, log }: DriveParts,
  running: RunningInstance,
  proposing: Proposing,
  now: Timestamp,
): Look {
  let ballot: Ballot | undefined;
  let wakeAt: Timestamp | undefined;
  const { state } = proposing;
  const pace = tempo.of(proposing.pace);
  const entropy = random();
  const before = trace && { ...state };
  const effects = stepProposer(graph, running.state, state, pace, now, entropy);
  if (before) {
    trace?.propose(running.id, { before, settings: { ...pace }, now, entropy, effects });
  }
  for (const effect of effects) {
    if (effect.kind === "wake") wakeAt = effect.at;
    else if (effect.kind === "done") {
      const since = begunAt(running.state, proposing);
      if (since !== undefined) tempo.decided(since, now, proposing.pace);
      stopProposing(running, proposing, true);
    } else if (effect.kind === "starved") {
      const names = membersOf(effect.learners).map((learner) => graph.spec.learners[learner]!);
      log("info", `${names.join(", ")} starved in instance ${running.id}`);
      if (isIdle(running.state, state)) rest(proposing);
    } else {
      log("debug", `offering ballot ${state.ballots} in instance ${running.id}`);
      ballot = effect.ballot;
    }
  }
  return { ballot, wakeAt };
}

/**
 * Since when what has been decided was on its way; undefined if that says nothing of how long a ballot
 * takes. In windows it is our own ballot that counts, since a liar may make us wait for its turn: the
 * one that was decided, be there later ones, or what is only slow would look fast.
 */
function begunAt(
  { learner: { decisions } }: InstanceState,
  { pace, state: { self, startedAt } }: Proposing,
): Timestamp | undefined {
  if (!("rule" in pace)) return startedAt;
  if (startedAt === undefined) return undefined;
  return decisions.flat()
    .map(({ ballot }) => ballot)
    .find((ballot) => ballot.proposer === self && compareTimestamps(ballot, startedAt) >= 0);
}

/** Ends a proposer; only the first end counts. */
export function stopProposing(
  running: RunningInstance,
  proposing: Proposing,
  decided = false,
): void {
  running.proposers.delete(proposing);
  if (proposing.decided !== undefined) return;
  proposing.decided = decided;
  for (const watcher of proposing.watchers) watcher();
}

function rest(proposing: Proposing): void {
  if (proposing.hasRested) return;
  proposing.hasRested = true;
  for (const watcher of proposing.watchers) watcher();
}
