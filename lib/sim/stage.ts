/**
 * What a process of the simulated world needs of it, and what it tells it.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import type { Effect, Input } from "../core/effects.ts";
import type { Rejection } from "../core/rejection.ts";
import type { Ballot, Message } from "../core/types.ts";
import type { ProposerStep } from "../trace/writer.ts";
import type { Signers } from "./sealed.ts";
import type { Process } from "./process.ts";
import type { Scene } from "./scene.ts";

/** What an honest process of the simulated world needs of it, besides, and what it tells it. */
export interface Stage extends Scene {
  /** How long an echo waits, lest the peer say first that it has the message. */
  readonly echoDelayMs: number;
  /** Who may sign what. */
  readonly signers: Signers;
  /** A process starts, and knows nothing yet, not even what is on its disk. */
  started(process: Process): void;
  /** The core has taken an input. Comes before what is sent because of it. */
  stepped(process: Process, input: Input, effects: readonly Effect[]): void;
  /** What an acceptor has signed is durable, and is about to be sent. */
  said(process: Process, entries: readonly Entry[]): void;
  /** An acceptor may sign from now on; comes before it does. */
  votes(process: Process): void;
  /** A proposer has looked whether to offer something. */
  offering(process: Process, step: ProposerStep): void;
  /** A proposer is about to offer a ballot. */
  proposed(process: Process, ballot: Ballot): void;
  /** The border has refused a message that has come from a process, by number. */
  refused(process: Process, message: Message, rejection: Rejection, from: number): void;
  /** The border has refused something from a villain that is no message: bytes, or a first word. */
  turnedAway(process: Process, thing: object, rejection: Rejection): void;
  /** A message of its own that it does not know has come to an acceptor that votes. */
  estranged(process: Process): void;
  /** The disk cannot keep what must be kept. */
  diskFailed(process: Process): void;
}
