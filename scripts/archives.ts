/**
 * Archives that are the same to the last byte whoever makes them: entries sorted, times fixed, no
 * owners.
 *
 * @module
 */

import { gzipSync, unzipSync, type Zippable, zipSync } from "fflate";
import { createTar, parseTarGzip } from "nanotar";

/** A file of an archive. */
export interface Entry {
  /** With `/` between folders. */
  readonly name: string;
  /** All of it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it is a program. */
  readonly executable: boolean;
}

/** The time of every entry: the first moment that a zip archive can tell, UTC. */
const TIME_MS = Date.UTC(1980, 0, 1);

const UNIX = 3;

function sorted(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/** A tar archive, compressed by gzip. */
export function tarGz(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const tar = createTar(
    sorted(entries).map(({ name, bytes, executable }) => ({
      name,
      data: bytes,
      attrs: {
        mode: executable ? "755" : "644",
        mtime: TIME_MS,
        uid: 0,
        gid: 0,
        user: "root",
        group: "root",
      },
    })),
  );
  return new Uint8Array(gzipSync(tar, { level: 6, mtime: 0 }));
}

/** A zip archive. */
export function zip(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const files: Zippable = {};
  for (const { name, bytes, executable } of sorted(entries)) {
    // The library takes the parts of a time in the zone of the machine.
    const mtime = new Date(1980, 0, 1);
    files[name] = [bytes, { level: 6, mtime, os: UNIX, attrs: (executable ? 0o755 : 0o644) << 16 }];
  }
  return new Uint8Array(zipSync(files));
}

/** The files of an archive; by its name it is a zip archive, or a tar archive compressed by gzip. */
export async function unpack(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Entry[]> {
  if (name.endsWith(".zip")) {
    // Nothing in a zip archive for Windows tells what is a program but the name.
    return Object.entries(unzipSync(bytes)).map(([inner, content]) => ({
      name: inner,
      bytes: new Uint8Array(content),
      executable: inner.endsWith(".exe"),
    }));
  }
  return (await parseTarGzip(bytes)).map(({ name: inner, data, attrs }) => ({
    name: inner,
    bytes: new Uint8Array(data ?? []),
    executable: (Number.parseInt(attrs?.mode ?? "0", 8) & 0o100) !== 0,
  }));
}
