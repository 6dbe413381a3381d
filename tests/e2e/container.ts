/**
 * Something like a container, made of what Linux has: a root of its own that nobody may write to, a
 * user without a name, no capabilities, and a first process that is the program itself.
 *
 * @module
 */

import { without } from "./terminal/terminal.ts";

/** The user in the image. */
const USER = 65_532;

/** What makes the first process of a space of its own. */
const UNSHARE = ["unshare", "--mount", "--pid", "--fork", "--kill-child"];

/**
 * Makes the root and becomes the program: nothing of this shell is left once it runs. `$1` is the
 * root, `$2` Deno, `$3` the folder with the scripts, `$4` the user; the program's words follow.
 */
const ENTER = `set -e
root=$1 deno=$2 scripts=$3 user=$4
shift 4
mount --bind "$root" "$root"
for lib in lib lib32 lib64 libx32; do
  [ -d "/usr/$lib" ] || continue
  mkdir -p "$root/usr/$lib"
  [ -e "$root/$lib" ] || ln -s "usr/$lib" "$root/$lib"
  mount --rbind "/usr/$lib" "$root/usr/$lib"
done
mount --bind "$deno" "$root/usr/local/bin/deno"
mount --bind -o ro "$scripts" "$root/usr/local/lib"
mount --bind /dev/null "$root/dev/null"
mount --bind /dev/urandom "$root/dev/urandom"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$root.data" "$root/var/lib/hetpaxos"
mount -o remount,bind,ro "$root"
cd /
become="$(command -v setpriv) --no-new-privs --bounding-set=-all,+setuid,+setgid,+sys_chroot"
# Deno, which an executable brings along, wants a folder of its own here.
exec env -i PATH=/usr/local/bin NO_COLOR=1 DENO_DIR=/tmp/deno $become "$(command -v chroot)" \\
  --userspec="$user:$user" --groups= "$root" "$@"
`;

/** Why there are no containers here; undefined if there are. */
export function noContainers(): string | undefined {
  if (Deno.build.os !== "linux") return "containers are of Linux only";
  return without("setpriv", "--version") ??
    (without(...UNSHARE as [string], "mount", "-t", "tmpfs", "tmpfs", "/mnt") === undefined
      ? undefined
      : "this user may not make name spaces and mount");
}

/** A container's files: its root, its own file, its data. */
export class Container {
  readonly #root: string;
  readonly #scripts: string;

  private constructor(root: string, scripts: string) {
    this.#root = root;
    this.#scripts = scripts;
  }

  /**
   * @param root Where its root is to be; its data are beside it.
   * @param scripts The folder with the bundled programs.
   * @param config What is mounted as its own file.
   */
  static async make(root: string, scripts: string, config: string): Promise<Container> {
    const folders = ["usr/local/bin", "usr/local/lib", "etc/hetpaxos", "var/lib/hetpaxos"];
    for (const folder of [...folders, "dev", "proc", "tmp"]) {
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
    }
    for (const file of ["usr/local/bin/deno", "dev/null", "dev/urandom"]) {
      await Deno.writeTextFile(`${root}/${file}`, "");
    }
    const own = `${root}/etc/hetpaxos/self.json`;
    await Deno.copyFile(config, own);
    await Deno.chmod(own, 0o400);
    await Deno.chown(own, USER, USER);
    await Deno.mkdir(`${root}.data`, { mode: 0o700 });
    await Deno.chown(`${root}.data`, USER, USER);
    return new Container(root, scripts);
  }

  /**
   * The command that runs a program of the image in it.
   *
   * @param words As the image has them: `/usr/local/bin/hetpaxos-acceptor` is here the bundle of that
   * name, run by Deno.
   * @param permissions The bundle's, as flags of Deno's.
   */
  command([program = "", ...args]: readonly string[], permissions: readonly string[]): string[] {
    const name = program.replace(/^\/usr\/local\/bin\//, "");
    const alone = ["--quiet", "--no-prompt", "--no-config", "--no-remote", "--no-npm"];
    const run = ["/usr/local/bin/deno", "run", ...alone, ...permissions];
    const enter = ["bash", "-c", ENTER, "enter", this.#root, Deno.execPath(), this.#scripts];
    return [...UNSHARE, ...enter, `${USER}`, ...run, `/usr/local/lib/${name}.js`, ...args];
  }
}

/**
 * The process that is the first one in its space, seen from outside.
 *
 * @param pid The process that made the space.
 */
export async function firstProcess(pid: number): Promise<number> {
  // Deno itself does not read /proc.
  const { stdout } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/task/${pid}/children`],
  }).output();
  return Number(new TextDecoder().decode(stdout).trim());
}
