/**
 * Paths as the house rules know them: relative to the repository, with forward slashes.
 *
 * @module
 */

/** Absolute path of the repository, no slash at the end, forward slashes. */
export const ROOT: string = slashes(decodeURIComponent(new URL("../..", import.meta.url).pathname))
  .replace(/\/$/, "")
  .replace(/^\/([A-Za-z]:)/, "$1");

/** `path` relative to the repository; as it is if it lies outside. */
export function relativePath(path: string): string {
  const clean = slashes(path);
  return clean.startsWith(`${ROOT}/`) ? clean.slice(ROOT.length + 1) : clean;
}

/** Where a relative specifier in the file `from` (relative to the repository) leads. */
export function resolveFrom(from: string, specifier: string): string {
  return decodeURIComponent(new URL(specifier, `file:///${from}`).pathname.slice(1));
}

/** Whether a file was written by a program: no rule of style applies to it. */
export function isGenerated(path: string): boolean {
  return path.startsWith("lib/wire/gen/");
}

function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}
