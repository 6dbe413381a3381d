/**
 * Something like a container, made of what Linux has: a root of its own that nobody may write to, a
 * user without a name, no capabilities, and a first process that is the program itself.
 *
 * @module
 */

import { PROGRAMS, SCRIPT_FLAGS } from "../../scripts/programs.ts";
import type { Program } from "./program.ts";
import { without } from "./terminal/terminal.ts";

/** What the image's `tini` is a copy of. */
const TINI = "/usr/bin/tini-static";

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
mount --bind "$(command -v setpriv)" "$root/usr/local/bin/setpriv"
mount --bind -o ro "$scripts" "$root/usr/local/lib"
mount --bind /dev/null "$root/dev/null"
mount --bind /dev/urandom "$root/dev/urandom"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$root.data" "$root/var/lib/hetpaxos"
mount -o remount,bind,ro "$root"
cd /
# Deno, which an executable brings along, has its cache where the image says. Nothing survives the
# test: the first process is killed with what made the space, a tie that setpriv makes last.
exec env -i PATH=/usr/local/bin NO_COLOR=1 DENO_DIR=/tmp/deno "$(command -v chroot)" "$root" \\
  setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs --inh-caps=-all \\
  --bounding-set=-all --pdeathsig=KILL "$@"
`;

/** Why there are no containers here; undefined if there are. */
export function noContainers(): string | undefined {
  if (Deno.build.os !== "linux") return "containers are of Linux only";
  return without("setpriv", "--version") ?? without(TINI, "--version") ??
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
    for (const file of ["usr/local/bin/deno", "usr/local/bin/setpriv", "dev/null", "dev/urandom"]) {
      await Deno.writeTextFile(`${root}/${file}`, "");
    }
    await Deno.copyFile(TINI, `${root}/usr/local/bin/tini`);
    const own = `${root}/etc/hetpaxos/self.json`;
    await Deno.copyFile(config, own);
    await Deno.chmod(own, 0o400);
    await Deno.chown(own, USER, USER);
    await Deno.mkdir(`${root}.data`, { mode: 0o700 });
    await Deno.chown(`${root}.data`, USER, USER);
    return new Container(root, scripts);
  }

  /**
   * The command that runs a line in it.
   *
   * @param line As the image has it: `/usr/local/bin/hetpaxos-acceptor` is here the bundle of that
   * name, run by Deno with its permissions.
   */
  command(line: readonly string[]): string[] {
    const enter = ["bash", "-c", ENTER, "enter", this.#root, Deno.execPath(), this.#scripts];
    return [...UNSHARE, ...enter, `${USER}`, ...line.flatMap((word) => bundled(word) ?? [word])];
  }

  /** The command that asks it what a process in it is, and may do. */
  get probe(): string[] {
    return this.command(script("probe", ["--allow-all"]));
  }
}

function bundled(word: string): string[] | undefined {
  const found = PROGRAMS.find(({ name }) => word === `/usr/local/bin/${name}`);
  return found && script(found.name, found.permissions);
}

function script(name: string, permissions: readonly string[]): string[] {
  const run = ["/usr/local/bin/deno", "run", ...SCRIPT_FLAGS, ...permissions];
  return [...run, `/usr/local/lib/${name}.js`];
}

/**
 * The process that is the first one in its space, seen from outside; 0 if there is none yet.
 *
 * @param pid The process that made the space.
 */
export async function firstProcess(pid: number): Promise<number> {
  return Number((await readProc(`${pid}/task/${pid}/children`)).trim());
}

/**
 * Waits until the first process of a space has started another: it handles signals by then.
 *
 * @param program What made the space.
 * @returns The number of the first process outside.
 */
export async function firstWithChild(program: Program): Promise<number> {
  let over = false;
  program.ended.then(() => over = true);
  while (!over) {
    const pid = await firstProcess(program.pid);
    if (pid !== 0 && /^\d/.test(await readProc(`${pid}/task/${pid}/children`))) {
      if ((await readProc(`${pid}/comm`)).trim() === "tini") return pid;
    }
  }
  throw new Error(`${program.title} ended before tini had started it`);
}

/** A file of /proc, which Deno itself does not read; empty if it is not there. */
async function readProc(path: string): Promise<string> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${path}`], stderr: "null" })
    .output();
  return new TextDecoder().decode(stdout);
}
