/**
 * What the commands on a local cluster have in common.
 *
 * @module
 */

import { didYouMean } from "../../lib/wire/names.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { quote } from "../../lib/wire/place.ts";
import { withLock } from "../cluster/lock.ts";
import type { ClusterFolder, Member } from "../cluster/state.ts";

/**
 * Refuses to go on where there is no POSIX shell to keep the processes.
 *
 * @throws OperatorError (resource) on Windows.
 */
export function refuseWindows(): void {
  if (Deno.build.os !== "windows") return;
  throw new OperatorError(
    EXIT.resource,
    "needs a POSIX system: run it in WSL, or start acceptors by hand with config generate",
    "cluster",
  );
}

/** Does something to a cluster while no other command may, and says so if it has to wait. */
export async function exclusively<T>(folder: ClusterFolder, act: () => Promise<T>): Promise<T> {
  refuseWindows();
  return await withLock(folder, () => {
    if (!Deno.stderr.isTerminal()) return;
    console.error(`another command is at work on cluster ${folder.name}; waiting for it`);
  }, act);
}

/**
 * The member of that name.
 *
 * @throws OperatorError (usage) if there is none.
 */
export function memberNamed(members: readonly Member[], name: string): Member {
  const member = members.find((row) => row.name === name);
  if (member !== undefined) return member;
  const names = members.map((row) => row.name);
  const what = `${quote(name)} is none of ${names.join(", ")}${didYouMean(name, names)}`;
  throw new OperatorError(EXIT.usage, what, "MEMBER");
}
