/**
 * Bytes as hexadecimal text, and the order of byte strings.
 *
 * @module
 */

/**
 * The lower-case hex digits of `bytes`, two each.
 *
 * @example
 * ```ts
 * import { fromHex, toHex } from "./hex.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(toHex(Uint8Array.of(0, 255)), "00ff");
 * assertEquals(fromHex("00ff"), Uint8Array.of(0, 255));
 * ```
 */
export function toHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/**
 * The bytes that `hex` spells.
 *
 * @throws SyntaxError if `hex` has an odd length or anything but hex digits.
 */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex);
}

/** Compares byte strings lexicographically: negative if `a` comes first, zero if equal. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Whether `a` and `b` hold the same bytes. Not for secrets: its time depends on them. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}
