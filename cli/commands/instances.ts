/**
 * Which instances and learners a program is about.
 *
 * @module
 */

import { fullSet, setOf } from "../../lib/core/acceptor_set.ts";
import type { LearnerSet } from "../../lib/core/types.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { nearest } from "../nearest.ts";

/** The last instance. */
export const INSTANCE_MAX = 2n ** 64n - 1n;

/** Chooses learners. */
export const LEARNER_FLAG = {
  name: "learner",
  kind: "list",
  value: "NAME",
  help: "only this learner of the configuration",
} as const;

/** Flags that choose instances and learners. */
export const INSTANCE_FLAGS = [
  {
    name: "instance",
    kind: "bigint",
    value: "NUMBER",
    min: 0n,
    max: INSTANCE_MAX,
    default: 0n,
    help: "the instance, or the first of several",
  },
  {
    name: "count",
    kind: "integer",
    value: "NUMBER",
    min: 1,
    max: 1_000_000,
    default: 1,
    help: "how many instances, counting up from the first",
  },
  LEARNER_FLAG,
  {
    name: "timeout",
    kind: "duration",
    value: "TIME",
    min: 1,
    max: 7 * 24 * 3600 * 1000,
    help: "give up after so long",
  },
] as const;

/** What {@linkcode INSTANCE_FLAGS} were set to. */
export interface InstanceFlags {
  readonly instance: bigint;
  readonly count: number;
  readonly learner: readonly string[];
}

/** The instances chosen, ascending. */
export function chosenInstances({ instance, count }: InstanceFlags): bigint[] {
  if (instance + BigInt(count) - 1n > INSTANCE_MAX) {
    throw new OperatorError(
      EXIT.usage,
      `goes beyond the last instance, ${INSTANCE_MAX}`,
      "--count",
    );
  }
  return Array.from({ length: count }, (_, i) => instance + BigInt(i));
}

/**
 * The learners chosen; all if none is named.
 *
 * @throws OperatorError for a name that the configuration does not have.
 */
export function chosenLearners(
  { learner }: Pick<InstanceFlags, "learner">,
  { graph }: Pick<Configuration, "graph">,
): { readonly names: readonly string[]; readonly set: LearnerSet } {
  const { learners } = graph.spec;
  if (learner.length === 0) return { names: learners, set: fullSet(learners.length) };
  const indices = learner.map((name) => {
    const index = learners.indexOf(name);
    if (index >= 0) return index;
    const guess = nearest(name, learners);
    const hint = guess === undefined ? `there are ${learners.join(", ")}` : `perhaps ${guess}`;
    throw new OperatorError(
      EXIT.usage,
      `there is no learner "${name}"; ${hint}`,
      "--learner",
    );
  });
  const set = setOf(indices);
  return { names: learners.filter((_, index) => ((set >> BigInt(index)) & 1n) === 1n), set };
}
