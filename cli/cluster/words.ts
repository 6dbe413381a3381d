/**
 * What users read: commands as they would type them, and how processes ended.
 *
 * @module
 */

import { constants } from "node:os";
import type { ProcessState } from "./processes.ts";

/** A shell adds this to the number of the signal that ended a process. */
const SIGNALLED = 128;

/** A command as users of the sources type it, or those of an executable or script. */
export function spoken(...words: readonly string[]): string {
  const own = Deno.mainModule.endsWith("/cli/main.ts") && !Deno.build.standalone
    ? "deno task"
    : "hetpaxos";
  return [own, ...words.map(shellQuoted)].join(" ");
}

/** A word as a POSIX shell reads it back. */
function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The signal that ended a process; undefined for one that ended by itself. */
export function endedBy(state: ProcessState): string | undefined {
  if (state.kind !== "ended" || state.status <= SIGNALLED) return undefined;
  const number = state.status - SIGNALLED;
  const [name] = Object.entries(constants.signals).find(([, value]) => value === number) ?? [];
  return name ?? `signal ${number}`;
}

/** How a process has ended, as the rest of a sentence that begins with its name. */
export function howItEnded(state: ProcessState): string {
  if (state.kind === "up") return "runs";
  if (state.kind === "gone") return "is gone, and nobody saw how it ended";
  const signal = endedBy(state);
  return signal === undefined ? `has ended with status ${state.status}` : `was ended by ${signal}`;
}
