/**
 * What is said of keys and certificates that cannot be used.
 *
 * @module
 */

/** A key or certificate that cannot be used; the message is for the operator, without a place. */
export class KeyError extends Error {
  /**
   * Makes an error.
   *
   * @param message What is wrong, and what to do about it; begins with a verb.
   */
  constructor(message: string) {
    super(message);
    this.name = "KeyError";
  }
}
