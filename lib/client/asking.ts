/**
 * Asking all acceptors how they are, and what is the matter while nothing is decided.
 *
 * @module
 */

import type { Configuration } from "../config/configuration.ts";
import { reasonOf } from "../wire/os_reason.ts";
import type { Calls, Failures } from "./calls.ts";
import { ClientError } from "./errors.ts";
import { Scope } from "./scope.ts";
import { readStatus } from "./status.ts";
import type { StatusAnswer } from "./types.ts";
import { verdicts } from "./verdict.ts";

/** After so long without a decision it is asked why, then ever more rarely; in milliseconds. */
const PATIENCE_MS = 3_000;

/** What acceptors say of themselves, in their order. Never rejects. */
export function askAll(
  { acceptors, digest }: Configuration,
  calls: Calls,
  scope: Scope,
  timeoutMs: number,
): Promise<StatusAnswer[]> {
  return Promise.all(acceptors.map(async (acceptor): Promise<StatusAnswer> => {
    const { name } = acceptor;
    try {
      const askedMs = Date.now();
      const answer = await calls.to(acceptor).getStatus({}, scope.signal);
      const asked = { askedMs, answeredMs: Date.now() };
      return { acceptor: name, status: readStatus(answer, asked, digest) };
    } catch (cause) {
      const error = scope.expired
        ? new ClientError("TIMEOUT", `no answer within ${timeoutMs} ms`, { cause })
        : new ClientError("UNREACHABLE", reasonOf(cause), { cause });
      return { acceptor: name, error };
    }
  }));
}

/** Learns what keeps one of some learners from deciding, as long as the scope lasts. Never rejects. */
export async function learnWhy(
  configuration: Configuration,
  calls: Calls,
  learners: readonly string[],
  scope: Scope,
  failures: Failures,
): Promise<void> {
  const { graph, limits: { clockSkewMsMax } } = configuration;
  for (let waitMs = PATIENCE_MS;; waitMs *= 2) {
    await scope.pause(waitMs);
    if (scope.signal.aborted) return;
    const asking = new Scope({ timeoutMs: PATIENCE_MS }, scope.signal);
    const answers = await askAll(configuration, calls, asking, PATIENCE_MS);
    asking.end();
    if (scope.signal.aborted) return;
    failures.why = verdicts({ graph, clockSkewMsMax }, answers)
      .find(({ learner, causes }) => learners.includes(learner) && causes.length > 0)?.sentence;
  }
}
