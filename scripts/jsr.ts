/**
 * The configuration that takes the standard library from JSR: the same as `deno.json`, but for the
 * lines that say where `@std` is.
 *
 * @module
 */

/** Where it is, relative to the repository. */
export const FROM_JSR = "deno.jsr.json";

/** What takes the place of the lines on `@std`; `crypto` is for `lib/crypto/native_engine.ts`, if wanted. */
const LINES = ["cli", "crypto", "testing", "assert"].map((name) =>
  `    "@std/${name}": "jsr:@std/${name}@1"`
);

/**
 * The text of `deno.json` with `@std` from JSR; the same text if that is where it is from.
 *
 * @throws Error unless the lines on `@std` are the last of the imports, together.
 */
export function withStdFromJsr(text: string): string {
  const here = /(?: {4}"@std\/[^\n]+\n)+(?= {2}\},\n)/;
  const changed = text.replace(here, () => `${LINES.join(",\n")}\n`);
  if (!here.test(text) || changed.includes("./lib/std/")) {
    throw new Error("deno.json: the lines on @std must be the last of the imports");
  }
  return changed;
}
