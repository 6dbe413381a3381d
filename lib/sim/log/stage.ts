/**
 * The world of one log as those who act in it see it.
 *
 * @module
 */

import type { AcceptorSet, LearnerIndex } from "../../core/types.ts";
import type { CoordinatorState } from "../../log/coordinator_state.ts";
import type { Delivery } from "../../log/learner_log.ts";
import type { LogRecord } from "../../log/record.ts";
import type { Kept, LogReport, LogState } from "../../log/state.ts";
import type { Checkpoint, Closing, Signed } from "../../log/statement.ts";
import type { LogContext, Position } from "../../log/types.ts";
import type { EventQueue } from "../event_queue.ts";
import type { Marks } from "../marks.ts";
import type { Prng } from "../prng.ts";
import type { Packet, Vote } from "./packets.ts";
import type { LogScenario } from "./scenario.ts";
import type { Votes } from "./votes.ts";

/** What survives an honest process. */
export type Line = { readonly kind: "vote"; readonly vote: Vote } | Kept;

/** An honest process, to look at. */
export interface Honest {
  /** Acceptors have their indices; others follow. */
  readonly index: number;
  /** Whether it runs. */
  readonly isUp: boolean;
  /** Its log. */
  readonly state: LogState;
  /** What it knows of instances. */
  readonly votes: Votes;
  /** What it appends. */
  readonly coordinator: CoordinatorState;
  /** What is safe on its disk. */
  readonly journal: readonly Line[];
  /** Who still has to say what it knows of this acceptor's messages. */
  readonly awaited: ReadonlySet<number>;
}

/** Who is told of everything that honest processes do, before it has consequences. */
export interface Witness {
  /** It votes. */
  voted(member: Honest, vote: Vote): void;
  /** It sends a closing. */
  closing(member: Honest, signed: Signed<Closing>): void;
  /** It sends a checkpoint. */
  stated(member: Honest, signed: Signed<Checkpoint>): void;
  /** It delivers an entry. */
  delivered(member: Honest, delivery: Delivery): void;
  /** It deletes what it knows of the instances below. */
  forgets(member: Honest, below: Position): void;
  /** It tells its operator something. */
  reported(member: Honest, report: LogReport): void;
  /** It runs again. */
  restarted(member: Honest, isWiped: boolean): void;
}

/** The world. */
export interface Stage {
  /** What it is made of. */
  readonly scenario: LogScenario;
  /** What the log is kept with. */
  readonly context: LogContext;
  /** Chance. */
  readonly prng: Prng;
  /** Time. */
  readonly queue: EventQueue;
  /** What was seen. */
  readonly marks: Marks;
  /** Who sees everything. */
  readonly judge: Witness;
  /** All processes. */
  readonly processes: readonly number[];
  /** Those of them that are honest. */
  readonly honest: readonly number[];
  /** The acceptors among these. */
  readonly safe: AcceptorSet;
  /** Records that clients have appended so far. */
  readonly records: readonly LogRecord[];
  /** The honest processes. */
  readonly members: ReadonlyMap<number, Honest>;
  /** One of them. */
  someHonest(): Honest;
  /** To one. */
  send(from: number, to: number, packet: Packet): void;
  /** To all others. */
  broadcast(from: number, packet: Packet): void;
  /** Whether the process that acts stops before its next effect. */
  stopsNow(): boolean;
  /** What an acceptor votes for if this value is offered, by learner. */
  valuesFor(acceptor: number, instance: Position, offered: Uint8Array): (Uint8Array | undefined)[];
  /** A process has delivered a record: it tells the client. */
  acknowledge(member: Honest, learner: LearnerIndex, position: Position, key: string): void;
}
