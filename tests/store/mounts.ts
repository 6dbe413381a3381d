/**
 * File systems with faults of their own, for tests that may mount them.
 *
 * @module
 */

function command(name: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(name, { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Why nothing can be mounted here; undefined if it can. */
export function whyNoMounts(): string | undefined {
  if (Deno.build.os !== "linux") return "needs Linux";
  if (Deno.uid() !== 0) return "needs root to mount";
  const directory = Deno.makeTempDirSync({ prefix: "hetpaxos-mount-" });
  try {
    if (!command("mount", "-t", "tmpfs", "none", directory)) return "needs leave to mount";
    command("umount", directory);
    return undefined;
  } finally {
    Deno.removeSync(directory);
  }
}

/** A file system in memory, mounted on a directory. */
export interface Mounted extends Disposable {
  /** Mounts it anew with these options. */
  remount(options: string): void;
}

/** Mounts an empty file system of so many kibibytes on an empty directory. */
export function mountSmall(directory: string, kibibytes: number): Mounted {
  const must = (...args: string[]) => {
    if (!command("mount", ...args)) throw new Error(`cannot mount ${args.join(" ")}`);
  };
  must("-t", "tmpfs", "-o", `size=${kibibytes}k`, "none", directory);
  return {
    remount: (options) => must("-o", `remount,${options}`, directory),
    [Symbol.dispose]: () => void command("umount", directory),
  };
}
