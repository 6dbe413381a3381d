/**
 * A network worse than most: late, lossy, repeating, reordering, divided. From a certain moment on
 * it is timely: nothing is lost and nothing takes longer than a bound.
 *
 * @module
 */

import type { EventQueue } from "./event_queue.ts";
import type { Packet } from "./packet.ts";
import type { Prng } from "./prng.ts";

/** A stretch of time in which some links are cut. */
export interface Partition {
  /** From then on, in milliseconds. */
  readonly fromMs: number;
  /** Until then. */
  readonly toMs: number;
  /** Cut links as `from * processes + to`: each direction by itself. */
  readonly cut: ReadonlySet<number>;
}

/** How the network behaves. */
export interface NetworkSettings {
  /** How many processes there are. */
  readonly processes: number;
  /** A packet takes at least so long, in milliseconds. */
  readonly delayMsMin: number;
  /** Mostly it takes at most so long; when the network is timely, always. */
  readonly delayMsMax: number;
  /** A packet that takes much longer: so often. */
  readonly straggling: number;
  /** How much longer at most. */
  readonly straggleMsMax: number;
  /** A packet is lost so often. */
  readonly loss: number;
  /** A packet comes twice so often. */
  readonly duplication: number;
  /** Links on which everything takes five times as long, likewise by number. */
  readonly slow: ReadonlySet<number>;
  /** When links are cut. */
  readonly partitions: readonly Partition[];
  /** From this moment on it is timely. */
  readonly timelyFromMs: number;
}

/** On a slow link everything takes so many times as long. */
const SLOWNESS = 5;

/** See the module. */
export class Network {
  /** Packets handed in. */
  sent = 0;
  /** Packets that got lost. */
  lost = 0;
  /** Packets that came twice. */
  repeated = 0;
  readonly #queue: EventQueue;
  readonly #prng: Prng;
  readonly #settings: NetworkSettings;
  readonly #deliver: (from: number, to: number, packet: Packet) => void;

  /** Nothing is under way. */
  constructor(
    queue: EventQueue,
    prng: Prng,
    settings: NetworkSettings,
    deliver: (from: number, to: number, packet: Packet) => void,
  ) {
    this.#queue = queue;
    this.#prng = prng;
    this.#settings = settings;
    this.#deliver = deliver;
  }

  /** Whether it is timely by now. */
  get isTimely(): boolean {
    return this.#queue.nowMs >= this.#settings.timelyFromMs;
  }

  /** Takes a packet, and delivers it once, twice, late, or not at all. */
  transmit(from: number, to: number, packet: Packet): void {
    this.sent++;
    const { loss, duplication } = this.#settings;
    if (!this.isTimely && (this.#isCut(from, to) || this.#prng.chance(loss))) {
      this.lost++;
      return;
    }
    const deliver = () => this.#deliver(from, to, packet);
    this.#queue.after(this.#delayMs(from, to), deliver);
    if (this.isTimely || !this.#prng.chance(duplication)) return;
    this.repeated++;
    this.#queue.after(this.#delayMs(from, to), deliver);
  }

  #isCut(from: number, to: number): boolean {
    const { nowMs } = this.#queue;
    const link = from * this.#settings.processes + to;
    return this.#settings.partitions
      .some(({ fromMs, toMs, cut }) => fromMs <= nowMs && nowMs < toMs && cut.has(link));
  }

  #delayMs(from: number, to: number): number {
    const { delayMsMin, delayMsMax, straggling, straggleMsMax, slow, processes } = this.#settings;
    const delayMs = delayMsMin + (delayMsMax - delayMsMin) * this.#prng.next() / 2 ** 32;
    if (this.isTimely) return delayMs;
    if (this.#prng.chance(straggling)) {
      return delayMs + straggleMsMax * this.#prng.next() / 2 ** 32;
    }
    return slow.has(from * processes + to) ? delayMs * SLOWNESS : delayMs;
  }
}
