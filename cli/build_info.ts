/**
 * What only the making of a bundle or an executable knows. Whoever makes one replaces this module;
 * from the sources it stays as it is.
 *
 * @module
 */

/** The commit that was built, in hexadecimal; empty if this runs from the sources. */
export const BUILD_COMMIT: string = "";
