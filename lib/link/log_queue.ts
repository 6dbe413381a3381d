/**
 * What is still to be said to one peer about the log.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { encodeCheckpoint, encodeClosing, encodeSnapshot } from "../log/codec.ts";
import { recordBytes } from "../log/record.ts";
import type { LogSaying } from "../node/log/log_saying.ts";
import {
  type LogNews,
  LogNewsSchema,
  LogRecordSchema,
} from "../wire/gen/hetpaxos/v1/consensus_pb.ts";

/** Things that wait for one peer at most; of more it hears when its next link begins. */
const WAITING_MAX = 16_384;

/** Statements in one envelope, at most. */
const STATEMENTS_MAX = 64;

/** Bytes of records above which an envelope is closed. */
const RECORD_BYTES = 256 * 1024;

/** Bytes of records that wait, at most: whoever handed them over hands them to another in time. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;

/** What waits, in order, but for what is as good later. */
export class LogQueue {
  #waiting: Exclude<LogSaying, { kind: "below" | "again" | "snapshot" }>[] = [];
  #bytes = 0;
  #below: number | undefined;
  #again = false;
  #snapshot: Extract<LogSaying, { kind: "snapshot" }> | undefined;

  /** Whether anything waits. */
  get hasAny(): boolean {
    return this.#waiting.length > 0 || this.#below !== undefined || this.#again ||
      this.#snapshot !== undefined;
  }

  /** Adds one thing; a newer snapshot takes the place of one that waits. */
  add(saying: LogSaying): void {
    if (saying.kind === "below") this.#below = saying.floor;
    else if (saying.kind === "again") this.#again = true;
    else if (saying.kind === "snapshot") this.#snapshot = saying;
    else {
      const bytes = saying.kind === "record" ? recordBytes(saying.record) : 0;
      const isFull = this.#waiting.length >= WAITING_MAX ||
        this.#bytes + bytes > WAITING_BYTES_MAX;
      if (isFull) return;
      this.#bytes += bytes;
      this.#waiting.push(saying);
    }
  }

  /** Takes out what goes into the next envelope; undefined if nothing waits. */
  next(): LogNews | undefined {
    if (!this.hasAny) return undefined;
    const news = create(LogNewsSchema, { again: this.#again });
    this.#again = false;
    if (this.#below !== undefined) news.below = BigInt(this.#below) + 1n;
    this.#below = undefined;
    if (this.#snapshot !== undefined) {
      news.snapshot = encodeSnapshot(this.#snapshot.snapshot);
      this.#snapshot = undefined;
      return news;
    }
    let [count, statements, bytes] = [0, 0, 0];
    for (const saying of this.#waiting) {
      if (statements >= STATEMENTS_MAX || bytes >= RECORD_BYTES) break;
      count++;
      if (saying.kind === "checkpoint") news.checkpoints.push(encodeCheckpoint(saying.signed));
      else if (saying.kind === "closing") news.closings.push(encodeClosing(saying.signed));
      else {
        const { client, sequence, payload } = saying.record;
        const record = { client, sequence: BigInt(sequence), payload: new Uint8Array(payload) };
        news.records.push(create(LogRecordSchema, record));
        bytes += recordBytes(saying.record);
      }
      if (saying.kind !== "record") statements++;
    }
    this.#waiting.splice(0, count);
    this.#bytes -= bytes;
    return news;
  }
}
