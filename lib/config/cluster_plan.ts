/**
 * Plans of clusters to generate: who votes, who learns, with which quorums and safe sets.
 *
 * @module
 */

import { EXIT, OperatorError } from "../wire/operator_error.ts";
import type { SetJson } from "./rule_json.ts";

export type { SetJson, ThresholdJson } from "./rule_json.ts";

/**
 * Quorums, or safe sets, as a configuration file writes them.
 *
 * @example
 * ```ts
 * import { type SetsJson } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const either: SetsJson = { quorums: [{ names: ["Alice", "Bob"] }, { names: ["Carol"] }] };
 * assertEquals(either.quorums.length, 2);
 * ```
 */
export interface SetsJson {
  /** Any one of them suffices. */
  readonly quorums: readonly SetJson[];
}

/**
 * What the members of a cluster agree on, but for keys.
 *
 * @example
 * ```ts
 * import { type ClusterPlan, planHomogeneous } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan: ClusterPlan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * assertEquals(plan.learners, { Eve: { quorums: [{ names: ["Alice"] }] } });
 * ```
 */
export interface ClusterPlan {
  /** Names, in the order of their files and ports. */
  readonly acceptors: readonly string[];
  /** Quorums by learner. */
  readonly learners: Readonly<Record<string, SetsJson>>;
  /** Safe sets by pair of learners, each pair in one direction. */
  readonly safetySets: Readonly<
    Record<string, { readonly safetySets: Readonly<Record<string, SetsJson>> }>
  >;
  /** What it tolerates, in one sentence. */
  readonly promise: string;
}

/**
 * How many acceptors may fail without harm.
 *
 * @example
 * ```ts
 * import { chooseTolerance, type Tolerance } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const tolerance: Tolerance = chooseTolerance(7, {});
 * assertEquals(tolerance, { byzantine: 2, crash: 0 });
 * ```
 */
export interface Tolerance {
  /** Acceptors that may do anything. */
  readonly byzantine: number;
  /** Further acceptors that may stop. */
  readonly crash: number;
}

/** More acceptors than this in explicit lists of quorums would make long files. */
const LISTED_ACCEPTORS_MAX = 4;

const ACCEPTOR_NAMES = ["Alice", "Bob", "Carol", "Dave"];
const LEARNER_NAMES = ["Eve", "Frank", "Grace", "Heidi"];

/**
 * `count` names for acceptors: Alice, Bob, Carol, Dave, acceptor_4, acceptor_5, …
 *
 * @example
 * ```ts
 * import { acceptorNames } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(acceptorNames(5), ["Alice", "Bob", "Carol", "Dave", "acceptor_4"]);
 * ```
 */
export function acceptorNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => ACCEPTOR_NAMES[i] ?? `acceptor_${i}`);
}

/**
 * `count` names for learners: Eve, Frank, Grace, Heidi, learner_4, learner_5, …
 *
 * @example
 * ```ts
 * import { learnerNames } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(learnerNames(2), ["Eve", "Frank"]);
 * ```
 */
export function learnerNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => LEARNER_NAMES[i] ?? `learner_${i}`);
}

/**
 * How many failures `count` acceptors are to tolerate: what is asked for, and of what is not, as many
 * Byzantine ones as possible, then as many crashes as possible.
 *
 * @throws OperatorError (usage) if `count` acceptors cannot tolerate what is asked for.
 *
 * @example
 * ```ts
 * import { chooseTolerance } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(chooseTolerance(4, {}), { byzantine: 1, crash: 0 });
 * assertEquals(chooseTolerance(6, {}), { byzantine: 1, crash: 1 });
 * assertEquals(chooseTolerance(5, { byzantine: 0 }), { byzantine: 0, crash: 2 });
 * ```
 */
export function chooseTolerance(count: number, asked: Partial<Tolerance>): Tolerance {
  const byzantine = asked.byzantine ??
    Math.max(0, Math.floor((count - 1 - 2 * (asked.crash ?? 0)) / 3));
  const crash = asked.crash ?? Math.max(0, Math.floor((count - 1 - 3 * byzantine) / 2));
  const least = 3 * byzantine + 2 * crash + 1;
  if (count < least) {
    throw new OperatorError(
      EXIT.usage,
      `${count} acceptors cannot tolerate ${byzantine} Byzantine and ${crash} crashed ones; that ` +
        `takes at least ${least} (3 for each Byzantine, 2 for each crashed, and 1)`,
      "--acceptors",
    );
  }
  return { byzantine, crash };
}

/**
 * All acceptors alike, and all learners: with n acceptors, f of them Byzantine and c crashed, a
 * quorum is any n - f - c and a safe set any n - f.
 *
 * Two quorums and a safe set then share at least 2(n - f - c) + (n - f) - 2n = n - 3f - 2c
 * acceptors, which is positive exactly if {@linkcode chooseTolerance} accepts the numbers. Without
 * Byzantine acceptors the only safe set is all of them: to crash is not to be unsafe.
 *
 * @example
 * ```ts
 * import { chooseTolerance, planHomogeneous } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const names = ["Alice", "Bob", "Carol", "Dave"];
 * const plan = planHomogeneous(names, ["Eve"], chooseTolerance(names.length, {}));
 * assertEquals(
 *   plan.promise,
 *   "agreement with 1 of 4 acceptors Byzantine, decisions with 1 of 4 down",
 * );
 * ```
 */
export function planHomogeneous(
  acceptors: readonly string[],
  learners: readonly string[],
  tolerance: Tolerance,
): ClusterPlan {
  const { byzantine, crash } = tolerance;
  const n = acceptors.length;
  const quorums = anyOf(n - byzantine - crash, acceptors);
  const safeSets = anyOf(n - byzantine, acceptors);
  const edges = learners.map((name, i) => {
    const others = learners.slice(i).map((other) => [other, safeSets] as const);
    return [name, { safetySets: Object.fromEntries(others) }] as const;
  });
  return {
    acceptors,
    learners: Object.fromEntries(learners.map((name) => [name, quorums])),
    safetySets: Object.fromEntries(edges),
    promise: `agreement with ${byzantine} of ${n} acceptors Byzantine, decisions with ` +
      `${byzantine + crash} of ${n} down`,
  };
}

/**
 * Two chains with acceptors in common, after the scenario that motivates TR. Red and Blue each have
 * three acceptors of their own; two serve both. Each chain has three quorums: any two of its own and
 * both of the two. Quorums of different chains share the two only. So Red agrees
 *
 * - with Blue if either of the two is safe, whatever all others do;
 * - with itself also if its own three are safe, whatever the two do;
 *
 * and decides if one of its own has crashed, Blue likewise.
 *
 * @example
 * ```ts
 * import { planTwoChains } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(Object.keys(planTwoChains().learners), ["Blue", "Red"]);
 * ```
 */
export function planTwoChains(): ClusterPlan {
  const shared = ["Both_0", "Both_1"];
  const chains = ["Blue", "Red"].map((name) => [0, 1, 2].map((i) => `${name}_${i}`));
  const eitherShared = shared.map((name): SetJson => ({ names: [name] }));
  const [blue, red] = chains.map((own): SetsJson => ({
    quorums: combinations(2, own).map((two) => ({ names: [...two, ...shared] })),
  }));
  const [blueSafe, redSafe] = chains.map((own): SetsJson => ({
    quorums: [...eitherShared, { names: own }],
  }));
  return {
    acceptors: [...chains.flat(), ...shared],
    learners: { Blue: blue!, Red: red! },
    safetySets: {
      Blue: { safetySets: { Blue: blueSafe!, Red: { quorums: eitherShared } } },
      Red: { safetySets: { Red: redSafe! } },
    },
    promise:
      "Red and Blue agree with one of the two shared acceptors Byzantine; each decides with " +
      "one of its own crashed",
  };
}

/** Any `size` of `names`: listed if they are few, by threshold if not. */
function anyOf(size: number, names: readonly string[]): SetsJson {
  if (names.length > LISTED_ACCEPTORS_MAX) return { quorums: [{ threshold: size, of: names }] };
  return { quorums: combinations(size, names).map((set) => ({ names: set })) };
}

function combinations(size: number, names: readonly string[]): string[][] {
  if (size === 0) return [[]];
  return names.flatMap((name, i) =>
    combinations(size - 1, names.slice(i + 1)).map((rest) => [name, ...rest])
  );
}
