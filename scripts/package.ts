/**
 * Puts the executables that `deno task compile` has made into one archive for each target, with the
 * licence, the README and the units, and writes SHA256SUMS beside them.
 *
 * `deno task package [--from DIR]`
 *
 * @module
 */

import { VERSION } from "../cli/version.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { type Entry, tarGz, zip } from "./archives.ts";
import { runScript } from "./command.ts";
import { executableName, TARGETS } from "./compile.ts";
import { ROOT } from "./lint/paths.ts";
import { PROGRAMS } from "./programs.ts";
import { listFiles } from "./sources.ts";
import { sha256Hex } from "../lib/crypto/hash.ts";

/** The file with the sums, as `sha256sum --check` reads it. */
export const SUMS = "SHA256SUMS";

const ENDING = /\.(tar\.gz|zip)$/;

/** The name of the archive of a target's executables; without its ending, the folder in it. */
export function archiveName(target: string): string {
  return `hetpaxos-${VERSION}-${target}${target.includes("windows") ? ".zip" : ".tar.gz"}`;
}

/**
 * Makes an archive in `folder` for every target whose executables are all there.
 *
 * @returns Names of what was made, SHA256SUMS last.
 * @throws OperatorError (resource) if no target's are all there, or only some of one's.
 */
export async function makeArchives(folder: string): Promise<string[]> {
  const made: string[] = [];
  const sums: string[] = [];
  const documents = await documentsOf(["LICENSE", "README.md"]);
  const units = await documentsOf(
    await listFiles(["packaging/systemd", "packaging/prometheus", "packaging/Procfile"], [""]),
  );
  for (const target of TARGETS) {
    const programs = await programsOf(folder, target);
    if (programs.length === 0) continue;
    const archive = archiveName(target);
    const top = archive.replace(ENDING, "");
    const windows = target.includes("windows");
    const entries = [...programs, ...documents, ...windows ? [] : units]
      .map((entry) => ({ ...entry, name: `${top}/${entry.name}` }));
    const bytes = windows ? zip(entries) : tarGz(entries);
    await Deno.writeFile(`${folder}/${archive}`, bytes);
    made.push(archive);
    sums.push(`${sha256Hex(bytes)}  ${archive}\n`);
  }
  if (made.length === 0) {
    const what = `has no executables of version ${VERSION}; make some with deno task compile`;
    throw new OperatorError(EXIT.resource, what, folder);
  }
  await Deno.writeTextFile(`${folder}/${SUMS}`, sums.join(""));
  return [...made, SUMS];
}

function documentsOf(files: readonly string[]): Promise<Entry[]> {
  return Promise.all(files.map(async (name) => ({
    name,
    bytes: await Deno.readFile(`${ROOT}/${name}`),
    executable: false,
  })));
}

/** The executables for a target by the names under which they are called; none if there is none. */
async function programsOf(folder: string, target: string): Promise<Entry[]> {
  const found: Entry[] = [];
  const missing: string[] = [];
  for (const { name } of PROGRAMS) {
    const file = executableName(name, target);
    const bytes = await Deno.readFile(`${folder}/${file}`).catch(() => undefined);
    if (bytes === undefined) missing.push(file);
    else {
      const called = target.includes("windows") ? `${name}.exe` : name;
      found.push({ name: called, bytes, executable: true });
    }
  }
  if (found.length > 0 && missing.length > 0) {
    throw new OperatorError(
      EXIT.resource,
      "is missing; make it with deno task compile",
      missing[0],
    );
  }
  return found;
}

if (import.meta.main) {
  await runScript({
    name: "deno task package",
    summary: "Put the executables into archives",
    description: "Makes an archive of the executables for each target, with the licence, the " +
      "README and the units for systemd, and SHA256SUMS: tar.gz, or zip for Windows.",
    flags: [{
      name: "from",
      kind: "text",
      value: "DIR",
      default: `${ROOT}/dist`,
      offers: "folder",
      help: "the folder with the executables, in which the archives are made",
    }],
    exits: [{ status: EXIT.resource, means: "executables are missing" }],
  }, async ({ flags: { from } }) => {
    for (const name of await makeArchives(from)) console.log(`${from}/${name}`);
  });
}
