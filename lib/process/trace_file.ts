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

/** What has come is written after so long at the latest, in milliseconds. */
const FLUSH_MS = 1_000;

/** An open file; `Deno.FsFile` is one. */
export interface TraceTarget {
  /** Takes some of the bytes and says how many. */
  writeSync(bytes: Uint8Array): number;
  /** Frees it. */
  close(): void;
}

/** What a {@linkcode TraceFile} needs of the process. */
export interface TraceFileHost {
  /** For its timer. */
  readonly clock: Clock;
  /** Told if the file cannot be written any more. */
  readonly log: Logger;
}

/** See the module. */
export class TraceFile implements TraceTaker {
  readonly #path: string;
  readonly #host: TraceFileHost;
  /** Undefined when nothing is written any more. */
  #target: TraceTarget | undefined;
  #lines: string[] = [];
  #length = 0;
  #cancel: Cancel | undefined;

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

  /** Takes a line. It is in the file a second later at the latest, if the process still runs. */
  write(line: string): void {
    if (this.#target === undefined) return;
    this.#lines.push(line, "\n");
    this.#length += line.length + 1;
    if (this.#length >= BUFFER_LENGTH) return this.flush();
    this.#cancel ??= this.#host.clock.after(FLUSH_MS, () => this.flush());
  }

  /** Writes all that has been taken. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    let rest = new TextEncoder().encode(this.#lines.join(""));
    this.#lines = [];
    this.#length = 0;
    try {
      while (this.#target !== undefined && rest.length > 0) {
        rest = rest.subarray(this.#target.writeSync(rest));
      }
    } catch (error) {
      this.#release();
      const what = `${this.#path} cannot be written: ${reasonOf(error)}; the trace ends here`;
      this.#host.log("error", what);
    }
  }

  /** Writes all that has been taken, and takes nothing more. */
  close(): void {
    this.flush();
    this.#release();
  }

  #release(): void {
    const target = this.#target;
    this.#target = undefined;
    try {
      target?.close();
    } catch {
      // What could not be written has been said.
    }
  }
}
