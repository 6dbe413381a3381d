/**
 * Places in configuration files, for messages that an operator can act on.
 *
 * @module
 */

import { EXIT, OperatorError } from "./operator_error.ts";

/** A file and a path within its JSON: `alice.json: learners.Eve.quorums[2].names[1]`. */
export class Place {
  /** As the operator named it. */
  readonly file: string;
  /** Empty for the whole file. */
  readonly path: string;

  /** A place; without a path, the whole file. */
  constructor(file: string, path = "") {
    this.file = file;
    this.path = path;
  }

  /** The place of a member of the object here. Keys that are not plain words are quoted. */
  field(key: string): Place {
    if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(key)) {
      return new Place(this.file, `${this.path}[${JSON.stringify(key)}]`);
    }
    return new Place(this.file, this.path === "" ? key : `${this.path}.${key}`);
  }

  /** The place of an item, counted from 0, of the array here. */
  item(index: number): Place {
    return new Place(this.file, `${this.path}[${index}]`);
  }

  /** `file: path`, or the file alone. */
  toString(): string {
    return this.path === "" ? this.file : `${this.file}: ${this.path}`;
  }

  /**
   * Reports a mistake here.
   *
   * @param what What is wrong, and what to do about it.
   * @throws OperatorError always.
   */
  fail(what: string): never {
    throw new OperatorError(EXIT.configuration, oneLine(what), this.toString());
  }
}

/** A text on one line: control characters are spelt out. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (c) => JSON.stringify(c).slice(1, -1));
}

/** A string of the file, quoted for a message; a long one is cut. */
export function quote(text: string): string {
  const most = 60;
  return JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text);
}
