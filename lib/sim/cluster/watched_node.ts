/**
 * The node of the programs, watched: what becomes of each message that a peer hands in.
 *
 * @module
 */

import type { Rejection } from "../../core/rejection.ts";
import type { MessageId } from "../../core/types.ts";
import { Node } from "../../node/node.ts";
import type { NodeOptions } from "../../node/node_types.ts";
import type { ConsensusMessage } from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";

/** Told what has become of a message: its id or why it is refused, and whether the log has grown. */
export type Taken = (
  message: ConsensusMessage,
  outcome: MessageId | Rejection,
  hasGrown: boolean,
) => void;

/** A node that tells what it takes. */
export class WatchedNode extends Node {
  readonly #taken: Taken;

  /** As the programs' own. */
  constructor(options: NodeOptions, taken: Taken) {
    super(options);
    this.#taken = taken;
  }

  override take(message: ConsensusMessage, source: string): MessageId | Rejection {
    const { length } = this.ledger;
    const outcome = super.take(message, source);
    this.#taken(message, outcome, this.ledger.length > length);
    return outcome;
  }
}
