/**
 * Tests for which this machine may lack something.
 *
 * @module
 */

/** Registers a test, to be ignored if there is a reason, which its name then says. */
export function testUnless(
  reason: string | undefined,
  name: string,
  fn: () => Promise<void>,
): void {
  const said = reason === undefined ? name : `${name} (${reason})`;
  Deno.test({ name: said, ignore: reason !== undefined, fn });
}

/** Why system calls cannot be traced here; undefined if they can. */
export function whyNotTraced(): string | undefined {
  if (Deno.build.os !== "linux") return "needs Linux";
  try {
    const { success } = new Deno.Command("strace", { args: ["-e", "trace=none", "true"] })
      .outputSync();
    return success ? undefined : "needs leave to use strace";
  } catch {
    return "needs strace";
  }
}
