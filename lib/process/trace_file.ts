/**
 * A file that a trace goes to. Losing it never stops a process: it says so once, and goes on without.
 *
 * @module
 */

import { EXIT, OperatorError } from "../wire/operator_error.ts";
import type { Cancel, Clock } from "../node/clock.ts";
import { reasonOf } from "../config/config_files.ts";
import type { Logger } from "../node/logger.ts";
import type { TraceTaker } from "./process.ts";

/** What is written once so much has come together, in UTF-16 units. */
const BUFFER_LENGTH = 64 * 1024;

/** What the disk has not taken, at most, in UTF-16 units. */
const WAITING_LENGTH_MAX = 4 * 1024 * 1024;

/** What has come is written after so long at the latest, in milliseconds. */
const FLUSH_MS = 1_000;

/** How long the end waits for the disk, in milliseconds. */
const CLOSE_MS = 1_000;

/** An open file; `Deno.FsFile` is one. */
export interface TraceTarget {
  /** Takes some of the bytes and says how many, when the disk has taken them. */
  write(bytes: Uint8Array): Promise<number>;
  /** Frees it. */
  close(): void;
}

/** What a {@linkcode TraceFile} needs of the process. */
export interface TraceFileHost {
  /** For its timers. */
  readonly clock: Clock;
  /** Told if the file cannot be written any more. */
  readonly log: Logger;
}

/** A trace on its way to its file. Nobody waits for the disk: what it does not take in time ends the trace. */
export class TraceFile implements TraceTaker {
  readonly #path: string;
  readonly #host: TraceFileHost;
  /** Undefined when nothing is written any more. */
  #target: TraceTarget | undefined;
  #lines: string[] = [];
  #length = 0;
  #cancel: Cancel | undefined;
  /** While something is being written: settles when nothing is. */
  #writing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /**
   * Takes over an open file.
   *
   * @param path For messages.
   */
  constructor(path: string, target: TraceTarget, host: TraceFileHost) {
    this.#path = path;
    this.#target = target;
    this.#host = host;
  }

  /**
   * Makes a file that only its owner may read.
   *
   * @throws OperatorError (usage) if it exists; (resource) if it cannot be made.
   */
  static create(path: string, host: TraceFileHost): TraceFile {
    try {
      const file = Deno.openSync(path, { createNew: true, write: true, mode: 0o600 });
      return new TraceFile(path, file, host);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) {
        const what = "exists already: name another file for the trace, or move this one away";
        throw new OperatorError(EXIT.usage, what, path);
      }
      const reason = reasonOf(error, "no such directory; make it first");
      throw new OperatorError(EXIT.resource, `cannot be written: ${reason}`, path);
    }
  }

  /** Takes a line. It is in the file a second later, if the process still runs and the disk works. */
  write(line: string): void {
    if (this.#target === undefined || this.#closed !== undefined) return;
    this.#lines.push(line, "\n");
    this.#length += line.length + 1;
    if (this.#length >= WAITING_LENGTH_MAX) return this.#giveUp("the disk does not keep up");
    if (this.#length >= BUFFER_LENGTH) return this.#flush();
    this.#cancel ??= this.#host.clock.after(FLUSH_MS, () => this.#flush());
  }

  /**
   * Takes nothing more, and writes what has been taken.
   *
   * @returns a promise that settles when it is written or given up, which it is after a second.
   */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#flush();
    const late = Promise.withResolvers<void>();
    const cancel = this.#host.clock.after(CLOSE_MS, late.resolve);
    await Promise.race([this.#writing, late.promise]);
    cancel();
    if (this.#length > 0 || this.#writing !== undefined) this.#giveUp("the disk does not keep up");
    this.#release();
  }

  /** Begins to write what has been taken, unless something is being written: that goes on. */
  #flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#length > 0) this.#writing ??= this.#writeAll();
  }

  /** Never rejects. */
  async #writeAll(): Promise<void> {
    try {
      for (let target = this.#target; target !== undefined && this.#length > 0;) {
        let rest = new TextEncoder().encode(this.#lines.join(""));
        this.#lines = [];
        this.#length = 0;
        while (rest.length > 0) rest = rest.subarray(await target.write(rest));
        target = this.#target;
      }
    } catch (error) {
      this.#giveUp(reasonOf(error));
    }
    this.#writing = undefined;
  }

  #giveUp(reason: string): void {
    if (this.#target === undefined) return;
    this.#release();
    const what = `${this.#path} cannot be written: ${reason}; the trace ends here`;
    this.#host.log("error", what);
  }

  #release(): void {
    const target = this.#target;
    this.#target = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#lines = [];
    this.#length = 0;
    try {
      target?.close();
    } catch {
      // What could not be written has been said.
    }
  }
}
