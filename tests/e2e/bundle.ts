/**
 * The single-file scripts that `deno task bundle` makes.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ROOT } from "../../scripts/lint/paths.ts";
import { PROGRAMS, SCRIPT_FLAGS } from "../../scripts/programs.ts";
import { type Launcher, NODE_PERMISSIONS, STARTER_PERMISSIONS } from "./program.ts";
import type { Stage } from "./stage.ts";

/**
 * Makes the scripts and moves copies to a folder of the test's own.
 *
 * @param deno The command that runs Deno, without arguments of its own.
 */
export async function bundle(stage: Stage, deno = [Deno.execPath()]): Promise<Launcher> {
  const dist = `${ROOT}/dist`;
  const existed = await Deno.stat(dist).then(() => true, () => false);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "bundle"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, `${out}${err}`);
  console.log(out!.trimEnd());
  for (const { name } of PROGRAMS) {
    await Deno.copyFile(`${dist}/${name}.js`, `${stage.folder}/${name}.js`);
  }
  if (!existed) await Deno.remove(dist, { recursive: true });
  const run = [...deno, "run", ...SCRIPT_FLAGS, ...NODE_PERMISSIONS];
  return (program) =>
    program === "cluster"
      ? [...run, ...STARTER_PERMISSIONS, `${stage.folder}/hetpaxos.js`, program]
      : program === "config"
      ? [...run, `${stage.folder}/hetpaxos.js`, program]
      : [...run, `${stage.folder}/hetpaxos-${program}.js`];
}
