/**
 * What a process says to its peers about the log.
 *
 * @module
 */

import type { AcceptorIndex } from "../../core/types.ts";
import type { LogRecord } from "../../log/record.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import type { Checkpoint, Closing, Signed } from "../../log/statement.ts";
import type { Position } from "../../log/types.ts";

/** One thing said. All of it is kept already. */
export type LogSaying =
  | {
    readonly kind: "checkpoint";
    readonly signed: Signed<Checkpoint>;
    /** The peer that has brought it, by name; undefined for our own. */
    readonly by: string | undefined;
  }
  | {
    readonly kind: "closing";
    readonly signed: Signed<Closing>;
    /** As above. */
    readonly by: string | undefined;
  }
  /** To one acceptor: put it into the log. */
  | { readonly kind: "record"; readonly to: AcceptorIndex; readonly record: LogRecord }
  /** To whoever can: we lack what is at your floor. */
  | { readonly kind: "below"; readonly floor: Position }
  /** To those whose messages were refused: our window has gone on, offer them again. */
  | { readonly kind: "again"; readonly to: ReadonlySet<string> }
  /** To one peer. */
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot };
