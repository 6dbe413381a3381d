/**
 * How the log of an acceptor is shown.
 *
 * @module
 */

import type { LearnerLogState, LogState } from "../../lib/client/log_status.ts";
import type { JsonValue } from "../output.ts";

/** Everything, for programs. */
export function logJson(log: LogState): Record<string, JsonValue> {
  return {
    ...log,
    learners: log.learners.map((each) => ({ ...each })),
    lying: [...log.lying],
  };
}

/** In one line. */
export function logLine({ floor, pending, coordinator, learners, lying }: LogState): string {
  const liars = lying.length === 0 ? "" : `; STATES WHAT IS NOT TRUE: ${lying.join(", ")}`;
  return `forgotten below ${floor}, ${pending} records wait, handed to ${coordinator}; ` +
    learners.map(learnerText).join("; ") + liars;
}

/** One learner's, in a clause. */
export function learnerText(
  { learner, prefix, retained, certified, ...is }: LearnerLogState,
): string {
  const words = [
    is.abandoned ? "abandoned" : "",
    is.inaccurate ? "proved not to be accurate" : "",
    is.holdsBack ? "holds forgetting back" : "",
    is.stalled ? "appending does not wait for it" : "",
  ].filter((word) => word !== "");
  const rest = words.length === 0 ? "" : ` (${words.join(", ")})`;
  return `${learner} has ${prefix}, certified to ${certified}, kept from ${retained}${rest}`;
}
