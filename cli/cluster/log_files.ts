/**
 * What the processes of a cluster have printed: one file each, results and log together.
 *
 * @module
 */

import { StringDecoder } from "node:string_decoder";
import type { EventRecord } from "../output.ts";
import { attempt, type ClusterFolder, type Member } from "./state.ts";

/** Bytes of a log that are read at a time. */
const PIECE_BYTES = 65_536;

/** The file that a member's output goes to. */
export function logFile(folder: ClusterFolder, { key }: Member): string {
  return folder.file(`${key}.log`);
}

/** A member's log, from some place on. */
export class LogReader {
  readonly #folder: ClusterFolder;
  readonly #member: Member;
  readonly #decoder = new StringDecoder("utf8");
  #offset = 0;
  #rest = "";

  /** Reads from the beginning. */
  constructor(folder: ClusterFolder, member: Member) {
    this.#folder = folder;
    this.#member = member;
  }

  /** Lines that have been written since the last call. A line without its end is kept for later. */
  *lines(): Iterable<string> {
    const path = logFile(this.#folder, this.#member);
    for (;;) {
      const bytes = attempt("be read", path, () => readPiece(path, this.#offset));
      if (bytes.length === 0) return;
      this.#offset += bytes.length;
      const lines = (this.#rest + this.#decoder.write(bytes)).split("\n");
      this.#rest = lines.pop()!;
      yield* lines;
    }
  }
}

/** Marks in the log that a process is started. */
export function markStart(folder: ClusterFolder, member: Member): void {
  const path = logFile(folder, member);
  const line = JSON.stringify({ event: "started", time: new Date().toISOString() });
  attempt("be written", path, () => {
    Deno.writeTextFileSync(path, `${line}\n`, { append: true, mode: 0o600 });
  });
}

/** Whether an acceptor votes: one that has just started asks its peers first, and says when it has. */
export class VotingWatch {
  readonly #reader: LogReader;
  #votes = false;

  /** Reads the log of a member. */
  constructor(folder: ClusterFolder, member: Member) {
    this.#reader = new LogReader(folder, member);
  }

  /** By what its log says now. */
  votes(): boolean {
    for (const line of this.#reader.lines()) {
      const record = parseLine(line);
      if (record.event === "started") this.#votes = false;
      if (typeof record.adopted === "number") this.#votes = true;
    }
    return this.#votes;
  }
}

/** A line of a log: an object with an `event`; of another line, event `output` and its `text`. */
export function parseLine(line: string): EventRecord {
  try {
    const record = JSON.parse(line);
    if (typeof record?.event === "string") return record;
  } catch {
    // Deno's own words, or an assertion's.
  }
  return { event: "output", text: line };
}

/** The last `count` lines of a member's log, oldest first. Reads all of it. */
export function lastLines(folder: ClusterFolder, member: Member, count: number): string[] {
  return keepLast(new LogReader(folder, member).lines(), count);
}

/** The last `count` of some lines. */
export function keepLast(lines: Iterable<string>, count: number): string[] {
  const last: string[] = [];
  for (const line of lines) {
    last.push(line);
    if (last.length > 2 * count) last.splice(0, last.length - count);
  }
  return count === 0 ? [] : last.slice(-count);
}

/** What a file has from a place on; nothing if it is not there. */
function readPiece(path: string, offset: number): Uint8Array<ArrayBuffer> {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
  try {
    file.seekSync(offset, Deno.SeekMode.Start);
    const piece = new Uint8Array(PIECE_BYTES);
    return piece.subarray(0, file.readSync(piece) ?? 0);
  } finally {
    file.close();
  }
}
