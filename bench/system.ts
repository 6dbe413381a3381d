/**
 * What the system says of processes and of the loopback device (Linux).
 *
 * @module
 */

/** Ticks of /proc in a second: Linux shows the same to all programs. */
const TICKS = 100;

/** Processor time that a process has had so far, in milliseconds. */
export function cpuMs(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 1000 / TICKS;
}

/** Bytes and packets that loopback has carried. */
export interface Loopback {
  readonly bytes: number;
  readonly packets: number;
}

/** So far, for everybody in this network namespace. */
export function loopback(): Loopback {
  const line = Deno.readTextFileSync("/proc/net/dev").split("\n")
    .find((each) => each.trim().startsWith("lo:"));
  const [bytes, packets] = line!.split(":")[1]!.trim().split(/\s+/).map(Number);
  return { bytes: bytes!, packets: packets! };
}

/** Says that this process has a loopback device of its own. */
const OWN = "HETPAXOS_BENCH_OWN_LOOPBACK";

/** Whether nobody else's packets are counted. */
export function hasOwnLoopback(): boolean {
  return Deno.env.has(OWN);
}

/**
 * Runs this very command again with a loopback device of its own, where the system lets us.
 *
 * @returns Its exit status; undefined if it cannot be had, or is had already.
 */
export async function onOwnLoopback(): Promise<number | undefined> {
  if (hasOwnLoopback()) return undefined;
  const unshare = ["unshare", ...Deno.uid() === 0 ? [] : ["--map-root-user"], "--net", "sh", "-c"];
  const works = await command([...unshare, "ip link set lo up"], true);
  if (works !== 0) return undefined;
  const again = Deno.readTextFileSync("/proc/self/cmdline").split("\0").slice(0, -1);
  const shell = ["-", Deno.execPath(), ...again.slice(1)];
  return await command([...unshare, 'ip link set lo up && exec "$@"', ...shell], false);
}

async function command([program, ...args]: readonly string[], quiet: boolean): Promise<number> {
  const how = quiet ? "null" : "inherit";
  try {
    const { code } = await new Deno.Command(program!, {
      args,
      env: { [OWN]: "1" },
      stdin: "null",
      stdout: how,
      stderr: how,
    }).spawn().status;
    return code;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 127;
    throw error;
  }
}
