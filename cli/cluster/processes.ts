/**
 * The processes of a cluster: started so that they outlive the command and the terminal, found again
 * later, and never mistaken for others that were given their numbers since.
 *
 * A small shell, one for each process, is its parent: it writes down the number and the time of
 * start, and how the process ended, which nobody else could learn.
 *
 * @module
 */

import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { reasonOf } from "../../lib/wire/os_reason.ts";
import { ownCommand } from "../demo/child.ts";
import { markStart } from "./log_files.ts";
import { attempt, type ClusterFolder, type Member } from "./state.ts";

/** How a process is. */
export type ProcessState =
  /** It runs, under this number. */
  | { readonly kind: "up"; readonly pid: number }
  /** It has ended with this status; above 128 it is 128 and the signal that ended it. */
  | { readonly kind: "ended"; readonly status: number }
  /** It is not there, and nobody saw it end: the machine has been restarted, for instance. */
  | { readonly kind: "gone" };

/** Files are looked at this often, in milliseconds. */
export const LOOK_MS = 20;

/** How long a shell may take to start a process, in milliseconds. */
const SPAWN_MS_MAX = 10_000;

/** How long a process may take to vanish once it is killed, in milliseconds. */
const KILL_MS_MAX = 10_000;

/** The processes themselves are asked about this often while one is waited for, in milliseconds. */
const ASK_MS = 500;

// Prints what tells a process from all others that ever had or will have its number, if it runs.
// ps is not on every Linux; /proc is not on other systems, and closed to Deno itself.
const IDENTIFY = `
export LC_ALL=C TZ=UTC
identify() {
  if [ -r /proc/self/stat ]; then
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    set -- \${stat##*) }
    case $1 in Z|X) return 0 ;; esac
    echo "$(cat /proc/sys/kernel/random/boot_id) \${20}"
  else
    ps -o lstart= -p "$1"
  fi
}
`;

// $1: the beginning of the files' names; the rest: the command.
const KEEP = `${IDENTIFY}
files=$1
shift
"$@" >>"$files.log" 2>&1 </dev/null &
pid=$!
echo "$pid $(identify "$pid")" >"$files.pid.new"
mv "$files.pid.new" "$files.pid"
wait "$pid"
echo "$?" >"$files.exit.new"
mv "$files.exit.new" "$files.exit"
`;

const ASK = `${IDENTIFY}
for pid; do echo "$pid $(identify "$pid")"; done
`;

/**
 * Starts a member as a process in a session of its own, with its log appended to its file, and waits
 * until its number is known.
 *
 * @throws OperatorError (resource) if it cannot be started.
 */
export async function startMember(folder: ClusterFolder, member: Member): Promise<void> {
  const files = folder.file(member.key);
  const journal = member.role === "acceptor" ? [`${files}.data`] : [];
  for (const end of ["pid", "exit"]) attempt("be removed", files, () => forget(`${files}.${end}`));
  const args = [
    ...[member.role, "--json", "--log-level", "info"],
    ...journal.flatMap((path) => ["--data-dir", path]),
    ...member.role === "learner" ? ["--all"] : [],
    folder.config(member.key),
  ];
  markStart(folder, member);
  try {
    new Deno.Command("/bin/sh", {
      args: ["-c", KEEP, "hetpaxos-cluster", files, ...ownCommand(), ...args],
      cwd: folder.path,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn().unref();
  } catch (error) {
    throw new OperatorError(EXIT.resource, `cannot be run: ${reasonOf(error)}`, "/bin/sh");
  }
  const end = Date.now() + SPAWN_MS_MAX;
  while (readIfThere(`${files}.pid`) === undefined) {
    if (Date.now() > end) {
      throw new OperatorError(EXIT.resource, "cannot be started; is the disk full?", member.name);
    }
    await pause(LOOK_MS);
  }
}

/** How each of the members is, in their order. */
export async function statesOf(
  folder: ClusterFolder,
  members: readonly Member[],
): Promise<ProcessState[]> {
  const known = members.map(({ key }) => recordOf(folder, key));
  const pids = known.flatMap((record) => record?.kind === "started" ? [record.pid] : []);
  const identities = await identitiesOf(pids);
  return known.map((record, i) => {
    if (record === undefined) return { kind: "gone" };
    if (record.kind === "ended") return record;
    if (identities.get(record.pid) === record.identity) return { kind: "up", pid: record.pid };
    // It may have ended since its file was looked at.
    const later = recordOf(folder, members[i]!.key);
    return later?.kind === "ended" ? later : { kind: "gone" };
  });
}

/** Sends a signal to a member that runs; nothing if it has ended meanwhile. */
export function signalMember(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Stops members: in good order first, by force when the time is over.
 *
 * @param graceMs How long they may take; 0 kills them at once.
 * @returns those that had to be killed.
 * @throws OperatorError (timeout) if one cannot even be killed.
 */
export async function stopMembers(
  folder: ClusterFolder,
  members: readonly Member[],
  graceMs: number,
): Promise<Member[]> {
  if (graceMs > 0) {
    await signalAll(folder, members, "SIGTERM");
    const left = await waitForEnds(folder, members, graceMs);
    if (left.length === 0) return [];
    members = left;
  }
  await signalAll(folder, members, "SIGKILL");
  const immortal = await waitForEnds(folder, members, KILL_MS_MAX);
  if (immortal.length > 0) {
    const names = immortal.map(({ name }) => name).join(", ");
    throw new OperatorError(EXIT.timeout, "cannot be killed; try again", names);
  }
  return [...members];
}

/** Waits until members have ended. @returns those that have not, after `ms`. */
export async function waitForEnds(
  folder: ClusterFolder,
  members: readonly Member[],
  ms: number,
): Promise<Member[]> {
  const end = Date.now() + ms;
  let open = members;
  for (let asked = Date.now();;) {
    open = open.filter(({ key }) => recordOf(folder, key)?.kind !== "ended");
    const over = Date.now() > end;
    // The shell that writes it down may have been killed itself.
    if (open.length > 0 && (over || Date.now() > asked + ASK_MS)) {
      const states = await statesOf(folder, open);
      open = open.filter((_, i) => states[i]!.kind === "up");
      asked = Date.now();
    }
    if (open.length === 0 || over) return [...open];
    await pause(LOOK_MS);
  }
}

/** Waits, in milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function signalAll(
  folder: ClusterFolder,
  members: readonly Member[],
  signal: Deno.Signal,
): Promise<void> {
  for (const state of await statesOf(folder, members)) {
    if (state.kind === "up") signalMember(state.pid, signal);
  }
}

type ProcessRecord =
  | { readonly kind: "started"; readonly pid: number; readonly identity: string }
  | { readonly kind: "ended"; readonly status: number };

/**
 * What the shell has written down.
 *
 * @throws OperatorError (resource) if it cannot be read, or somebody has written something else: the
 * process may run, and must not be taken for gone.
 */
function recordOf(folder: ClusterFolder, key: string): ProcessRecord | undefined {
  const [exitFile, pidFile] = [folder.file(`${key}.exit`), folder.file(`${key}.pid`)];
  const exit = readIfThere(exitFile);
  if (exit !== undefined) {
    if (!/^\d{1,3}$/.test(exit)) throw damaged(folder, key, exitFile);
    return { kind: "ended", status: Number(exit) };
  }
  const started = readIfThere(pidFile);
  if (started === undefined) return undefined;
  // One that ended at once has no identity, and is no other's.
  const [, pid, identity = ""] = /^(\d{1,10})(?: (.+))?$/.exec(started) ?? [];
  if (pid === undefined) throw damaged(folder, key, pidFile);
  return { kind: "started", pid: Number(pid), identity: identity.trim() };
}

function damaged(folder: ClusterFolder, key: string, file: string): OperatorError {
  const what = "is damaged, so nobody knows whether its process runs: end the one that " +
    `pgrep -f ${folder.config(key)} finds, remove this file, and try again`;
  return new OperatorError(EXIT.resource, what, file);
}

/** What tells each process from others; one that does not run is missing. */
async function identitiesOf(pids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (pids.length === 0) return new Map();
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", ASK, "sh", ...pids.map(String)],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return new Map(lines.flatMap((line) => {
    const [, pid, identity] = /^(\d+) (.+)$/.exec(line.trim()) ?? [];
    return pid === undefined ? [] : [[Number(pid), identity!.trim()] as const];
  }));
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new OperatorError(EXIT.resource, `cannot be read: ${reasonOf(error)}`, path);
  }
}

function forget(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
