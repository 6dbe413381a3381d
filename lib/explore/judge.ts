/**
 * What an observer that has received everything ever sent makes of a state. Decisions depend only
 * on which 2as there are and never go away, so an observer that has received less has decided less:
 * if this one sees no disagreement, none does, in whatever order the messages reach it. So
 * learners need not be explored.
 *
 * @module
 */

import { fullSet } from "../core/acceptor_set.ts";
import type { CoreContext } from "../core/instance.ts";
import { entangled } from "../core/learner_graph.ts";
import type { LearnerIndex } from "../core/types.ts";
import type { PoolNumber } from "./byzantine.ts";
import { type MessageNumber, signerOf, voteBit } from "./messages.ts";
import type { World, WorldState } from "./world.ts";
import { hashOf, identify } from "../sim/ids.ts";

/** What has been decided in a state. */
export interface Verdict {
  /** By learner: the values. */
  readonly decided: readonly (readonly string[])[];
  /** Learners that have decided different values: first all pairs of a learner with itself. */
  readonly disagreeing: readonly (readonly [LearnerIndex, LearnerIndex])[];
  /** What must never be; undefined if all is well. */
  readonly fault: string | undefined;
}

/** Judges states, each combination of votes once. */
export interface Judge {
  readonly world: World;
  readonly verdicts: Map<number, Verdict>;
  /** By pool: the votes of each acceptor. */
  readonly poolVotes: (readonly number[])[];
}

/** A judge who has not judged yet. */
export function newJudge(world: World): Judge {
  const { trusted, scenario } = world;
  const bits = trusted.acceptorCount * trusted.learnerCount * scenario.offers.length;
  if (bits > 53) throw new RangeError(`${bits} possible votes do not fit into a number`);
  return { world, verdicts: new Map(), poolVotes: [] };
}

/** What has been decided in a state. */
export function judge(judge: Judge, state: WorldState): Verdict {
  const { world: { honest, locals, trusted, scenario }, verdicts } = judge;
  const votes = votesOfPool(judge, state[honest.length]!).slice();
  for (let position = 0; position < honest.length; position++) {
    votes[honest[position]!] = locals.all[state[position]!]!.votes;
  }
  const radix = 2 ** (trusted.learnerCount * scenario.offers.length);
  const key = votes.reduce((key, each) => key * radix + each, 0);
  let verdict = verdicts.get(key);
  if (verdict === undefined) verdicts.set(key, verdict = observe(judge, state, votes));
  return verdict;
}

/** Everything that has been sent in a state but the 1as, in causal order. */
export function sentIn({ honest, locals, pools }: World, state: WorldState): MessageNumber[] {
  const own = honest.flatMap((_, position) => locals.all[state[position]!]!.chain);
  return [...own, ...pools.all[state[honest.length]!]!].sort((a, b) => a - b);
}

function votesOfPool({ world, poolVotes }: Judge, pool: PoolNumber): readonly number[] {
  const known = poolVotes[pool];
  if (known !== undefined) return known;
  const { messages, pools, trusted } = world;
  const votes = trusted.spec.acceptors.map(() => 0);
  for (const message of pools.all[pool]!) {
    votes[signerOf(messages, message)]! |= messages.votes[message]!;
  }
  return poolVotes[pool] = votes;
}

/** Hands everything to an instance that only observes. */
function observe({ world }: Judge, state: WorldState, votes: readonly number[]): Verdict {
  const { core, messages, honest, scenario } = world;
  const context: CoreContext = { graph: messages.graph, limits: NO_LIMITS, self: undefined };
  const instance = core.newInstance(context, identify);
  let reported = false;
  let fault: string | undefined;
  const offers = Array.from({ length: messages.offerCount }, (_, offer) => offer);
  for (const number of [...offers, ...sentIn(world, state)]) {
    const { message } = messages.entries[number]!;
    const input = { kind: "message" as const, message, source: "", now: LATE };
    for (const effect of core.step(context, instance, input)) {
      if (effect.kind === "disagree") reported = true;
      if (effect.kind === "reject") fault = `an observer rejects: ${effect.rejection.detail}`;
      if (effect.kind === "caught" && honest.includes(effect.acceptor)) {
        fault = "an observer takes an honest acceptor for caught";
      }
    }
  }
  const names = new Map(scenario.offers.map(({ value }) => [hashOf(value), value]));
  const decided = instance.learner.decisions.map((decisions) =>
    decisions.map(({ ballot }) => names.get(ballot.valueHash) ?? "?").sort()
  );
  if (decided.flat().includes("?")) fault ??= "a value is decided that nobody offered";
  if (decided.join(" ") !== decidedBy(world, votes).join(" ")) {
    fault ??= "the observer's decisions are not those that the 2as amount to";
  }
  const disagreeing = disagreementsIn(decided);
  if (reported !== disagreeing.length > 0) fault ??= "a disagreement is not reported";
  fault ??= broken(world, disagreeing);
  return { decided, disagreeing, fault };
}

/** After all ballots. */
const LATE = { seconds: 1_000, nanos: 0 };

const NO_LIMITS = {
  inboxRefsPerPeerMax: 0,
  inboxWaitMsMax: 0,
  futureProposalsMax: 0,
  clockSkewMsMax: 0,
};

/** By learner: the values whose 2as have signers that contain a quorum (TR, Decision). */
function decidedBy({ trusted, scenario }: World, votes: readonly number[]): string[][] {
  return trusted.quorums.map((quorum, learner) => {
    const values = scenario.offers.filter((_, offer) => {
      const bit = voteBit(trusted, offer, learner);
      const signers = votes.reduce(
        (set, each, acceptor) => (each & bit) === 0 ? set : set | (1n << BigInt(acceptor)),
        0n,
      );
      return quorum.satisfiedBy(signers);
    });
    return [...new Set(values.map(({ value }) => value))].sort();
  });
}

function disagreementsIn(decided: readonly (readonly string[])[]): [LearnerIndex, LearnerIndex][] {
  const pairs = decided.flatMap((_, a) =>
    decided.slice(a).map((_, offset): [LearnerIndex, LearnerIndex] => [a, a + offset])
  );
  return pairs.filter(([a, b]) => new Set([...decided[a]!, ...decided[b]!]).size > 1)
    .filter(([a, b]) => decided[a]!.length > 0 && decided[b]!.length > 0);
}

/** The promise that is broken, if one is: entangled learners never decide differently. */
function broken(
  { trusted, scenario: { byzantine } }: World,
  disagreeing: readonly (readonly [LearnerIndex, LearnerIndex])[],
): string | undefined {
  const safe = byzantine.reduce(
    (set, acceptor) => set & ~(1n << BigInt(acceptor)),
    fullSet(trusted.acceptorCount),
  );
  const pair = disagreeing.find(([a, b]) => entangled(trusted, a, b, safe));
  if (pair === undefined) return undefined;
  const [a, b] = pair.map((learner) => trusted.spec.learners[learner]);
  return a === b ? `${a} decides twice` : `${a} and ${b} decide differently`;
}
