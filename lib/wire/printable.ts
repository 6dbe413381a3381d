/**
 * Bytes that a stranger chose, for people.
 *
 * @module
 */

/** What is none of the characters of ASCII that are visible: all that is escaped is among it. */
export const NOT_PLAIN = /[^ -~]/;

// Control and format characters (the C1 set and text direction overrides included), line and
// paragraph separators, unpaired surrogates, private use and unassigned: whatever is not surely
// one visible thing.
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * How bytes that a stranger chose are shown: as text if they are UTF-8 and every character is
 * visible, else as lower-case hexadecimal. Empty bytes are empty text.
 *
 * @example
 * ```ts
 * import { printable } from "./printable.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(printable(new TextEncoder().encode("blue")), { text: "blue" });
 * assertEquals(printable(Uint8Array.of(0x1b, 0x5b, 0x32, 0x4a)), { hex: "1b5b324a" });
 * ```
 */
export function printable(bytes: Uint8Array): { text: string } | { hex: string } {
  // Most of what is no text says so soon, and without a string being made of it.
  if (bytes.some((byte) => byte < 0x20)) return { hex: bytes.toHex() };
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!NOT_PLAIN.test(text) || !UNSAFE.test(text)) return { text };
  } catch {
    // Not UTF-8.
  }
  return { hex: bytes.toHex() };
}

const UNSAFE_ALL = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * A text that a stranger chose, in one line: what is not surely one visible thing is written as its
 * number, and what is beyond `lengthMax` UTF-16 units is left out.
 *
 * @example
 * ```ts
 * import { visible } from "./printable.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(visible("evil\u202egnp.exe"), "evil\\u{202e}gnp.exe");
 * assertEquals(visible("xxxx", 2), "xx…");
 * ```
 */
export function visible(text: string, lengthMax: number = Infinity): string {
  const shown = text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`;
  if (!NOT_PLAIN.test(shown)) return shown;
  return shown.replaceAll(UNSAFE_ALL, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`);
}
