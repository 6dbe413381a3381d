/**
 * Who is connected to whom: the acceptors themselves are asked.
 *
 * @module
 */

import { connectToAcceptor } from "../../lib/net/acceptor_client.ts";
import { type Configuration, readConfiguration } from "../../lib/config/configuration.ts";
import { reasonOf } from "../../lib/wire/os_reason.ts";
import type { ClusterFolder, Description } from "./state.ts";

/** How long an acceptor may take to answer, in milliseconds. */
const ANSWER_MS_MAX = 2_000;

/** What an acceptor says: the names of those connected to it, or why it says nothing. */
export type Answer = { readonly linked: ReadonlySet<string> } | { readonly error: string };

/** The configuration of the identity that asks. */
export async function askersConfiguration(
  folder: ClusterFolder,
  { clients }: Description,
): Promise<Configuration> {
  return await readConfiguration(folder.config(clients[0]!));
}

/**
 * Asks acceptors, at the same time.
 *
 * @returns by name.
 */
export async function askAcceptors(
  configuration: Configuration,
  names: readonly string[],
): Promise<Map<string, Answer>> {
  const asked = configuration.acceptors.filter(({ name }) => names.includes(name));
  const answers = asked.map(async (acceptor): Promise<[string, Answer]> => {
    const client = connectToAcceptor(configuration, acceptor, { connectTimeoutMs: ANSWER_MS_MAX });
    try {
      const { peers } = await client.getStatus({}, AbortSignal.timeout(ANSWER_MS_MAX));
      const linked = peers.filter(({ connected }) => connected).map(({ name }) => name);
      return [acceptor.name, { linked: new Set(linked) }];
    } catch (error) {
      return [acceptor.name, { error: reasonOf(error) }];
    } finally {
      client.close();
    }
  });
  return new Map(await Promise.all(answers));
}
