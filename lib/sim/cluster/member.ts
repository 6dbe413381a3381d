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
import type { Crash } from "./scenario.ts";
import { breakingJournal, StoredJournal } from "./stored_journal.ts";

/** See the module. */
export class Member {
  readonly index: number;
  readonly configuration: Configuration;
  /** The present life, or the last one. */
  life: Life | undefined;
  /** What is on its disk. */
  stored: StoredJournal;
  /** It is to end at its next commit. */
  pending: Crash | undefined;

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

  /** The journal for a new life, which ends when a crash is due. */
  open(): Journal {
    return breakingJournal(this.stored, (moment) => this.pending?.commit === moment);
  }

  /** It has ended: what was not durable may be lost if the machine has ended too. */
  ended({ losesPower, isStop }: Crash, prng: Prng): void {
    this.pending = undefined;
    this.life?.end();
    const { batches, durable } = this.stored;
    this.stored = this.stored.copy(
      losesPower && !isStop ? prng.between(durable, batches.length) : batches.length,
    );
  }
}
