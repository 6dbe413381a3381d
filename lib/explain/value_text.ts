/**
 * Values in sentences.
 *
 * @module
 */

import { printable } from "../wire/printable.ts";

/** Longest value shown in a line of text, in characters; JSON has it whole. */
const VALUE_TEXT_MAX = 200;

/** A value for people, cut if it is long. */
export function valueText(value: Uint8Array | undefined): string {
  if (value === undefined) return "a value not known here";
  const shown = printable(value);
  const text = "text" in shown ? JSON.stringify(shown.text) : `0x${shown.hex}`;
  if (text.length <= VALUE_TEXT_MAX) return text;
  return `${text.slice(0, VALUE_TEXT_MAX)}… (${value.length} bytes)`;
}
