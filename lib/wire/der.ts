/**
 * A strict reader of DER, for what the platform's parser of certificates does not tell. It reads
 * what has one encoding only and refuses the rest, as the TLS library does: two readers that took
 * one certificate for two things would be a hole.
 *
 * @module
 */

/** One element: its tag, its content, and both with the length between them. */
export interface DerElement {
  /** First byte: class, form and number. */
  readonly tag: number;
  /** What it holds. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** The whole of it. */
  readonly raw: Uint8Array<ArrayBuffer>;
}

/** Tags in use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  /** `[0]`, constructed. */
  context0: 0xa0,
  /** `[3]`, constructed. */
  context3: 0xa3,
} as const;

/** What is not DER, or is not what was expected. */
export class DerError extends Error {}

/** Reads the elements of a content one after another. */
export class DerReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #at = 0;

  /** Begins at the first. */
  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes);
  }

  /** Whether nothing is left. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Whether the next element has this tag. */
  nextIs(tag: number): boolean {
    return this.#bytes[this.#at] === tag;
  }

  /** The next element. @throws DerError if there is none, or it has another tag than this. */
  take(tag?: number): DerElement {
    const start = this.#at;
    const found = this.#byte();
    if (tag !== undefined && found !== tag) throw new DerError(`tag ${found} for ${tag}`);
    if ((found & 0x1f) === 0x1f) throw new DerError("a tag of several bytes");
    const length = this.#length();
    const begin = this.#at;
    if (length > this.#bytes.length - begin) throw new DerError("cut off");
    this.#at = begin + length;
    return {
      tag: found,
      content: this.#bytes.slice(begin, this.#at),
      raw: this.#bytes.slice(start, this.#at),
    };
  }

  /** @throws DerError if something is left. */
  end(): void {
    if (!this.done) throw new DerError("something follows");
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 3) throw new DerError("a length that is not DER");
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#byte();
    if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError("a length not minimal");
    return length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new DerError("cut off");
    return byte;
  }
}

/** The one element that `bytes` are. @throws DerError if they are anything else. */
export function readDer(bytes: Uint8Array, tag: number): DerElement {
  const reader = new DerReader(bytes);
  const element = reader.take(tag);
  reader.end();
  return element;
}

/** An object identifier in dots. @throws DerError if it is none. */
export function oidOf({ tag, content }: DerElement): string {
  if (tag !== TAG.oid || content.length === 0) throw new DerError("not an object identifier");
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const first = arcs.shift()!;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...arcs].join(".");
}
