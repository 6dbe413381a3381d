/**
 * Who is connected to whom: the acceptors themselves are asked.
 *
 * @module
 */

import { connect } from "../../lib/client/client.ts";
import { type Configuration, readConfiguration } from "../../lib/config/configuration.ts";
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
  const acceptors = configuration.acceptors.filter(({ name }) => names.includes(name));
  const limits = { connectTimeoutMs: ANSWER_MS_MAX };
  await using client = connect({ ...configuration, acceptors }, limits);
  const answers = await client.status({ timeoutMs: ANSWER_MS_MAX });
  return new Map(answers.map((answer): [string, Answer] => {
    if ("error" in answer) return [answer.acceptor, { error: answer.error.message }];
    const linked = answer.status.peers.filter(({ connected }) => connected);
    return [answer.acceptor, { linked: new Set(linked.map(({ name }) => name)) }];
  }));
}
