/**
 * The disk of a simulated process: what is written is kept in order, but only what has been synced
 * is sure to survive a crash.
 *
 * @module
 */

import type { Prng } from "./prng.ts";
import type { Sealed } from "./sealed.ts";

/** How a disk behaves. */
export interface DiskSettings {
  /** How long a sync takes, in milliseconds. */
  readonly syncMs: number;
  /** The sync, counted from 1 over the life of the disk, that fails; 0 for none. */
  readonly failingSync: number;
}

/** See the module. */
export class Disk {
  readonly #settings: DiskSettings;
  #written: Sealed[] = [];
  #synced = 0;
  #syncs = 0;
  #readyMs = 0;
  #life = 0;

  /** Nothing is on it. */
  constructor(settings: DiskSettings) {
    this.#settings = settings;
  }

  /** Everything on it, in the order written. */
  get contents(): readonly Sealed[] {
    return this.#written;
  }

  /** What is sure to survive a crash, likewise. */
  get durable(): readonly Sealed[] {
    return this.#written.slice(0, this.#synced);
  }

  /** Whether a sync is under way. */
  isSyncing(nowMs: number): boolean {
    return this.#readyMs > nowMs;
  }

  /** Writes something that need not survive yet. */
  write(sealed: Sealed): void {
    this.#written.push(sealed);
  }

  /**
   * Begins to sync what has been written.
   *
   * @returns When it is done, in milliseconds, and what to call then: it tells whether the sync has
   *   succeeded; undefined if the process has crashed meanwhile.
   */
  sync(nowMs: number): { atMs: number; finish: () => boolean | undefined } {
    const count = this.#written.length;
    const life = this.#life;
    const isFailing = ++this.#syncs === this.#settings.failingSync;
    this.#readyMs = Math.max(this.#readyMs, nowMs) + this.#settings.syncMs;
    const finish = () => {
      if (life !== this.#life) return undefined;
      if (isFailing) return false;
      this.#synced = Math.max(this.#synced, count);
      return true;
    };
    return { atMs: this.#readyMs, finish };
  }

  /** The process ends at once: of what was not synced some may be there, from the front. */
  crash(prng: Prng): void {
    this.#life++;
    this.#written.length = prng.between(this.#synced, this.#written.length);
    this.#synced = this.#written.length;
    this.#readyMs = 0;
  }

  /** A copy of an earlier day takes the place of what is there. Only after a crash. */
  restore(count: number): void {
    this.#written.length = Math.min(count, this.#written.length);
    this.#synced = this.#written.length;
  }
}
