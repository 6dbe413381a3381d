/**
 * A mark beside the journal: how much of it is on the disk for certain. SQLite takes a write-ahead
 * log that has been damaged, or is gone, for one that ends earlier; the mark tells the difference
 * from one that did end there.
 *
 * @module
 */

import { damaged, explainWrite } from "./faults.ts";

/** How many rows of each kind a journal has. */
export interface Kept {
  readonly messages: number;
  readonly decisions: number;
  readonly evidence: number;
}

/** Of the mark, with its line break: always as many, so that nothing is left of what was there. */
const BYTES = 256;

/**
 * The mark of a journal. It is written after what it tells of has been made durable, and never made
 * durable itself: after a loss of power it may tell of less, but never of more than there was.
 */
export class Mark {
  readonly #journal: string;
  readonly #path: string;
  #file: Deno.FsFile | undefined;

  /** @param path Of the journal's file. */
  constructor(path: string) {
    this.#journal = path;
    this.#path = path.replace(/[^/\\]*$/, "journal.mark");
  }

  /** Where it is. */
  get path(): string {
    return this.#path;
  }

  /** What it tells; undefined if there is none, or only a part of one. */
  read(): Kept | undefined {
    let text: string;
    try {
      text = Deno.readTextFileSync(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    // It is told twice, so that what was written by half is no mark.
    const { 1: told = "", 2: again } = /^(\{.*\}) (\{.*\}) *\n$/.exec(text) ?? [];
    return told === again ? JSON.parse(told) : undefined;
  }

  /**
   * Tells of what is durable now.
   *
   * @throws JournalError if it cannot be written.
   */
  write({ messages, decisions, evidence }: Kept): void {
    const told = JSON.stringify({ messages, decisions, evidence });
    const line = `${`${told} ${told}`.padEnd(BYTES - 1)}\n`;
    try {
      this.#file ??= Deno.openSync(this.#path, { create: true, write: true, mode: 0o600 });
      this.#file.seekSync(0, Deno.SeekMode.Start);
      this.#file.writeSync(new TextEncoder().encode(line));
    } catch (error) {
      throw explainWrite(this.#path, error);
    }
  }

  /**
   * Compares a journal that has been opened with what was certain to be in it.
   *
   * @throws JournalError (damaged) if some of it is gone.
   */
  require(counts: Kept): void {
    const told = this.read();
    if (told === undefined) return;
    for (const what of ["messages", "decisions", "evidence"] as const) {
      if (counts[what] >= told[what]) continue;
      const how = `it has ${counts[what]} of at least ${told[what]} ${what}: the end of its ` +
        `write-ahead log is lost, or it is an older copy, which is put here without ${this.path}`;
      throw damaged(this.#journal, how);
    }
  }

  /** Frees the file; the mark stays. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
