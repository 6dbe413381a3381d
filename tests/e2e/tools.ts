/**
 * Programs of others that a test needs.
 *
 * @module
 */

/** What is wrong with the first of `programs` that cannot be run here; undefined if all can. */
export function missing(...programs: readonly string[]): string | undefined {
  for (const program of programs) {
    try {
      const { success } = new Deno.Command(program, {
        args: [program === "openssl" ? "version" : "--version"],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).outputSync();
      if (!success) return `${program} does not work here`;
    } catch {
      return `there is no ${program} here`;
    }
  }
  return undefined;
}

/** The name of a browser that is Chromium; undefined if there is none. */
export const CHROMIUM: string | undefined = ["chromium", "chromium-browser", "google-chrome"]
  .find((name) => missing(name) === undefined);

/** Whether this machine's curl speaks HTTP/2; false if there is no curl. */
export function curlSpeaksHttp2(): boolean {
  if (missing("curl") !== undefined) return false;
  const { stdout } = new Deno.Command("curl", { args: ["--version"] }).outputSync();
  return new TextDecoder().decode(stdout).includes("HTTP2");
}
