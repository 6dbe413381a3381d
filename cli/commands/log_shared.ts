/**
 * What the commands of the log have in common.
 *
 * @module
 */

import { connect } from "../../lib/client/client.ts";
import { ClientError, type ClientErrorCode } from "../../lib/client/errors.ts";
import type { Client } from "../../lib/client/types.ts";
import type { ClusterConfiguration, Configuration } from "../../lib/config/configuration.ts";
import type { LogSettings } from "../../lib/log/types.ts";
import { EXIT, type ExitStatus, OperatorError } from "../../lib/wire/operator_error.ts";
import { chosenLearners } from "./instances.ts";

/** The last position. */
export const POSITION_MAX: number = Number.MAX_SAFE_INTEGER;

/** Chooses one learner. */
export const ONE_LEARNER_FLAG = {
  name: "learner",
  kind: "text",
  value: "NAME",
  help: "whose log; may be left out if there is one learner only",
} as const;

/** How long to wait for answers. */
export const ANSWER_TIMEOUT_FLAG = {
  name: "timeout",
  kind: "duration",
  value: "TIME",
  min: 1,
  max: 7 * 24 * 3600 * 1000,
  default: 10_000,
  help: "wait so long for answers",
} as const;

/** How the log is kept. @throws OperatorError if the configuration has none. */
export function requireLog({ log, source }: ClusterConfiguration): LogSettings {
  if (log !== undefined) return log;
  const what = "the configuration has no log; give it `log: {}` at every member to keep one";
  throw new OperatorError(EXIT.configuration, what, source);
}

/** The learner meant. @throws OperatorError if there is no such learner, or it is not said which. */
export function oneLearner(name: string | undefined, configuration: Configuration): string {
  const { learners } = configuration.graph.spec;
  if (name !== undefined) return chosenLearners({ learner: [name] }, configuration).names[0]!;
  if (learners.length === 1) return learners[0]!;
  const what = `say whose log you mean; there are ${learners.join(", ")}`;
  throw new OperatorError(EXIT.usage, what, "--learner");
}

/** A client for as long as a command runs; what it fails with is told in its words. */
export async function asClient<T>(
  configuration: Configuration,
  timeoutMs: number,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  await using client = connect(configuration, { connectTimeoutMs: timeoutMs });
  try {
    return await use(client);
  } catch (error) {
    throw inWords(error);
  }
}

const STATUSES: Partial<Record<ClientErrorCode, ExitStatus>> = {
  INVALID: EXIT.usage,
  NO_LOG: EXIT.configuration,
  DISAGREEMENT: EXIT.disagreement,
  TOO_OLD: EXIT.usage,
  FORGOTTEN: EXIT.lost,
  NOT_YET: EXIT.timeout,
  NOT_CERTIFIED: EXIT.timeout,
};

/** What a client's call has failed with, as an operator is told; anything else as it is. */
export function inWords(error: unknown): unknown {
  if (!(error instanceof ClientError)) return error;
  return new OperatorError(STATUSES[error.code] ?? EXIT.timeout, error.message);
}
