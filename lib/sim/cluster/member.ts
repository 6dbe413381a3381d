/**
 * An honest member of a simulated cluster: its lives, one after another, and the journal that
 * outlives them.
 *
 * @module
 */

import type { Configuration } from "../../config/configuration.ts";
import type { Journal } from "../../store/journal.ts";
import type { Prng } from "../prng.ts";
import type { Life } from "./life.ts";
import type { Crash, CrashEffect } from "./scenario.ts";
import { breakingJournal, StoredJournal } from "./stored_journal.ts";

/** One process that follows the rules, through all its lives. */
export class Member {
  readonly index: number;
  readonly configuration: Configuration;
  /** The present life, or the last one. */
  life: Life | undefined;
  /** How many lives it has had. */
  lives = 0;
  /** What is on its disk. */
  stored: StoredJournal;
  /** Whether it never comes back. */
  isGone = false;
  /** It is to end at something that it does. */
  pending: Crash | undefined;
  /** So often it does that first. */
  #skipped = 0;

  /** @param makeEpoch For its journal. */
  constructor(index: number, configuration: Configuration, makeEpoch: () => string) {
    this.index = index;
    this.configuration = configuration;
    this.stored = new StoredJournal(makeEpoch);
  }

  /** By name. */
  get name(): string {
    return this.configuration.self.name;
  }

  /** Whether it runs. */
  get isUp(): boolean {
    return this.life?.isOver === false;
  }

  /** It is to end at what the crash says. */
  endAt(crash: Crash): void {
    this.pending = crash;
    this.#skipped = crash.skipped;
  }

  /** It does something: whether it ends there. */
  endsAt(effect: CrashEffect): boolean {
    return this.pending?.effect === effect && this.#skipped-- <= 0;
  }

  /**
   * The journal for a new life, which ends when a crash is due.
   *
   * @param synced Called when a durable commit is kept: that takes time.
   */
  open(synced: () => void): Journal {
    return breakingJournal(this.stored, (moment) => this.endsAt(moment), synced);
  }

  /** It has ended: what was not durable may be lost if the machine has ended too. */
  ended({ losesPower, isStop, kept }: Crash, prng: Prng): void {
    this.pending = undefined;
    this.life?.end();
    const { batches, durable } = this.stored;
    const left = losesPower && !isStop ? prng.between(durable, batches.length) : batches.length;
    this.stored = this.stored.copy(kept < 1 && !isStop ? Math.floor(left * kept) : left);
  }
}
