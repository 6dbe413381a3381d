/**
 * Files of evidence: one JSON document a line, or spread over several lines of which only the first
 * begins with a brace.
 *
 * @module
 */

import { reasonOf } from "../../lib/config/config_files.ts";
import { placeToReplace } from "../../lib/config/write_files.ts";
import { parseJson } from "../../lib/wire/json_text.ts";
import { standardInput } from "../../lib/config/stdin.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";

/** What standard input is called in messages. */
const STDIN = "<stdin>";

/** Characters of one document: two messages of some 35,000 refs each. */
export const DOCUMENT_CHARS_MAX = 8 * 1024 * 1024;

/** What `event` is in the line of a document; not a part of the document. */
export const DOCUMENT_EVENT = "evidence";

/** Of commands that verify documents: the files, then what to verify by. */
export const DOCUMENT_POSITIONALS = [
  { name: "FILE...", help: "files of documents; - is standard input", offers: "file" },
  {
    name: "CONFIG",
    help: "the configuration file of any member, or what all share; the last argument",
    many: true,
    offers: "file",
  },
] as const;

/** How those end that are shown a document that is none. */
export const DOCUMENTS_EXIT = {
  status: EXIT.evidence,
  means: "a document proves nothing, or there is none",
} as const;

/** Takes these apart. @throws OperatorError (usage) if standard input is named more than once. */
export function documentFiles(
  positionals: readonly string[],
): { readonly files: readonly string[]; readonly config: string } {
  if (positionals.filter((file) => file === "-").length > 1) {
    throw new OperatorError(EXIT.usage, "standard input can be named only once", "-");
  }
  return { files: positionals.slice(0, -1), config: positionals.at(-1)! };
}

/** @throws OperatorError (usage) for --force without a file to replace. */
export function checkForce(
  { force, out }: { readonly force: boolean; readonly out: string | undefined },
): void {
  if (!force || out !== undefined) return;
  throw new OperatorError(EXIT.usage, "goes with --out only", "--force");
}

/** A document and where it is: `file:line`. */
export interface Located {
  /** Parsed, not checked. */
  readonly json: unknown;
  /** For messages. */
  readonly where: string;
}

/**
 * The documents in a file, in order, one at a time in memory.
 *
 * @param file `-` is standard input.
 * @throws OperatorError (evidence) if it is not JSON, a document is too large, or there is none;
 * (resource) if it cannot be read.
 */
export async function* readDocuments(file: string): AsyncGenerator<Located> {
  const name = file === "-" ? STDIN : file;
  let document: string[] = [];
  let length = 0;
  let first = 0;
  let line = 0;
  for await (const text of linesOf(file, name)) {
    line++;
    if (text.startsWith("{") && length > 0) {
      yield parseDocument(name, first, document);
      length = 0;
    }
    if (length === 0) {
      if (text.trim() === "") continue;
      document = [];
      first = line;
    }
    document.push(text);
    length += text.length + 1;
    if (length > DOCUMENT_CHARS_MAX) tooLarge(name, first);
  }
  if (length > 0) yield parseDocument(name, first, document);
  if (first === 0) throw new OperatorError(EXIT.evidence, "holds no evidence", name);
}

function parseDocument(name: string, first: number, lines: readonly string[]): Located {
  const text = lines.join("\n");
  try {
    return { json: withoutEvent(parseJson(text, name)), where: `${name}:${first}` };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
  }
  try {
    // Once more, with as many lines before it as there are in the file, for the place.
    parseJson("\n".repeat(first - 1) + text, name);
  } catch (error) {
    if (error instanceof OperatorError) throw new OperatorError(EXIT.evidence, error.message);
    throw error;
  }
  throw new Error("the same text was right and wrong");
}

/** Documents as other programs make them have no event. */
function withoutEvent(json: unknown): unknown {
  if (typeof json !== "object" || json === null || !("event" in json)) return json;
  const { event, ...document } = json;
  return event === DOCUMENT_EVENT ? document : json;
}

function tooLarge(name: string, line: number): never {
  const what = `a document of more than ${DOCUMENT_CHARS_MAX} characters; is this the right file?`;
  throw new OperatorError(EXIT.evidence, what, `${name}:${line}`);
}

/** The lines of a file, without their ends. None is much longer than a document may be. */
async function* linesOf(file: string, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let pieces: string[] = [];
  let length = 0;
  let line = 1;
  try {
    const readable = file === "-" ? standardInput("evidence") : (await Deno.open(file)).readable;
    for await (const chunk of readable) {
      const [head, ...rest] = decoder.decode(chunk, { stream: true }).split("\n");
      pieces.push(head!);
      length += head!.length;
      if (length > DOCUMENT_CHARS_MAX) tooLarge(name, line);
      if (rest.length === 0) continue;
      line += rest.length;
      const last = rest.pop()!;
      yield pieces.join("");
      yield* rest;
      pieces = [last];
      length = last.length;
    }
    yield pieces.join("") + decoder.decode();
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    if (error instanceof TypeError) {
      throw new OperatorError(EXIT.evidence, "is not UTF-8 text; is this the right file?", name);
    }
    throw new OperatorError(EXIT.resource, `cannot be read: ${reasonOf(error)}`, name);
  }
}

/**
 * Writes a file; if that fails, none is left behind.
 *
 * @param overwrite Whether a file that exists may be replaced. It is, when the new one is whole.
 * @throws OperatorError (usage) if it exists and may not be replaced; (resource) if it cannot be
 * written.
 */
export function writeWhole(path: string, text: string, overwrite: boolean): void {
  const place = overwrite ? placeToReplace(path, true) : path;
  const draft = overwrite ? `${place}.${crypto.randomUUID()}.tmp` : path;
  let drafted = false;
  try {
    const file = Deno.openSync(draft, { createNew: true, write: true });
    drafted = true;
    try {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      file.syncSync();
    } finally {
      file.close();
    }
    if (overwrite) Deno.renameSync(draft, place);
  } catch (error) {
    if (drafted) Deno.removeSync(draft);
    if (error instanceof Deno.errors.AlreadyExists) {
      const what = "exists already; nothing was written: choose another, or --force to overwrite";
      throw new OperatorError(EXIT.usage, what, path);
    }
    const reason = reasonOf(error, "no such directory; make it first");
    throw new OperatorError(EXIT.resource, `cannot be written: ${reason}`, path);
  }
}
