/**
 * Reads JSON of a shape that is not known yet, and says where it is not what it should be.
 *
 * @module
 */

/** Longest text of one member, in UTF-16 units. */
const TEXT_MAX = 4_096;

/** A line that is no line of a trace: the message is one line and says where and what. */
export class TraceError extends Error {
  /** Number of the line, from 1. */
  readonly line: number;

  /**
   * Names the place.
   *
   * @param path Within the line: `$.input.now`.
   */
  constructor(line: number, path: string, what: string) {
    super(`line ${line}: ${path}: ${what}`);
    this.name = "TraceError";
    this.line = line;
  }
}

/** Fields of an object by name. */
export type Fields<R extends string, O extends string> =
  & { readonly [name in R]: Field }
  & { readonly [name in O]: Field | undefined };

/** Some JSON at some place in a line. */
export class Field {
  readonly #line: number;
  readonly #parent: Field | undefined;
  readonly #key: string | number;
  /** What is there. */
  readonly value: unknown;

  private constructor(
    line: number,
    parent: Field | undefined,
    key: string | number,
    value: unknown,
  ) {
    this.#line = line;
    this.#parent = parent;
    this.#key = key;
    this.value = value;
  }

  /**
   * A whole line.
   *
   * @throws TraceError if it is not JSON.
   */
  static parse(line: number, text: string): Field {
    try {
      return new Field(line, undefined, "$", JSON.parse(text));
    } catch {
      throw new TraceError(line, "$", "not JSON");
    }
  }

  /** `$.input.message.refs[3]`. */
  get path(): string {
    if (this.#parent === undefined) return `${this.#key}`;
    const key = typeof this.#key === "number" ? `[${this.#key}]` : `.${this.#key}`;
    return this.#parent.path + key;
  }

  /**
   * Reports what is wrong here.
   *
   * @throws TraceError always.
   */
  fail(what: string): never {
    throw new TraceError(this.#line, this.path, what);
  }

  /** Whether this is an object that has this member. */
  has(name: string): boolean {
    return isObject(this.value) && Object.hasOwn(this.value, name);
  }

  /** The members of an object that has all of `required`, maybe some of `optional`, and no others. */
  fields<R extends string, O extends string = never>(
    required: readonly R[],
    optional: readonly O[] = [],
  ): Fields<R, O> {
    const members = this.members();
    const fields: Record<string, Field> = {};
    for (const [name, value] of Object.entries(members)) {
      const known = required.includes(name as R) || optional.includes(name as O);
      if (!known) this.fail(`has ${quote(name)}, which the format does not know`);
      fields[name] = new Field(this.#line, this, name, value);
    }
    const missing = required.find((name) => !Object.hasOwn(fields, name));
    if (missing !== undefined) this.fail(`has no ${quote(missing)}`);
    return fields as Fields<R, O>;
  }

  /** One member of an object. */
  field(name: string): Field {
    if (!this.has(name)) this.fail(`has no ${quote(name)}`);
    return new Field(this.#line, this, name, this.members()[name]);
  }

  /** All members of an object, whatever they are. */
  members(): { readonly [name: string]: unknown } {
    return isObject(this.value) ? this.value : this.#wants("an object");
  }

  /** The items of an array, read one by one. */
  items<T>(read: (item: Field) => T, least = 0): T[] {
    if (!Array.isArray(this.value)) this.#wants("an array");
    if (this.value.length < least) this.fail(`has fewer than ${least} items`);
    return this.value.map((item, i) => read(new Field(this.#line, this, i, item)));
  }

  /** A text that is not empty unless `least` is 0. */
  text(least = 1): string {
    const { value } = this;
    if (typeof value !== "string") this.#wants("a text");
    if (value.length < least) this.fail("is empty");
    if (value.length > TEXT_MAX) this.fail(`is longer than ${TEXT_MAX} characters`);
    return value;
  }

  /** One of a few words. */
  choice<T extends string>(words: readonly T[]): T {
    const found = words.find((word) => word === this.value);
    return found ?? this.#wants(`one of ${words.map(quote).join(", ")}`);
  }

  /** A whole number, both bounds included. */
  whole(min: number, max: number): number {
    const { value } = this;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) {
      return value;
    }
    this.#wants(`a whole number from ${min} to ${max}`);
  }

  /** A finite number, both bounds included. */
  number(min: number, max: number): number {
    const { value } = this;
    if (typeof value === "number" && value >= min && value <= max) return value;
    this.#wants(`a number from ${min} to ${max}`);
  }

  /** True or false. */
  boolean(): boolean {
    return typeof this.value === "boolean" ? this.value : this.#wants("true or false");
  }

  #wants(what: string): never {
    const found = JSON.stringify(this.value);
    this.fail(`${found.length > 60 ? `${found.slice(0, 60)}…` : found} is not ${what}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}
