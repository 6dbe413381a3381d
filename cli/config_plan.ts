/**
 * Flags that plan a cluster: by which quorums learners decide, and who agrees with whom.
 *
 * @module
 */

import {
  chooseTolerance,
  type ClusterPlan,
  learnerNames,
  planHomogeneous,
  planTwoChains,
} from "../lib/config/cluster_plan.ts";
import { nameFault } from "../lib/wire/names.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { quote } from "../lib/wire/place.ts";
import type { FlagValues } from "./flags.ts";

/** Acceptors, learners or clients that a flag can ask for. */
export const MEMBERS_MAX = 1_000;

/** Values of `--preset`. */
export const PRESETS = ["bft", "crash", "two-chain"] as const;

/** One of them. */
export type Preset = typeof PRESETS[number];

/** What they are. */
export const PRESET_HELP =
  "bft: all acceptors alike, some Byzantine. crash: some may stop, none lies. two-chain: learners " +
  "Red and Blue with three quorums each, over three acceptors of their own and two in common";

/** The flags, but for `--preset`, which one command needs and another has a default for. */
export const PLAN_FLAGS = [
  {
    name: "learners",
    kind: "text",
    value: "N|NAMES",
    help: "how many learners, or their names with commas, all bound to agree; 1 if not given (Eve)",
  },
  {
    name: "byzantine",
    kind: "integer",
    value: "F",
    min: 0,
    max: MEMBERS_MAX,
    help: "Byzantine acceptors to tolerate; as many as possible if not given",
  },
  {
    name: "crash",
    kind: "integer",
    value: "C",
    min: 0,
    max: MEMBERS_MAX,
    help: "further acceptors that may stop; as many as possible if not given",
  },
  {
    name: "rules",
    kind: "choice",
    value: "RULES",
    choices: ["TECHNICAL_REPORT", "HP2"],
    help: "which rule buries a 2a; TECHNICAL_REPORT if not given",
  },
] as const;

/** Their values. */
export type PlanFlags = FlagValues<typeof PLAN_FLAGS>;

/**
 * The plan that the flags ask for.
 *
 * @param acceptors Names; the preset two-chain has its own.
 * @throws OperatorError (usage) if the flags contradict each other.
 */
export function planOf(
  preset: Preset,
  flags: PlanFlags,
  acceptors: readonly string[],
): ClusterPlan {
  const { byzantine, crash } = flags;
  if (preset === "two-chain") {
    const fixed = (["learners", "byzantine", "crash"] as const)
      .find((name) => flags[name] !== undefined);
    if (fixed !== undefined) {
      usage(`--${fixed}`, "does not go with --preset two-chain: leave it out");
    }
    return planTwoChains();
  }
  if (preset === "crash" && byzantine !== undefined && byzantine > 0) {
    usage("--byzantine", "does not go with --preset crash: leave it out, or choose --preset bft");
  }
  const learners = namesOf("--learners", flags.learners ?? "1", learnerNames);
  const tolerance = chooseTolerance(acceptors.length, {
    ...(preset === "crash" ? { byzantine: 0 } : byzantine === undefined ? {} : { byzantine }),
    ...(crash === undefined ? {} : { crash }),
  });
  return planHomogeneous(acceptors, learners, tolerance);
}

/**
 * Names from a flag: a number of the usual ones, or those given.
 *
 * @throws OperatorError (usage) for a number or a name that cannot be.
 */
export function namesOf(flag: string, text: string, usual: (count: number) => string[]): string[] {
  if (/^\d+$/.test(text)) {
    const count = Number(text);
    if (count < 1 || count > MEMBERS_MAX) {
      usage(flag, `wants names, or a number from 1 to ${MEMBERS_MAX}, not ${quote(text)}`);
    }
    return usual(count);
  }
  const names = text.split(",");
  for (const name of names) {
    const fault = nameFault(name);
    if (fault !== undefined) usage(flag, `the name ${quote(name)} ${fault}`);
  }
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) usage(flag, `names ${quote(repeated)} twice`);
  return names;
}

function usage(flag: string, what: string): never {
  throw new OperatorError(EXIT.usage, what, flag);
}
