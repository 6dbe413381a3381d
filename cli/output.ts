/**
 * What a program prints: text for people at a terminal, one JSON object per line for pipes, and
 * nothing that somebody else wrote may move the cursor of the terminal it ends up on.
 *
 * @module
 */

import { NOT_PLAIN } from "../lib/wire/printable.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { refusalOf } from "../lib/wire/os_reason.ts";
import { hasColours, type Place } from "./terminal.ts";

/** Where bytes go; `Deno.stdout` and `Deno.stderr` are sinks. */
export interface Sink extends Place {
  /** Takes some of the bytes and says how many. */
  writeSync(bytes: Uint8Array): number;
}

/** The reader of our standard output has gone away. Not a fault: `head` does it all the time. */
export class OutputClosedError extends Error {
  /** Made by {@linkcode writeText} only, so a socket's broken pipe is never mistaken for it. */
  constructor() {
    super("nobody reads the output any more");
    this.name = "OutputClosedError";
  }
}

/** What `--json` and `--text` are called everywhere; spread them into a program's flags. */
export const OUTPUT_FLAGS = [
  {
    name: "json",
    kind: "boolean",
    excludes: ["text"],
    help: "print one JSON object per line, even to a terminal",
  },
  { name: "text", kind: "boolean", help: "print text for people, even into a pipe" },
] as const;

/** A piece of a line: plain, or to be shown in a colour where there are colours. */
export type Span = string | { readonly paint: Paint; readonly text: string };

/** The ways a span can be painted. */
export type Paint = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** What {@linkcode Output.emit} can put into JSON; a bigint becomes a string of digits. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | bigint
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** ANSI codes. */
const PAINTS: Readonly<Record<Paint, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
};

/** Prints records, each as text or as JSON. */
export interface Output {
  /** Which of the two forms is printed. */
  readonly format: "json" | "text";
  /**
   * Prints one record: as a JSON line, or as a text line built from `spans`, whose control
   * characters are escaped. `undefined` for the spans prints nothing in text form.
   *
   * @throws OutputClosedError, OperatorError as {@linkcode writeText}.
   */
  emit(record: EventRecord, spans?: readonly Span[]): void;
  /**
   * Prints a line for people; nothing in JSON form.
   *
   * @throws as {@linkcode Output.emit}.
   */
  say(spans: readonly Span[]): void;
}

/** A line of JSON. Every one says what it is. */
export interface EventRecord {
  /** What has happened, or what this describes. */
  readonly event: string;
  /** What belongs to it; undefined is left out. */
  readonly [key: string]: JsonValue | undefined;
}

/**
 * Makes the output of a program: text if the sink is a terminal, JSON lines if not, unless a flag
 * says otherwise. Colours are used for text on a terminal that is not dumb, never with NO_COLOR set.
 */
export function makeOutput(
  flags: { readonly json: boolean; readonly text: boolean },
  sink: Sink = Deno.stdout,
  painted: boolean = hasColours(sink),
): Output {
  const format = flags.json || (!flags.text && !sink.isTerminal()) ? "json" : "text";
  const say = (spans: readonly Span[]) => {
    if (format === "json") return;
    writeText(sink, spans.map((span) => render(span, painted)).join("") + "\n");
  };
  return {
    format,
    say,
    emit(record, spans) {
      if (format === "json") writeText(sink, toJsonLine(record) + "\n");
      else if (spans !== undefined) say(spans);
    },
  };
}

function render(span: Span, painted: boolean): string {
  if (typeof span === "string") return escapeText(span);
  const text = escapeText(span.text);
  return painted ? `\x1b[${PAINTS[span.paint]}m${text}\x1b[0m` : text;
}

/**
 * Writes all of `text`, however little the sink takes at a time.
 *
 * @throws OutputClosedError if the reader has gone; OperatorError (resource) if it cannot be written
 * for another reason, such as a full disk.
 */
export function writeText(sink: Sink, text: string): void {
  writeBytes(sink, new TextEncoder().encode(text));
}

/** The same of bytes as they are: for output that no terminal is meant to show. */
export function writeBytes(sink: Sink, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(sink.writeSync(rest));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosedError();
      // A parent may have made our end of its pipe non-blocking: wait for room.
      if (!(error instanceof Deno.errors.WouldBlock)) throw refused(sink, error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function refused(sink: Sink, error: unknown): unknown {
  const reason = refusalOf(error);
  if (reason === undefined) return error;
  const where = sink === Deno.stderr ? "standard error" : "standard output";
  return new OperatorError(EXIT.resource, `cannot be written: ${reason}`, where);
}

/** What acts on a terminal, or is not surely one visible thing: see {@linkcode printable}. */
const UNSAFE_ALL = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** `text` with everything that could act on a terminal written as `\u{…}`; safe to print. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE_ALL, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

/**
 * `value` as one line of JSON, harmless on a terminal too: what {@linkcode escapeText} would escape
 * is written as `\uXXXX`.
 */
export function toJsonLine(value: JsonValue): string {
  const json = JSON.stringify(
    value,
    (_key, inner: unknown) => typeof inner === "bigint" ? inner.toString() : inner,
  );
  // A value may have a megabyte, and to look for classes of characters in that takes its time.
  if (!NOT_PLAIN.test(json)) return json;
  return json.replace(UNSAFE_ALL, (char) => {
    const units = Array.from({ length: char.length }, (_, i) => char.charCodeAt(i));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
