/**
 * Carries a link over one stream: what has come in one piece is taken in one go, and what is to be
 * said is written in one piece, once the turn in which it came up is over.
 *
 * @module
 */
import { decodeEnvelope, FrameReader, FrameWriter } from "./grpc_frames.ts";
import type { Talk } from "./talk.ts";

/** What a {@linkcode Carrier} needs. */
export interface CarrierOptions {
  /** Longest message, in bytes, either way. */
  readonly bytesMax: number;
  /** Writes bytes, which are the stream's own from then on. */
  write(bytes: Uint8Array): void;
  /** Whether more may be written. */
  hasRoom(): boolean;
  /** Settles when that may have changed; never rejects. */
  room(): Promise<void>;
  /** All is said. Called once, unless the carrier has failed or stopped before. */
  onSaid(): void;
  /** Something is wrong with what came, or on our side: the stream must end. Called once. */
  onFault(error: unknown): void;
}

/** One stream of one link. */
export class Carrier {
  readonly #talk: Talk;
  readonly #options: CarrierOptions;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  #isScheduled = false;
  /** Nothing more will be said; what comes may still be of interest. */
  #isSaid = false;
  #isStopped = false;

  /** Says what there is to say. */
  constructor(talk: Talk, options: CarrierOptions) {
    this.#talk = talk;
    this.#options = options;
    this.#reader = new FrameReader(options.bytesMax);
    this.#writer = new FrameWriter(options.bytesMax, (bytes) => options.write(bytes));
    talk.onReady = () => this.#schedule();
    this.#schedule();
  }

  /** Whether a message has begun to come and is not whole. */
  get isAmid(): boolean {
    return this.#reader.isAmid;
  }

  /** Hands on what has come. */
  take(chunk: Uint8Array): void {
    if (this.#isStopped) return;
    try {
      for (const message of this.#reader.read(chunk)) this.#talk.receive(decodeEnvelope(message));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Something is wrong: the stream ends with it, unless it has ended before. */
  fail(error: unknown): void {
    if (this.#isStopped) return;
    this.stop();
    this.#options.onFault(error);
  }

  /** Takes and says nothing any more. */
  stop(): void {
    this.#isStopped = true;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isSaid || this.#isStopped) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#say());
  }

  /** @param isGiven Whether there is room for one because it has been waited for. */
  #say(isGiven = false): void {
    this.#isScheduled = false;
    if (this.#isStopped) return;
    try {
      for (let hasRoom = isGiven || this.#options.hasRoom(); hasRoom;) {
        const envelope = this.#talk.next();
        if (envelope === undefined) return this.#nothingNow();
        this.#writer.add(envelope);
        hasRoom = this.#options.hasRoom();
      }
      this.#writer.flush();
    } catch (error) {
      return this.fail(error);
    }
    this.#isScheduled = true;
    // Never rejects. Others may wait, too: whoever asked again before it writes would wait for ever.
    void this.#options.room().then(() => this.#say(true));
  }

  #nothingNow(): void {
    this.#writer.flush();
    if (!this.#talk.isOver) return;
    this.#isSaid = true;
    this.#options.onSaid();
  }
}
