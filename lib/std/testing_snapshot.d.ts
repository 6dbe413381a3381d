/**
 * Fails unless `actual` is what the test's file in __snapshots__ has for it; with `-- --update` after
 * the test's arguments, writes it there.
 */
export declare function assertSnapshot<T>(
  context: Deno.TestContext,
  actual: T,
): Promise<void>;
