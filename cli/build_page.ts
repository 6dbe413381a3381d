/**
 * Filled in where a program is bundled (scripts/bundle.ts); sources read the page from dist.
 *
 * @module
 */

/** The console's page; empty in sources. */
export const BUILD_PAGE: string = "";
