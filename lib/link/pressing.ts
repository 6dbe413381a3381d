/**
 * Which own messages a peer can do something with as soon as it has them. The others it needs, too,
 * but they can wait a little for an envelope to go along with: most envelopes carry one message, and
 * what an envelope costs is mostly the same however many it carries.
 *
 * @module
 */

import type { Ledger, LedgerRecord } from "../node/ledger.ts";
import type { NetworkSettings } from "../wire/limits.ts";
import { type Hello, Role } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";

/** A longer value is on its way for long, and sets out at once, in bytes. */
const VALUE_BYTES_MAX = 4_096;

/**
 * Whether the peer can do something with an own message at once. An acceptor votes on a 1a, and on
 * 1bs; learners decide by 2as, and so does the proposer of the ballot, who answers its client. What a
 * learner gets of a ballot before its first 2a is of no use to it, and other acceptors decide only so
 * that they can tell.
 *
 * @param peer Its name.
 * @param role What it says it is; undefined as long as it has not. It can only make itself wait.
 */
export function isPressingFor(
  { vote, valueHash, wire }: LedgerRecord,
  peer: string,
  role: Role | undefined,
  ledger: Ledger,
): boolean {
  const isAcceptor = role === Role.ACCEPTOR;
  if (wire.kind === "acceptor") {
    if (vote === undefined || vote.proposer === peer) return true;
    return (vote.kind === "1b") === isAcceptor;
  }
  if (isAcceptor || valueHash === undefined) return true;
  return (ledger.value(valueHash)?.length ?? 0) > VALUE_BYTES_MAX;
}

/**
 * How long those wait that are not pressing, in milliseconds: less than until somebody echoes them, or
 * until the peer asks for what others refer to.
 */
export function patienceOf(
  { echoDelayMs, wantDelayMs }: Pick<NetworkSettings, "echoDelayMs" | "wantDelayMs">,
): number {
  return Math.min(echoDelayMs / 8, wantDelayMs / 4);
}

/** How long what a feed has for one peer waits, whose Hello may be yet to come. */
export function patienceWith(
  link: { readonly peer: string; readonly theirHello: Pick<Hello, "role"> | undefined },
  ledger: Ledger,
  network: NetworkSettings,
) {
  return {
    echoDelayMs: network.echoDelayMs,
    isPressing: (record: LedgerRecord) =>
      isPressingFor(record, link.peer, link.theirHello?.role, ledger),
    patienceMs: patienceOf(network),
  };
}
