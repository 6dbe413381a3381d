/**
 * Counts from inside a program that is measured, whatever revision it is of: a few lines of script
 * that run before it and count what it has the disk do. On SIGUSR2 they write what they counted.
 *
 * @module
 */

/** What a program has done since it began. */
export interface Counts {
  /** Commits that had to reach the disk before anything else. */
  readonly synced: number;
  /** Commits, all of them. */
  readonly commits: number;
}

/** A script for `deno run --preload` that writes its counts to a file. */
export function probeScript(path: string): string {
  return `
import { DatabaseSync } from "node:sqlite";
import { renameSync, writeFileSync } from "node:fs";
let synced = 0, commits = 0, isFull = false;
const { exec, prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (text) {
  const mode = /PRAGMA synchronous = (\\w+)/.exec(text);
  if (mode !== null) isFull = mode[1] === "FULL";
  return exec.call(this, text);
};
DatabaseSync.prototype.prepare = function (text) {
  const statement = prepare.call(this, text);
  if (text !== "COMMIT") return statement;
  const run = statement.run.bind(statement);
  statement.run = () => {
    commits++;
    if (isFull) synced++;
    return run();
  };
  return statement;
};
const { syncDataSync } = Deno.FsFile.prototype;
Deno.FsFile.prototype.syncDataSync = function () {
  synced++;
  return syncDataSync.call(this);
};
Deno.addSignalListener("SIGUSR2", () => {
  writeFileSync(${JSON.stringify(`${path}.new`)}, JSON.stringify({ synced, commits }));
  renameSync(${JSON.stringify(`${path}.new`)}, ${JSON.stringify(path)});
});
`;
}

/** Asks a program for its counts. */
export async function readCounts(pid: number, path: string): Promise<Counts> {
  await Deno.remove(path).catch(() => {});
  const folder = path.slice(0, path.lastIndexOf("/"));
  using watcher = Deno.watchFs(folder);
  Deno.kill(pid, "SIGUSR2");
  for await (const _ of watcher) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text !== "") return JSON.parse(text);
  }
  throw new Error(`${path}: no counts`);
}
