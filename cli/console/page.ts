/**
 * The page that a console serves.
 *
 * @module
 */

import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { BUILD_PAGE } from "../build_page.ts";
import type { Boot } from "../../lib/console/overview.ts";

/** Where sources have the page when it has been made, relative to the repository. */
export const PAGE_FILE = "dist/console.html";

const BOOT = /(<script type="application\/json" id="boot">)[^<]*(<\/script>)/;

/** The page, told how to begin. */
export function beginning(page: string, boot: Boot): string {
  // What names and values say must not end the element that they stand in.
  const text = JSON.stringify(boot).replaceAll("<", "\\u003c");
  return page.replace(BOOT, (_, before: string, after: string) => `${before}${text}${after}`);
}

/**
 * The page as it was made.
 *
 * @throws OperatorError (resource) if these are sources, and it has not been made.
 */
export function readPage(): string {
  return BUILD_PAGE === "" ? pageOfSources() : BUILD_PAGE;
}

function pageOfSources(): string {
  try {
    return Deno.readTextFileSync(new URL(`../../${PAGE_FILE}`, import.meta.url));
  } catch {
    throw new OperatorError(
      EXIT.resource,
      "has not been made: use deno task console, which makes it first, or deno task page",
      PAGE_FILE,
    );
  }
}
