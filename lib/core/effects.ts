/**
 * What goes into a step of an instance, and what comes out.
 *
 * @module
 */

import type { Entry } from "./dag.ts";
import type { Source } from "./inbox.ts";
import type { Decision, Disagreement } from "./learner.ts";
import type { Rejection } from "./rejection.ts";
import type { AcceptorIndex, Message, MessageId, Timestamp } from "./types.ts";

/** What happens to an instance. `now` never runs backwards, but in a tick that says so. */
export type Input =
  | {
    readonly kind: "message";
    readonly message: Message;
    readonly source: Source;
    /** Of the value of a 1a, which is kept while the 1a waits; 0 if absent. */
    readonly bytes?: number;
    readonly now: Timestamp;
  }
  | {
    readonly kind: "tick";
    readonly now: Timestamp;
    /** The clock has been set back: `now` may be below that of the input before. */
    readonly setBack?: boolean;
  }
  /** A message from the journal, all of whose refs have been restored. Only before the first vote. */
  | { readonly kind: "restore"; readonly message: Message; readonly now: Timestamp }
  /** Whether the acceptor may sign from now on. */
  | { readonly kind: "vote"; readonly allowed: boolean; readonly now: Timestamp };

/**
 * What the world is to do, in this order. Between two effects nothing else may be sent.
 *
 * - `deliver`: a message is known and well-formed. Journal it; echo it to peers that may lack it.
 * - `send`: an own message. Sign it, make it durable together with the deliveries before it, and
 *   only then broadcast it.
 * - `reject`: a message is refused for good.
 * - `request`: refs are missing; ask `source` for them first.
 * - `wake`: call with a tick at that time.
 * - `estranged`: a message of our own has come, while voting, that we do not know. We sign no more
 *   in this instance: until told so again, or, if it is `forked` from what we sent, ever.
 * - `decide`, `caught`, `disagree`: report.
 */
export type Effect =
  | { readonly kind: "deliver"; readonly entry: Entry; readonly source: Source }
  | { readonly kind: "send"; readonly entry: Entry }
  | {
    readonly kind: "reject";
    readonly id: MessageId;
    readonly rejection: Rejection;
    readonly sources: readonly Source[];
  }
  | { readonly kind: "request"; readonly ids: readonly MessageId[]; readonly source: Source }
  | { readonly kind: "wake"; readonly at: Timestamp }
  | { readonly kind: "estranged"; readonly entry: Entry; readonly forked: boolean }
  | { readonly kind: "decide"; readonly decision: Decision }
  | {
    readonly kind: "caught";
    readonly acceptor: AcceptorIndex;
    readonly evidence: readonly [Entry, Entry];
  }
  | { readonly kind: "disagree"; readonly disagreement: Disagreement };
