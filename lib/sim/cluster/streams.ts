/**
 * Streams between links: envelopes as bytes, in order, late, and broken now and then. What is on its
 * way to a slow reader holds up its sender, as flow control does.
 *
 * @module
 */

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Envelope } from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { EnvelopeSchema } from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { EventQueue } from "../event_queue.ts";
import type { Prng } from "../prng.ts";

/** One end of a stream: a link of the programs, or what a villain has in its place. */
export interface End {
  /** Called when `next` may have more to say; the stream sets it. */
  onReady: () => void;
  /** What it says now; undefined for nothing. */
  next(): Envelope | undefined;
  /** Whether it says nothing any more once `next` gives nothing. */
  readonly isOver: boolean;
  /** Its process stands still until then, in milliseconds: it neither says nor takes anything. */
  readonly busyUntilMs: number;
  /** Takes what the other end has said. */
  receive(envelope: Envelope): void;
  /** The stream is no more. */
  broken(detail: string): void;
}

/** How streams behave. */
export interface StreamSettings {
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly delayMsMax: number;
  /** Envelopes that may be under way, to either end. */
  readonly windows: readonly [number, number];
  /** Whether envelopes go as bytes; if not, as they are: cheaper, and the same to either end. */
  readonly asBytes: boolean;
  /** The largest envelope that is taken, in bytes. */
  readonly envelopeBytesMax: number;
  /**
   * Looks at what is said, by the number of its end, when it is about to be sent.
   *
   * @returns Whether its process is still there to send it.
   */
  sent(by: 0 | 1, envelope: Envelope): boolean;
  /** It has been sent. */
  carried(by: 0 | 1): void;
}

/** One stream, with two ends. */
export class Stream {
  readonly #settings: StreamSettings;
  readonly #ends: readonly [End, End];
  readonly #underWay = [0, 0];
  readonly #lastMs = [0, 0];
  readonly #isClosed = [false, false];
  readonly #isGone = [false, false];
  /** By end: what has come, while its process stood still. */
  readonly #arrived: readonly [(() => void)[], (() => void)[]] = [[], []];
  #isBroken = false;

  /** Begins to carry. */
  constructor(ends: readonly [End, End], settings: StreamSettings) {
    this.#settings = settings;
    this.#ends = ends;
    for (const by of [0, 1] as const) {
      ends[by].onReady = () => settings.queue.after(0, () => this.#carry(by));
      settings.queue.after(0, () => this.#carry(by));
    }
  }

  /** Cuts it: what is under way is lost, and both ends notice. */
  break(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#ends.forEach((end, by) => this.#isGone[by] || end.broken("the network broke the link"));
  }

  /** One end is gone, with its process: it hears nothing, and the other end notices in a while. */
  hangUp(by: 0 | 1): void {
    if (this.#isBroken || this.#isGone[by]) return;
    this.#isGone[by] = true;
    this.#close(by);
  }

  /** One end is gone, with its machine: what is sent to it goes nowhere, and nobody is told. */
  vanish(by: 0 | 1): void {
    this.#isGone[by] = true;
    this.#isClosed[by] = true;
  }

  #close(by: 0 | 1): void {
    if (this.#isClosed[by]) return;
    this.#isClosed[by] = true;
    const to = 1 - by as 0 | 1;
    this.#settings.queue.at(this.#arrivalMs(by), () => {
      this.#arrived[to].push(() => this.#ends[to].broken("closed by peer"));
      this.#takeIn(to);
    });
  }

  #arrivalMs(by: 0 | 1): number {
    const { prng, queue, delayMsMax } = this.#settings;
    return Math.max(this.#lastMs[by]!, queue.nowMs + prng.between(1, delayMsMax));
  }

  #carry(by: 0 | 1): void {
    const { queue, windows, sent, carried, asBytes } = this.#settings;
    const end = this.#ends[by];
    const to = 1 - by as 0 | 1;
    while (!this.#isBroken && !this.#isClosed[by] && this.#underWay[by]! < windows[to]) {
      if (end.busyUntilMs > queue.nowMs) return queue.at(end.busyUntilMs, () => this.#carry(by));
      const envelope = end.next();
      if (envelope === undefined) {
        if (end.isOver) this.#close(by);
        return;
      }
      if (!sent(by, envelope)) return;
      const atMs = this.#lastMs[by] = this.#arrivalMs(by);
      const bytes = asBytes ? toBinary(EnvelopeSchema, envelope) : undefined;
      this.#underWay[by]!++;
      queue.at(atMs, () => {
        this.#arrived[to].push(() => this.#arrive(by, bytes ?? envelope));
        this.#takeIn(to);
      });
      carried(by);
    }
  }

  /** Hands over what has come, in order, unless the process stands still: then when it goes on. */
  #takeIn(to: 0 | 1): void {
    const { queue } = this.#settings;
    const arrived = this.#arrived[to];
    const end = this.#ends[to];
    while (arrived.length > 0 && !this.#isBroken && !this.#isGone[to]) {
      if (end.busyUntilMs > queue.nowMs) return queue.at(end.busyUntilMs, () => this.#takeIn(to));
      arrived.shift()!();
    }
  }

  #arrive(by: 0 | 1, sent: Uint8Array | Envelope): void {
    this.#underWay[by]!--;
    const end = this.#ends[1 - by]!;
    const isBytes = sent instanceof Uint8Array;
    if (isBytes && sent.length > this.#settings.envelopeBytesMax) {
      return end.broken("an envelope too large");
    }
    end.receive(isBytes ? fromBinary(EnvelopeSchema, sent) : sent);
    this.#carry(by);
  }
}
