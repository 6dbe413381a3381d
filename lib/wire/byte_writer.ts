/**
 * Writes the fixed-width and length-prefixed fields that canonical bytes are made of.
 *
 * @module
 */

const INITIAL_BYTES = 256;

/** Appends fields to a growing buffer. All integers are unsigned and big-endian. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #length = 0;

  /**
   * Makes an empty writer.
   *
   * @param capacity Bytes expected; a good guess saves copying.
   */
  constructor(capacity: number = INITIAL_BYTES) {
    this.#bytes = new Uint8Array(Math.max(capacity, 1));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Appends one byte. */
  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }

  /** Appends four bytes. */
  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
    return this;
  }

  /** Appends eight bytes. */
  u64(value: bigint): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value);
    return this;
  }

  /** Appends `bytes` as they are. */
  raw(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Appends the bytes that `hex` spells. */
  hex(hex: string): this {
    const at = this.#grow(hex.length >> 1);
    this.#bytes.subarray(at, at + (hex.length >> 1)).setFromHex(hex);
    return this;
  }

  /** Appends the length of `bytes` in four bytes, then `bytes`. */
  prefixed(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes);
  }

  /** Appends the UTF-8 length of `text` in four bytes, then its UTF-8. */
  text(text: string): this {
    return this.prefixed(new TextEncoder().encode(text));
  }

  /** What was written. The writer must not be used afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}
