/**
 * A folder for Deno (DENO_DIR) without what `deno compile` would have to download.
 *
 * @module
 */

/**
 * Makes such a folder: with this Deno's packages and tools, and no base executables.
 *
 * @param folder Exists, and is empty.
 * @returns The folder.
 */
export async function withoutBases(folder: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache, denoDir } = JSON.parse(new TextDecoder().decode(stdout));
  await Deno.symlink(npmCache, `${folder}/npm`, { type: "dir" });
  await Deno.mkdir(`${folder}/dl`);
  for await (const { name } of Deno.readDir(`${denoDir}/dl`)) {
    if (!name.startsWith("esbuild")) continue;
    await Deno.symlink(`${denoDir}/dl/${name}`, `${folder}/dl/${name}`, { type: "dir" });
  }
  return folder;
}
