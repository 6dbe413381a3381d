/**
 * Waiting that an abort ends.
 *
 * @module
 */

/** Settles with `promise`, or when `signal` aborts; leaves nothing at the signal. */
export async function orAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<unknown>();
  signal.addEventListener("abort", resolve);
  if (signal.aborted) resolve(undefined);
  await Promise.race([promise, aborted]);
  signal.removeEventListener("abort", resolve);
}
