/**
 * Sessions: which records of each client a learner's log has, so that a repeated one is delivered
 * once. The same for all who read the same log, and so part of what is certified.
 *
 * Canonical bytes, clients in the order in which they were last heard of:
 *
 * ```text
 * "hetpaxos/v2/log/sessions\0" count:u32 (length:u32 client last:u64 seen:u64)…
 * ```
 *
 * @module
 */

import { ByteReader, OutOfBytes } from "../wire/byte_reader.ts";
import { ByteWriter } from "../wire/byte_writer.ts";
import { tag } from "../wire/canonical.ts";
import { equalBytes } from "../wire/hex.ts";
import { CLIENT_BYTES_MAX, type LogRecord } from "./record.ts";

/** How far below its highest a client's sequence may still come: pipelines are no longer. */
export const SEQUENCE_SPAN = 64;

const TAG = tag("hetpaxos/v2/log/sessions");
const MASK = (1n << BigInt(SEQUENCE_SPAN)) - 1n;

/** What of a client has been delivered. */
interface Session {
  /** Its highest sequence. */
  last: number;
  /** Bit i is set if `last - i` has been delivered. */
  seen: bigint;
}

/** What a log makes of a record: it delivers those that are new. */
export type Admission = "new" | "repeated" | "too old";

/**
 * The sessions of one learner's log at one position; changes in place. At most `clientsMax` clients:
 * whoever was not heard of for longest is forgotten, and what it repeats then is delivered again.
 */
export class Sessions {
  readonly #clientsMax: number;
  /** Insertion order is the order in which they were last heard of. */
  readonly #byClient = new Map<string, Session>();

  /** Nobody has been heard of. */
  constructor(clientsMax: number) {
    this.#clientsMax = clientsMax;
  }

  /** How many clients are remembered. */
  get size(): number {
    return this.#byClient.size;
  }

  /** What {@linkcode Sessions.admit} would say, changing nothing. */
  judge({ client, sequence }: Pick<LogRecord, "client" | "sequence">): Admission {
    const session = this.#byClient.get(client);
    if (session === undefined || sequence > session.last) return "new";
    const behind = session.last - sequence;
    if (behind >= SEQUENCE_SPAN) return "too old";
    return ((session.seen >> BigInt(behind)) & 1n) === 1n ? "repeated" : "new";
  }

  /** Takes the next record of the log. */
  admit(record: Pick<LogRecord, "client" | "sequence">): Admission {
    const admission = this.judge(record);
    if (admission !== "new") return admission;
    const { client, sequence } = record;
    const session = this.#byClient.get(client) ?? { last: sequence, seen: 0n };
    if (sequence > session.last) {
      const ahead = sequence - session.last;
      session.seen = ahead >= SEQUENCE_SPAN ? 0n : (session.seen << BigInt(ahead)) & MASK;
      session.last = sequence;
    }
    session.seen |= 1n << BigInt(session.last - sequence);
    this.#byClient.delete(client);
    this.#byClient.set(client, session);
    if (this.#byClient.size > this.#clientsMax) {
      const [longest] = this.#byClient.keys();
      this.#byClient.delete(longest!);
    }
    return admission;
  }

  /** Canonical bytes: what statements have the hash of. */
  encode(): Uint8Array<ArrayBuffer> {
    const writer = new ByteWriter().raw(TAG).u32(this.#byClient.size);
    for (const [client, { last, seen }] of this.#byClient) {
      writer.text(client).u64(BigInt(last)).u64(seen);
    }
    return writer.finish();
  }

  /** The sessions with these canonical bytes; undefined if there are none. */
  static decode(bytes: Uint8Array, clientsMax: number): Sessions | undefined {
    try {
      const reader = new ByteReader(bytes);
      if (!equalBytes(reader.raw(TAG.length), TAG)) return undefined;
      const count = reader.u32();
      if (count > clientsMax) return undefined;
      const sessions = new Sessions(clientsMax);
      for (let i = 0; i < count; i++) {
        const client = reader.text();
        if (client.length === 0 || client.length > CLIENT_BYTES_MAX) return undefined;
        sessions.#byClient.set(client, { last: reader.u53(), seen: reader.u64() });
      }
      return reader.left === 0 && sessions.size === count ? sessions : undefined;
    } catch (error) {
      if (error instanceof OutOfBytes) return undefined;
      throw error;
    }
  }
}
