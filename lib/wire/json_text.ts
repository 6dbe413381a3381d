/**
 * A strict reader of JSON that says where a mistake is (line and column) and refuses an object
 * that has a key twice, of which `JSON.parse` would silently keep the last: a learner would vanish.
 *
 * @module
 */

import { EXIT, OperatorError } from "./operator_error.ts";
import { quote } from "./place.ts";

/** Any JSON. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** Members by key. */
  readonly [key: string]: Json;
}

/** How {@linkcode parseJson} reads. */
export interface JsonOptions {
  /** Refuses numbers but whole ones in plain digits that JavaScript can hold exactly. */
  readonly integersOnly?: boolean;
}

/** Whether `json` is an object, and not a list. */
export function isObject(json: Json): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** What `json` is, in words that follow "is": "a list", "the number 7". */
export function kindOf(json: Json): string {
  if (json === null) return "null";
  if (Array.isArray(json)) return "a list";
  if (typeof json === "string") return `the string ${quote(json)}`;
  if (typeof json === "object") return "an object";
  return typeof json === "number" ? `the number ${json}` : String(json);
}

/** Objects and arrays within each other. */
const DEPTH_MAX = 64;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// deno-lint-ignore no-control-regex
const PLAIN = /[^"\\\x00-\x1f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/**
 * Reads a text that is one JSON value.
 *
 * @param file For messages.
 * @param options Takes any number unless told.
 * @throws OperatorError that begins with `file:line:column`.
 *
 * @example
 * ```ts
 * import { parseJson } from "./json_text.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parseJson('{"a": [1]}', "a.json"), { a: [1] });
 * assertThrows(() => parseJson('{"a": 1,\n "a": 2}', "a.json"), Error, 'a.json:2:2: "a" is twice');
 * ```
 */
export function parseJson(text: string, file: string, options: JsonOptions = {}): Json {
  const reader = new Reader(text, file, options);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #options: JsonOptions;
  #at = 0;

  constructor(text: string, file: string, options: JsonOptions) {
    this.#text = text;
    this.#file = file;
    this.#options = options;
  }

  value(depth: number): Json {
    this.#skipSpace();
    if (depth > DEPTH_MAX) this.#fail(`more than ${DEPTH_MAX} brackets within each other`);
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
    }
    const at = this.#at;
    const number = this.#match(NUMBER);
    if (number !== undefined) return this.#number(number, at);
    const word = this.#match(WORD);
    if (word !== undefined) return JSON.parse(word);
    this.#unexpected("a value");
  }

  #number(text: string, at: number): number {
    const number = Number(text);
    if (!this.#options.integersOnly) return number;
    if (!/^-?\d+$/.test(text)) {
      this.#fail(`the number ${text.slice(0, 40)} is not a whole one in plain digits`, at);
    }
    if (!Number.isSafeInteger(number)) {
      const what = "is beyond 2^53 - 1, where not every number exists in JSON";
      this.#fail(`the number ${text.slice(0, 40)} ${what}; write it as a string`, at);
    }
    return number;
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail("more text after the end of the JSON");
  }

  #object(depth: number): JsonObject {
    const entries = new Map<string, Json>();
    this.#take("{", "");
    while (!this.#closes("}", entries.size === 0)) {
      this.#skipSpace();
      const at = this.#at;
      if (this.#text[at] !== '"') this.#unexpected("a key in double quotes");
      const key = this.#string();
      if (entries.has(key)) this.#fail(`${quote(key)} is twice in one object; remove one`, at);
      this.#take(":", '":" after the key');
      entries.set(key, this.value(depth + 1));
    }
    return Object.fromEntries(entries);
  }

  #array(depth: number): Json[] {
    const items: Json[] = [];
    this.#take("[", "");
    while (!this.#closes("]", items.length === 0)) items.push(this.value(depth + 1));
    return items;
  }

  /** Whether the bracket closes here; if it does not, passes the comma before the next item. */
  #closes(bracket: "}" | "]", empty: boolean): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] === bracket) {
      this.#at++;
      return true;
    }
    if (!empty) this.#take(",", `"," or "${bracket}"`);
    return false;
  }

  #string(): string {
    // In one expression a long string would overflow the stack.
    const start = this.#at++;
    do this.#match(PLAIN); while (this.#match(ESCAPE) !== undefined);
    if (this.#text[this.#at] === '"') return JSON.parse(this.#text.slice(start, ++this.#at));
    this.#at = start;
    const end = this.#text.slice(this.#at + 1).search(/[\n"]/);
    if (end < 0) this.#fail("a string that does not end; is the file cut off?");
    this.#fail("a string with a raw line break or a wrong escape (write \\n, \\\\)");
  }

  #take(character: string, expected: string): void {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) this.#unexpected(expected);
    this.#at++;
  }

  #skipSpace(): void {
    if (this.#text.charCodeAt(this.#at) <= 0x20) this.#match(SPACE);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #unexpected(expected: string): never {
    if (this.#at >= this.#text.length) {
      this.#fail(`the file ends where ${expected} is expected; is it cut off?`);
    }
    const found = String.fromCodePoint(this.#text.codePointAt(this.#at)!);
    this.#fail(`${quote(found)} where ${expected} is expected`);
  }

  #fail(what: string, at = this.#at): never {
    const before = this.#text.slice(0, at).split("\n");
    const place = `${this.#file}:${before.length}:${before.at(-1)!.length + 1}`;
    throw new OperatorError(EXIT.configuration, what, place);
  }
}
