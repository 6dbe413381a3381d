/**
 * What a link makes of what its peer says about the log.
 *
 * @module
 */

import { isRejection, type Rejection } from "../core/rejection.ts";
import { decodeCheckpoint, decodeClosing, decodeSnapshot } from "../log/codec.ts";
import { closingFlaw } from "../log/statement.ts";
import type { LogRoom } from "../node/log/log_room.ts";
import type { LogSaying } from "../node/log/log_saying.ts";
import type { LogNews } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";

/** Statements and closings of one envelope that are looked at. */
const LOOKED_AT_MAX = 256;

/** Records of one envelope that are looked at. */
const RECORDS_MAX = 8_192;

/** Who hears. */
export interface LogListener {
  /** The log of this process. */
  readonly room: LogRoom;
  /** Name of the peer. */
  readonly peer: string;
  /** Its index, if it is an acceptor. */
  readonly index: number | undefined;
  /** Whether it may be given a snapshot now, or all be offered again; counts it if so. */
  mayAsk(): boolean;
  /** Says something to it. */
  say(saying: LogSaying): void;
  /** Offers it everything again. */
  offerAgain(): void;
  /** Something that it has said is refused. */
  refused(rejection: Rejection): void;
}

/** Takes in what a peer says. Bounded by what an envelope may have. */
export function hear(listener: LogListener, news: LogNews): void {
  const { room, peer, index, refused } = listener;
  if (news.snapshot !== undefined) {
    const snapshot = decodeSnapshot(news.snapshot, room.context.graph.learnerCount);
    if (isRejection(snapshot)) refused(snapshot);
    else room.step({ kind: "snapshot", snapshot });
  }
  for (const encoded of news.checkpoints.slice(0, LOOKED_AT_MAX)) {
    const signed = decodeCheckpoint(encoded);
    if (isRejection(signed)) refused(signed);
    else room.heardCheckpoint(signed, peer);
  }
  for (const encoded of news.closings.slice(0, LOOKED_AT_MAX)) {
    const signed = decodeClosing(encoded);
    if (isRejection(signed)) {
      refused(signed);
      continue;
    }
    const flaw = room.closings.knows(signed) ? undefined : closingFlaw(room.context, signed);
    if (flaw === undefined) room.heardClosing(signed, peer);
    else refused({ rejected: codeOf(flaw), detail: "a closing that its signer has not made" });
  }
  if (index !== undefined) {
    for (const { client, sequence, payload } of news.records.slice(0, RECORDS_MAX)) {
      if (sequence > BigInt(Number.MAX_SAFE_INTEGER)) continue;
      const record = { client, sequence: Number(sequence), payload: payload.slice() };
      room.append(record, index);
    }
  }
  const wantsAny = news.below > 0n || news.again;
  if (!wantsAny || !listener.mayAsk()) return;
  const below = Number(news.below) - 1;
  const snapshot = news.below > 0n ? room.snapshotFor(below) : undefined;
  if (snapshot !== undefined) listener.say(snapshot);
  listener.offerAgain();
}

function codeOf(flaw: "MALFORMED" | "SIGNATURE"): "MALFORMED" | "BAD_SIGNATURE" {
  return flaw === "MALFORMED" ? "MALFORMED" : "BAD_SIGNATURE";
}
