/**
 * Following the decisions of some instances, in their order.
 *
 * @module
 */

import type { Belief } from "../core/hearsay.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import { type Calls, Failures } from "./calls.ts";
import type { Decided } from "./decided.ts";
import { ClientError } from "./errors.ts";
import { Scope } from "./scope.ts";
import { type Asked, Survey } from "./survey.ts";

/** What following needs of a client. */
export interface FollowParts {
  readonly graph: LearnerGraph;
  readonly belief: Belief;
  readonly calls: Calls;
  /** Told of what has to end before the client is closed. */
  track<T>(call: Promise<T>): Promise<T>;
}

/**
 * All decisions, instance by instance; ends after those of the last.
 *
 * @param scope Ends with the whole of what is followed, of which these instances are a part.
 */
export async function* follow(
  { graph, belief, calls, track }: FollowParts,
  asked: Asked,
  scope: Scope,
): AsyncGenerator<Decided, void, undefined> {
  const part = new Scope({}, scope.signal);
  const failures = new Failures();
  let wake = () => {};
  const survey = new Survey(graph, belief, asked, () => wake());
  const onEnd = () => wake();
  part.signal.addEventListener("abort", onEnd);
  const listening = track(calls.listen(survey, asked, part, failures, true));
  try {
    for (const instance of asked.instances) {
      let decided: Decided[] | undefined;
      for (;;) {
        if (scope.signal.aborted) throw whyEnded(scope, instance, failures);
        decided = survey.complete(instance);
        if (decided !== undefined) break;
        await new Promise<void>((resolve) => wake = resolve);
      }
      refuseContradictions(survey, failures);
      yield* decided;
    }
  } finally {
    part.end();
    await listening;
  }
}

function refuseContradictions({ contradictions, decided }: Survey, failures: Failures): void {
  const [first] = contradictions;
  if (first === undefined) return;
  const what = `learners that were to agree decided differently in instance ${first.instance}`;
  throw new ClientError("DISAGREEMENT", what, {
    decisions: decided,
    failures: failures.all,
  });
}

function whyEnded(scope: Scope, instance: bigint, failures: Failures): Error {
  scope.check();
  const what = `instance ${instance} is not decided in time, as far as is known`;
  return new ClientError("TIMEOUT", what, { failures: failures.all });
}
