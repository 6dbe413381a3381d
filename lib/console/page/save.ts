/**
 * Files that the page hands over.
 *
 * @module
 */

/// <reference lib="dom" />

/** Hands over a picture as a file of this name. */
export function saveSvg(name: string, svg: string): void {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  link.click();
  URL.revokeObjectURL(link.href);
}
