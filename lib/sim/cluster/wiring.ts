/**
 * The streams between the processes of a simulated cluster, and what goes wrong with them.
 *
 * @module
 */

import type { Envelope } from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { EventQueue } from "../event_queue.ts";
import type { Marks } from "../marks.ts";
import type { Prng } from "../prng.ts";
import type { Life } from "./life.ts";
import { type ClusterScenario, isDivided } from "./scenario.ts";
import { type End, Stream } from "./streams.ts";

/** What streams need of their world. */
export interface WiringOptions {
  readonly scenario: ClusterScenario;
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly marks: Marks;
  /** The largest envelope that is taken, in bytes. */
  readonly envelopeBytesMax: number;
  /** The life of an honest process that runs, by number. */
  lifeOf(process: number): Life | undefined;
  /** The end of a stream at whom somebody has dialed; undefined if nobody answers. */
  answer(from: number, to: number): End | undefined;
  /** A process is about to send something. Returns whether it is still there to do so. */
  sends(process: number, life: Life | undefined, envelope: Envelope): boolean;
  /** It has sent it. */
  sent(process: number, life: Life | undefined): void;
}

/** All streams of one cluster. */
export class Wiring {
  readonly #options: WiringOptions;
  /** With the lives at their ends; undefined for a villain's. */
  readonly #streams: Map<Stream, readonly (Life | undefined)[]> = new Map();

  /** Nobody is connected. */
  constructor(options: WiringOptions) {
    this.#options = options;
  }

  /** Opens a stream to a process; false if nobody answers. */
  dial(from: number, to: number, end: End): boolean {
    const { scenario, queue, prng, marks, lifeOf, envelopeBytesMax } = this.#options;
    const { delayMsMax, windows, breakMs, calmMs, realKeys, partitions } = scenario;
    if (isDivided(partitions, queue.nowMs, from, to)) return false;
    const answer = this.#options.answer(from, to);
    if (answer === undefined) return false;
    const processes = [from, to] as const;
    const lives = processes.map(lifeOf);
    const stream = new Stream([end, answer], {
      ...{ queue, prng, delayMsMax, envelopeBytesMax, asBytes: realKeys },
      windows: [windows[from]!, windows[to]!],
      sent: (by, envelope) => this.#options.sends(processes[by], lives[by], envelope),
      carried: (by) => this.#options.sent(processes[by], lives[by]),
    });
    this.#streams.set(stream, lives);
    this.#breakAtPartitions(stream, from, to);
    if (breakMs < Infinity) {
      queue.after(prng.between(1, 2 * breakMs), () => {
        if (queue.nowMs > calmMs) return;
        marks.mark("a link breaks");
        stream.break();
        this.#streams.delete(stream);
      });
    }
    return true;
  }

  /** A process has ended at once, perhaps with its machine. */
  ended(life: Life | undefined, losesPower: boolean): void {
    for (const [stream, lives] of this.#streams) {
      for (const by of [0, 1] as const) {
        if (lives[by] === undefined || lives[by] !== life) continue;
        if (losesPower) stream.vanish(by);
        else stream.hangUp(by);
      }
    }
  }

  #breakAtPartitions(stream: Stream, from: number, to: number): void {
    const { scenario: { partitions }, queue, marks } = this.#options;
    for (const { fromMs, side } of partitions) {
      if (side[from] === side[to] || fromMs < queue.nowMs) continue;
      queue.at(fromMs, () => {
        marks.mark("a partition");
        stream.break();
      });
    }
  }
}
