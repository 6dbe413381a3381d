/**
 * What a node is made of, and whom it tells.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import type { Effect, InstanceState } from "../core/instance.ts";
import type { Disagreement } from "../core/learner.ts";
import type { Pace, ProposerState } from "../core/proposer.ts";
import type { Rejection } from "../core/rejection.ts";
import type { MessageId } from "../core/types.ts";
import type { Journal, JournalError } from "../store/journal.ts";
import type { Verifier } from "../crypto/verify.ts";
import type { Scope } from "../wire/canonical.ts";
import type { WireMessage } from "../wire/codec.ts";
import type { Clock, OneTimer } from "./clock.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Logger } from "./logger.ts";
import type { LedgerRecord } from "./ledger.ts";
import type { LogSaying } from "./log/log_saying.ts";
import type { Request } from "./lack.ts";

/** What a node needs of the world. */
export interface NodeOptions {
  /** Checked; also says which identity this process has. */
  readonly configuration: Configuration;
  /** Whether it signs, as the acceptor that the configuration's key belongs to. */
  readonly votes: boolean;
  /** What it remembers; the node does not close it. */
  readonly journal: Journal;
  /** Every timestamp and timer of the node comes from it. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Told what happens: links, refusals, ballots, equivocations. */
  readonly log: Logger;
  /** Names and verifies messages; one made from the configuration if absent. */
  readonly verifier?: Verifier | undefined;
  /** Takes the lines of a trace of every step, if one is wanted (docs/TRACES.md). */
  readonly trace?: ((line: string) => void) | undefined;
}

/** What a node tells whoever runs it. */
export interface NodeObserver {
  /** Messages were added to the ledger. */
  appended?(records: readonly LedgerRecord[]): void;
  /** These are missing: ask for them. */
  wanted?(requests: readonly Request[]): void;
  /** Something was refused after it had waited; `sources` have sent it. */
  refused?(rejection: Rejection, sources: readonly string[]): void;
  /** Learners decided differently. */
  disagreement?(instance: bigint, disagreement: Disagreement): void;
  /** An acceptor equivocated. */
  caught?(instance: bigint, acceptor: string, evidence: readonly [Entry, Entry]): void;
  /** A message of our own has come that we do not know: we sign no more in that instance. */
  estranged?(instance: bigint, entry: Entry, forked: boolean): void;
  /** The journal cannot be written: nothing more is taken, signed or sent. */
  failed?(error: JournalError): void;
  /** Something is to be said to peers about the log; all it rests on is kept. */
  said?(saying: LogSaying): void;
  /** The effects of one step of the core, for those who want to follow it. */
  stepped?(instance: bigint, effects: readonly Effect[]): void;
}

/** A value being offered until its learners have decided. */
export interface Proposing {
  /** The core's part, changed in place by `stepProposer`. */
  readonly state: ProposerState;
  /** By what it times its ballots. */
  readonly pace: Pace;
  /**
   * How it has ended: the learners have decided, but for those starved for good (true), or it was
   * stopped (false). Undefined while it goes on.
   */
  decided: boolean | undefined;
  /**
   * All learners but those that are starved as far as is known have decided, or had at some time.
   * The proposer goes on: if somebody else is caught, it serves them again.
   */
  hasRested: boolean;
  /** Called when it rests for the first time, and when it has ended. They start nothing themselves. */
  readonly watchers: Set<() => void>;
}

/** One instance as the node keeps it. */
export interface RunningInstance extends OneTimer {
  /** Its number, 0 to 2^64 - 1. */
  readonly id: bigint;
  /** The peer whose message brought it to memory; undefined if none did. */
  readonly openedBy: string | undefined;
  /** What ids and signatures of its messages are bound to. */
  readonly scope: Scope;
  /** The core's part, changed in place by `step`. */
  readonly state: InstanceState;
  /** Messages that wait in the core for refs or for the clock. */
  readonly wires: Map<MessageId, WireMessage>;
  /** Those that still offer a value here. */
  readonly proposers: Set<Proposing>;
  /** How often it has been told that the clock was set back. */
  setBacks: number;
  /** When it was last used, on the clock of `elapsedMs`. */
  usedMs: number;
  /** Whether its acceptor has been told that it may vote, if it may. */
  admitted: boolean;
  /** A 1a has come from somebody else than its proposer, who may be gone. */
  byDetour: boolean;
}
