/**
 * What the log of a process needs of its node.
 *
 * @module
 */

import type { AcceptorIndex } from "../../core/types.ts";
import type { LogContext } from "../../log/types.ts";
import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger.ts";
import type { Logger } from "../logger.ts";
import type { Turn } from "../proposing.ts";
import type { LogAppendingParts } from "./log_appending.ts";
import type { ClosedIn } from "./log_shown.ts";

/** What a {@linkcode LogRoom} needs of its node. */
export interface LogRoomParts extends ClosedIn, Pick<LogAppendingParts, "propose" | "stop"> {
  readonly context: LogContext;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  /** Undefined for a process that does not vote. */
  readonly self: AcceptorIndex | undefined;
  /** In whose name it proposes; undefined if it does not. */
  readonly turn: Turn | undefined;
  /** The acceptor's signature. */
  sign(bytes: Uint8Array): Uint8Array;
  /** Whether the acceptor still asks its peers what it has forgotten. */
  isRecovering(): boolean;
  /** Something has happened that a flush has to keep. */
  settled(): void;
  /** Deletes messages below an instance, so many at most; tells whether there may be more. */
  forget(below: bigint, count: number): boolean;
  /** Lets go of what is in memory of instances below one. */
  letGo(below: bigint): void;
  /** Bytes that a snapshot's entries may have. */
  readonly snapshotBytesMax: number;
}
