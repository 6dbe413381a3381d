/**
 * The windows that a configuration has acceptors keep.
 *
 * @module
 */

import type { WindowRule } from "../core/windows.ts";
import type { ClusterConfiguration } from "./cluster_configuration.ts";

/** The rule, by indices; undefined if nobody takes turns: then acceptors keep no windows. */
export function windowRuleOf(
  { proposers, proposer }: Pick<ClusterConfiguration, "proposers" | "proposer">,
): WindowRule | undefined {
  const { rotation: names, windowMsMin } = proposer;
  if (names.length === 0) return undefined;
  const rotation = names.map((name) => proposers.findIndex((each) => each.name === name));
  return { rotation, hasOthers: proposers.length > rotation.length, windowMsMin };
}
