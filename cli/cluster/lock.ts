/**
 * One command at a time changes a cluster.
 *
 * @module
 */

import { attempt, type ClusterFolder, MARK } from "./state.ts";

/** After so long a wait is announced, in milliseconds. */
const QUIET_MS = 500;

/**
 * Does something to a cluster while no other command may. The lock ends with the process, however
 * that ends.
 *
 * @param waiting Called once if another command has the cluster.
 * @throws OperatorError (clusterState) if there is no such cluster, also if it goes meanwhile.
 */
export async function withLock<T>(
  folder: ClusterFolder,
  waiting: () => void,
  act: () => Promise<T>,
): Promise<T> {
  if (!folder.exists()) throw folder.noSuchCluster();
  const path = folder.file(MARK);
  const file = attempt("be opened", path, () => Deno.openSync(path, { read: true, write: true }));
  try {
    const timer = setTimeout(waiting, QUIET_MS);
    await file.lock(true).finally(() => clearTimeout(timer));
    // Whoever had it may have removed the cluster, and another have made one since.
    if (!isStillThere(path, file)) throw folder.noSuchCluster();
    return await act();
  } finally {
    file.close();
  }
}

function isStillThere(path: string, file: Deno.FsFile): boolean {
  try {
    return Deno.statSync(path).ino === file.statSync().ino;
  } catch {
    return false;
  }
}
