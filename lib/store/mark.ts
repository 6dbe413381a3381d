/**
 * A mark beside the journal: how much of it is on the disk for certain. SQLite takes a write-ahead
 * log that has been damaged, or is gone, for one that ends earlier; the mark tells the difference
 * from one that did end there.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { damaged, explainRead, explainWrite } from "./faults.ts";

/** How many rows of each kind a journal has. */
export interface Kept {
  readonly messages: number;
  readonly decisions: number;
  readonly evidence: number;
}

/** Beside the journal. */
const FILE = "journal.mark";

/** Of the mark, with its line break: always as many, so that nothing is left of what was there. */
const BYTES = 256;

/** What a mark looks like. It is told twice, so that what was written by half is no mark. */
const FORM = /^(\{"messages":(\d+),"decisions":(\d+),"evidence":(\d+)\}) \1 *\n$/;

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
    this.#path = join(dirname(path), FILE);
  }

  /** Where it is. */
  get path(): string {
    return this.#path;
  }

  /**
   * What it tells; undefined if there is none, or only a part of one.
   *
   * @throws JournalError if it cannot be read.
   */
  read(): Kept | undefined {
    let text: string;
    try {
      text = Deno.readTextFileSync(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw explainRead(this.#path, error);
    }
    const match = FORM.exec(text);
    if (match === null) return undefined;
    const [messages, decisions, evidence] = match.slice(2).map(Number);
    return { messages: messages!, decisions: decisions!, evidence: evidence! };
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
   * @param counts What it has; undefined if there is no journal here.
   * @throws JournalError (damaged) if some of it is gone, or if the mark cannot be read.
   */
  require(counts: Kept | undefined): void {
    const told = this.read();
    if (told === undefined) return;
    for (const what of ["messages", "decisions", "evidence"] as const) {
      if ((counts?.[what] ?? 0) >= told[what]) continue;
      const had = `at least ${told[what]} ${what}`;
      const how = counts === undefined
        ? `it is missing, and had ${had}`
        : `it has ${counts[what]} of ${had}: the end of its write-ahead log is lost, or this is ` +
          `an older copy (if that is meant, remove ${this.#path})`;
      throw damaged(this.#journal, how);
    }
  }

  /** Frees the file; the mark stays. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
