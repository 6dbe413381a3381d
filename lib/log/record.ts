/**
 * Records and batches: what clients append, and the value that an instance of the log decides.
 *
 * Canonical bytes, integers big-endian; a client's name is UTF-8:
 *
 * ```text
 * batch: "hetpaxos/v2/log/batch\0" count:u32 (length:u32 client sequence:u64 length:u32 payload)…
 * ```
 *
 * @module
 */

import { ByteReader, OutOfBytes } from "../wire/byte_reader.ts";
import { ByteWriter } from "../wire/byte_writer.ts";
import { tag } from "../wire/canonical.ts";
import { equalBytes } from "../wire/hex.ts";

/** Bytes of a client's name. */
export const CLIENT_BYTES_MAX = 64;

/** Bytes that a record takes in a batch besides its client's name and its payload. */
export const RECORD_OVERHEAD_BYTES = 16;

const TAG = tag("hetpaxos/v2/log/batch");

/** Bytes of a batch without records. */
export const BATCH_OVERHEAD_BYTES: number = TAG.length + 4;

/**
 * Something appended to the log.
 *
 * @example
 * ```ts
 * import { type LogRecord } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const record: LogRecord = { client: "till 4", sequence: 1, payload: new Uint8Array([7]) };
 * assertEquals(record.payload.length, 1);
 * ```
 */
export interface LogRecord {
  /** Who appends: 1 to 64 bytes of UTF-8. */
  readonly client: string;
  /** The client's own number of it: 1 to 2^53 - 1. With the name it tells a repetition. */
  readonly sequence: number;
  /** Anything. */
  readonly payload: Uint8Array;
}

/** Bytes that a record takes in a batch. */
export function recordBytes({ client, payload }: LogRecord): number {
  return RECORD_OVERHEAD_BYTES + utf8Length(client) + payload.length;
}

const NOT_ASCII = /[^\0-\x7f]/;

/** Bytes of a text in UTF-8. Most names are plain, and there is one with every record. */
function utf8Length(text: string): number {
  return NOT_ASCII.test(text) ? new TextEncoder().encode(text).length : text.length;
}

/** What keeps a record out of any batch, in words; undefined if nothing does. */
export function recordFlaw(record: LogRecord, batchBytesMax: number): string | undefined {
  const { client, sequence } = record;
  const named = utf8Length(client);
  if (named < 1 || named > CLIENT_BYTES_MAX) {
    return `a client's name has 1 to ${CLIENT_BYTES_MAX} bytes, not ${named}`;
  }
  if (!client.isWellFormed()) return "a client's name is no Unicode text";
  if (!Number.isSafeInteger(sequence) || sequence < 1) {
    return `sequence ${sequence} is not from 1 to 2^53 - 1`;
  }
  const whole = BATCH_OVERHEAD_BYTES + recordBytes(record);
  if (whole <= batchBytesMax) return undefined;
  return `a batch of this record alone has ${whole} bytes; batchBytesMax is ${batchBytesMax}`;
}

/** The value that stands for these records in this order. Linear. */
export function encodeBatch(records: readonly LogRecord[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter().raw(TAG).u32(records.length);
  for (const { client, sequence, payload } of records) {
    writer.text(client).u64(BigInt(sequence)).prefixed(payload);
  }
  return writer.finish();
}

/**
 * The records in a value. None in one that is no batch, byte for byte as {@linkcode encodeBatch}
 * makes it: whoever may propose can have anything decided, and everybody must make the same of it.
 *
 * @example
 * ```ts
 * import { decodeBatch, encodeBatch } from "./record.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const record = { client: "till 4", sequence: 1, payload: new Uint8Array([7]) };
 * assertEquals(decodeBatch(encodeBatch([record])), [record]);
 * assertEquals(decodeBatch(new Uint8Array([7])), []);
 * ```
 */
export function decodeBatch(value: Uint8Array): readonly LogRecord[] {
  try {
    const reader = new ByteReader(value);
    if (!equalBytes(reader.raw(TAG.length), TAG)) return [];
    const count = reader.u32();
    const records: LogRecord[] = [];
    for (let i = 0; i < count; i++) {
      const client = reader.text();
      const record = { client, sequence: reader.u53(), payload: reader.prefixed() };
      if (recordFlaw(record, Number.MAX_SAFE_INTEGER) !== undefined) return [];
      records.push(record);
    }
    return reader.left === 0 ? records : [];
  } catch (error) {
    if (error instanceof OutOfBytes) return [];
    throw error;
  }
}
