/**
 * A place where there is curl, with what it needs to run, and nothing else: no shell, no certificate,
 * no other file, as in the smallest of containers.
 *
 * @module
 */

import { missing } from "./tools.ts";

/** How a command gets a root folder of its own: as root, or where anybody may have a name space. */
const APART = [["chroot"], ["unshare", "-r", "chroot"]];

/**
 * Makes such a place in a folder.
 *
 * @returns what runs a command there, which begins with "/curl"; or why it cannot be had here.
 */
export async function curlOnly(
  folder: string,
): Promise<string | ((command: readonly string[]) => Deno.Command)> {
  const why = missing("curl");
  if (why !== undefined) return why;
  const curl = await outputOf("sh", ["-c", "command -v curl"]);
  const libraries = (await outputOf("ldd", [curl])).match(/\/\S+/g);
  if (libraries === null) return "what curl needs cannot be listed here";
  for (const file of libraries) {
    const to = `${folder}${file}`;
    await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(file, to);
  }
  await Deno.copyFile(curl, `${folder}/curl`);
  for (const [command, ...flags] of APART) {
    const run = (args: readonly string[]) =>
      new Deno.Command(command!, { args: [...flags, folder, ...args], stdin: "null" });
    if ((await run(["/curl", "--version"]).output()).success) return run;
  }
  return "a root folder of its own cannot be had here";
}

async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args: [...args], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).trim();
}
