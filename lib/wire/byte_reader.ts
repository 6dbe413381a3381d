/**
 * Reads the fixed-width and length-prefixed fields that canonical bytes are made of.
 *
 * @module
 */

import { toHex } from "./hex.ts";

/** Bytes that are not what was expected; nobody but a parser catches it. */
export class OutOfBytes extends Error {}

/** Takes fields from bytes, in turn. All integers are unsigned and big-endian. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  /** Starts at the first byte. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not yet taken. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** One byte. @throws OutOfBytes at the end, as all others do. */
  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** Four bytes. */
  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** Eight bytes. @throws OutOfBytes also above 2^53 - 1. */
  u53(): number {
    const value = Number(this.u64());
    if (!Number.isSafeInteger(value)) throw new OutOfBytes(`${value} is above 2^53 - 1`);
    return value;
  }

  /** Eight bytes. */
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  /** So many bytes as they are: a view, not a copy. */
  raw(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  /** So many bytes as lower-case hex digits. */
  hex(count: number): string {
    return toHex(this.raw(count));
  }

  /** Bytes after their length in four bytes. */
  prefixed(): Uint8Array {
    return this.raw(this.u32());
  }

  /** Strict UTF-8 after its length in four bytes. @throws OutOfBytes also for what is no UTF-8. */
  text(): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.prefixed());
    } catch {
      throw new OutOfBytes("a text that is no UTF-8, or cut short");
    }
  }

  #take(count: number): number {
    if (count > this.left) throw new OutOfBytes(`${count} bytes where ${this.left} are left`);
    const at = this.#at;
    this.#at += count;
    return at;
  }
}
