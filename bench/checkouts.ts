/**
 * This checkout of the project, and another that it is held against.
 *
 * @module
 */

import { resolve } from "node:path";
import { ROOT } from "../scripts/lint/paths.ts";
import { FROM_SOURCES, type Launcher } from "../tests/e2e/program.ts";

/** The folders to measure in, absolute: the other first, if there is one, and this one. */
export function checkoutsOf(against: string | undefined): string[] {
  return [...against === undefined ? [] : [resolve(against)], ROOT];
}

/** Starts programs from the sources of a checkout. */
export function fromCheckout(checkout: string): Launcher {
  return (program) => FROM_SOURCES(program).map((arg) => arg.replace(ROOT, checkout));
}
