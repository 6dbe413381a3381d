/**
 * What links are told of a vote, so that they know who waits for it.
 *
 * @module
 */

import type { Facts } from "../core/entry.ts";
import type { Ballot } from "../core/types.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Vote } from "./ledger_record.ts";
import type { RunningInstance } from "./node_types.ts";

/** What a configuration says of who waits for votes. */
export type Who = Pick<Configuration, "proposers" | "self" | "log">;

/** Whether somebody of this name has made the ballot. */
export function isBy({ proposer }: Ballot, name: string, { proposers }: Who): boolean {
  return proposers[proposer]?.name === name;
}

/**
 * The vote that an own message is; undefined if anybody may wait for it: its ballot is not the only
 * one that is known, or another is held back or wanted here, or a 1a has come by a detour, so that
 * its proposer may be gone; or if it is a 2a that a log waits for, whose entries acceptors certify.
 */
export function voteOf(
  { state: { lowest1a, held }, proposers, byDetour }: RunningInstance,
  { kind, ballot, proposal }: Facts,
  who: Who,
): Vote | undefined {
  if (kind === "1a" || byDetour || held.size > 0 || lowest1a !== proposal) return undefined;
  if (kind === "2a" && who.log !== undefined) return undefined;
  if (proposers.size > 0 && ballot.proposer !== who.self.proposerIndex) return undefined;
  return { kind, proposer: who.proposers[ballot.proposer]!.name };
}
