/**
 * PEM as people have it: blocks with text around them, indented, with a byte order mark or the line
 * breaks of Windows, several in one file and in any order.
 *
 * @module
 */

import { KeyError } from "./key_error.ts";

/** What stands between a BEGIN and its END. */
export interface PemBlock {
  /** What it says it is: `CERTIFICATE`, `PRIVATE KEY`. */
  readonly label: string;
  /** Empty if it is encrypted in the old way, by headers. */
  readonly der: Uint8Array<ArrayBuffer>;
  /** Whether headers say that it is encrypted. */
  readonly encrypted: boolean;
}

const BLOCK = /-----BEGIN ([^\n\r-]+)-----([^]*?)-----END ([^\n\r-]+)-----/g;
const LINE_CHARACTERS = 64;

/**
 * All blocks of a text, in their order; none if there are none.
 *
 * @throws KeyError for a block that does not end, or whose content is no base64.
 *
 * @example
 * ```ts
 * import { pemBlocks } from "./pem.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [block] = pemBlocks("\ufeff  -----BEGIN X-----\r\n  AQI=\r\n  -----END X-----");
 * assertEquals([block?.label, [...block?.der ?? []]], ["X", [1, 2]]);
 * ```
 */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let end = 0;
  for (const { 0: whole, 1: label = "", 2: body = "", 3: closing, index } of text.matchAll(BLOCK)) {
    if (label !== closing || body.includes("-----BEGIN ")) cutOff(label);
    blocks.push(readBlock(label, body));
    end = index + whole.length;
  }
  const open = /-----BEGIN ([^\n\r-]+)/.exec(text.slice(end));
  if (open !== null) cutOff(open[1]!);
  return blocks;
}

/** A label with its article: `an EC PARAMETERS`. */
export function withArticle(label: string): string {
  return `${/^[AEIO]/.test(label) ? "an" : "a"} ${label}`;
}

/** Writes one block, with a line break at its end. */
export function toPem(label: string, der: Uint8Array): string {
  const lines = der.toBase64().match(new RegExp(`.{1,${LINE_CHARACTERS}}`, "g")) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function readBlock(label: string, body: string): PemBlock {
  if (/^\s*Proc-Type:.*ENCRYPTED/m.test(body)) {
    return { label, der: new Uint8Array(), encrypted: true };
  }
  const encrypted = label.startsWith("ENCRYPTED ");
  try {
    return { label, der: Uint8Array.fromBase64(body.replaceAll(/\s/g, "")), encrypted };
  } catch {
    return cutOff(label);
  }
}

function cutOff(label: string): never {
  const what = label.endsWith("PRIVATE KEY") ? "private key" : label.toLowerCase();
  throw new KeyError(
    `cannot be read as a ${what}; is it whole, line breaks (\\n) included?`,
  );
}
