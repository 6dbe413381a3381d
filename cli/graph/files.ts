/**
 * Graph files of the command line, and whether they say the same.
 *
 * @module
 */

import { differingParts } from "../../lib/config/digest.ts";
import type { GraphFile } from "../../lib/config/graph_file.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import type { SetRule } from "../../lib/core/quorum.ts";
import type { AcceptorSet } from "../../lib/core/types.ts";
import { prepare, type PreparedGraph } from "../../lib/graph/prepared.ts";
import { ruleText } from "../../lib/graph/symmetry.ts";
import { didYouMean } from "../../lib/wire/names.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { quote } from "../../lib/wire/place.ts";

/** The argument that names a graph. */
export const GRAPH_POSITIONAL = {
  name: "FILE",
  help: "a configuration, or a graph without keys; - is standard input",
  offers: "file",
} as const;

/** The graph of a file, ready for questions. */
export function preparedOf({ spec, demands }: GraphFile): PreparedGraph {
  return prepare(makeLearnerGraph(spec), demands);
}

/** In what two files differ, each in a few words; empty if their graphs and keys are the same. */
export function differences(one: GraphFile, other: GraphFile): string[] {
  const [ours, theirs] = [partsOf(one), partsOf(other)];
  const found = [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((part) => ours.get(part) !== theirs.get(part))
    .map((part) => ours.has(part) === theirs.has(part) ? part : `${part} (only in one of them)`);
  if (found.length === 0 && one.digest !== undefined && other.digest !== undefined) {
    found.push(...differingParts(one.digest, other.digest).map((part) => `${part} in the digest`));
  }
  return found.sort();
}

/** What a file says, by what it says it of; names instead of positions. */
function partsOf({ spec, demands, allowDisagreement }: GraphFile): Map<string, string> {
  const { acceptors, learners } = spec;
  const text = (rule: SetRule): string =>
    rule.kind === "acceptor" ? JSON.stringify(acceptors[rule.index]) : threshold(rule);
  const threshold = (rule: SetRule & { kind: "threshold" }) =>
    `${rule.threshold}(${rule.of.map(text).sort().join()})`;
  const parts = new Map([["rules", spec.burial as string]]);
  for (const name of acceptors) parts.set(`acceptor ${name}`, "");
  learners.forEach((name, i) => parts.set(`quorums of ${name}`, text(spec.quorums[i]!)));
  for (const { a, b, safe } of spec.safety) {
    parts.set(`safe sets of ${learners[a]} and ${learners[b]}`, text(safe));
  }
  for (const learner of allowDisagreement) parts.set(`disagreement of ${learners[learner]}`, "");
  demands.forEach((rule, i) => {
    if (rule !== undefined) parts.set(`demands of ${acceptors[i]}`, ruleText(rule) && text(rule));
  });
  return parts;
}

/**
 * The acceptors of these names.
 *
 * @param flag For messages.
 * @throws OperatorError (usage) for a name that is none of an acceptor.
 */
export function acceptorsNamed(
  { spec: { acceptors } }: GraphFile,
  names: readonly string[],
  flag: string,
): AcceptorSet {
  let set = 0n;
  for (const name of names.flatMap((each) => acceptors.includes(each) ? [each] : each.split(","))) {
    const index = acceptors.indexOf(name);
    if (index === -1) {
      const what = `${quote(name)} is not an acceptor${didYouMean(name, acceptors)}`;
      throw new OperatorError(EXIT.usage, what, flag);
    }
    set |= 1n << BigInt(index);
  }
  return set;
}
