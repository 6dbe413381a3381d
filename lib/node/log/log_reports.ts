/**
 * What operators are told of the log.
 *
 * @module
 */

import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { LogReport } from "../../log/state.ts";
import type { Logger } from "../logger.ts";

/** Logs a report, in one line. */
export function tellReport(log: Logger, { spec }: LearnerGraph, report: LogReport): void {
  const learner = (index: number) => spec.learners[index]!;
  switch (report.kind) {
    case "lie": {
      const { signer, learner: about, first } = report.lie;
      const { position } = first.statement;
      return log(
        "error",
        `${spec.acceptors[signer]} lies: it has stated two things of ${learner(about)}'s log at ` +
          position,
      );
    }
    case "disagreement":
      return log(
        "error",
        `${
          learner(report.learner)
        } has two outcomes at ${report.position} of its log: it is not accurate`,
      );
    case "inaccurate":
      return log(
        "error",
        `${
          learner(report.learner)
        } is not accurate: a certificate at ${report.position} says what ` +
          "was not seen here; forgetting does not wait for it any more",
      );
    case "refused snapshot": {
      const { learner: whose, flaw } = report.flaw;
      const of = whose === undefined ? "" : ` of ${learner(whose)}`;
      return log("warn", `refused a snapshot of the log: ${flaw}${of}`);
    }
    case "gap":
      return log(
        "warn",
        `the log of ${learner(report.learner)} lacks what is from ${report.from} to the floor here`,
      );
  }
}
