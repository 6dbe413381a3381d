/**
 * Messages on a stream as gRPC frames them: a flag, a length, and the message.
 *
 * @module
 */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Envelope, EnvelopeSchema } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";

/** A flag and a length. */
const PREFIX_BYTES = 5;

/** What there is room for at first, of a message that has begun. */
const ROOM_BYTES = 16 << 10;

/** More is not copied to be written in one piece. */
const PIECE_BYTES = 16 << 10;

/** Takes apart what comes on one stream. */
export class FrameReader {
  readonly #bytesMax: number;
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #prefixed = 0;
  #length = 0;
  #body = new Uint8Array();
  #held = 0;

  /** @param bytesMax Of a message. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Whether a message has begun and is not whole. */
  get isAmid(): boolean {
    return this.#prefixed > 0;
  }

  /**
   * The messages that are whole now, each with bytes of its own.
   *
   * @throws ConnectError if there is one that is too long, compressed, or none.
   */
  *read(chunk: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < chunk.length;) {
      at += this.#takePrefix(chunk.subarray(at, at + PREFIX_BYTES - this.#prefixed));
      if (this.#prefixed < PREFIX_BYTES) return;
      const piece = chunk.subarray(at, at + this.#length - this.#held);
      at += piece.length;
      if (piece.length === this.#length) {
        this.#prefixed = 0;
        yield piece.slice();
        continue;
      }
      this.#add(piece);
      if (this.#held < this.#length) return;
      const whole = this.#body.length === this.#held ? this.#body : this.#body.slice(0, this.#held);
      this.#body = new Uint8Array();
      this.#prefixed = this.#held = 0;
      yield whole;
    }
    // One without bytes is whole as soon as its prefix is.
    if (this.#prefixed === PREFIX_BYTES && this.#length === 0) {
      this.#prefixed = 0;
      yield new Uint8Array();
    }
  }

  #takePrefix(bytes: Uint8Array): number {
    if (this.#prefixed === PREFIX_BYTES) return 0;
    this.#prefix.set(bytes, this.#prefixed);
    this.#prefixed += bytes.length;
    if (this.#prefixed < PREFIX_BYTES) return bytes.length;
    this.#length = new DataView(this.#prefix.buffer).getUint32(1);
    if (this.#prefix[0] !== 0) {
      throw new ConnectError("a message is compressed, or none", Code.Internal);
    }
    if (this.#length > this.#bytesMax) {
      const detail = `a message of ${this.#length} bytes, above ${this.#bytesMax}`;
      throw new ConnectError(detail, Code.ResourceExhausted);
    }
    return bytes.length;
  }

  /** What is announced costs nothing before it is there. */
  #add(piece: Uint8Array): void {
    const needed = this.#held + piece.length;
    if (needed > this.#body.length) {
      const room = Math.min(this.#length, Math.max(ROOM_BYTES, needed, 2 * this.#body.length));
      const larger = new Uint8Array(room);
      larger.set(this.#body.subarray(0, this.#held));
      this.#body = larger;
    }
    this.#body.set(piece, this.#held);
    this.#held = needed;
  }
}

/** Reads a message. Throws a `ConnectError` if it is none. */
export function decodeEnvelope(message: Uint8Array): Envelope {
  try {
    return fromBinary(EnvelopeSchema, message);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new ConnectError(`no envelope: ${detail}`, Code.InvalidArgument);
  }
}

/** Puts messages with their prefixes together, and writes them in one piece. */
export class FrameWriter {
  readonly #bytesMax: number;
  readonly #write: (bytes: Uint8Array) => void;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  /**
   * @param bytesMax Of a message.
   * @param write Writes bytes, which are its own from then on.
   */
  constructor(bytesMax: number, write: (bytes: Uint8Array) => void) {
    this.#bytesMax = bytesMax;
    this.#write = write;
  }

  /**
   * Adds a message; writes what there is once it is long.
   *
   * @throws ConnectError if it is longer than the limit.
   */
  add(envelope: Envelope): void {
    const message = toBinary(EnvelopeSchema, envelope);
    if (message.length > this.#bytesMax) {
      const detail = `a message of ${message.length} bytes to be sent, above ${this.#bytesMax}`;
      throw new ConnectError(detail, Code.ResourceExhausted);
    }
    const prefix = new Uint8Array(PREFIX_BYTES);
    new DataView(prefix.buffer).setUint32(1, message.length);
    this.#pieces.push(prefix, message);
    this.#bytes += PREFIX_BYTES + message.length;
    if (this.#bytes > PIECE_BYTES) this.flush();
  }

  /** Writes what there is, if there is anything. */
  flush(): void {
    const pieces = this.#pieces;
    if (pieces.length === 0) return;
    this.#pieces = [];
    const bytes = this.#bytes;
    this.#bytes = 0;
    if (bytes > PIECE_BYTES) return pieces.forEach((piece) => this.#write(piece));
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.#write(whole);
  }
}
