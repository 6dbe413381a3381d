/**
 * Whether another process runs as this acceptor, as far as its own address tells.
 *
 * @module
 */

import type { Configuration } from "../config/configuration.ts";
import { LinkError } from "../net/errors.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import { connectToAcceptor } from "../net/acceptor_client.ts";

/** How long our own address has to answer if another process serves there, in milliseconds. */
const SELF_CHECK_MS = 1_000;

/**
 * Asks whoever answers at our own address. Who proves to have our key, or answers us at all, is
 * there, whatever the answer.
 *
 * @throws OperatorError (identity in use) if somebody is there.
 */
export async function refuseIfRunning(configuration: Configuration): Promise<void> {
  const { self, source } = configuration;
  if (!await isThere(configuration)) return;
  throw new OperatorError(
    EXIT.identityInUse,
    `another process runs as ${self.name} at ${self.host}:${self.port}; stop it first`,
    source,
  );
}

async function isThere(configuration: Configuration): Promise<boolean> {
  let hasProved = false;
  const client = connectToAcceptor(configuration, configuration.self, {
    connectTimeoutMs: SELF_CHECK_MS,
    onShown: () => hasProved = true,
  });
  try {
    await client.getStatus({}, AbortSignal.timeout(SELF_CHECK_MS));
    return true;
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return hasProved || error.kind === "answered" || error.kind === "refused";
  } finally {
    client.close();
  }
}
