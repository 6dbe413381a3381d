/**
 * README's words on the library, followed to the letter by a project beside a clone.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../../scripts/lint/paths.ts";
import { readSource } from "../../scripts/sources.ts";
import { e2e } from "./stage.ts";

/** The first block of a kind in README's section. */
async function block(kind: string): Promise<string> {
  const [, section = ""] = (await readSource("README.md")).split("### As a library\n");
  const [, text] = new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``).exec(section) ?? [];
  assert(text !== undefined, kind);
  return text;
}

Deno.test(e2e(
  import.meta.url,
  "a project beside a clone imports the library as README says",
  async (stage) => {
    await Deno.symlink(ROOT, `${stage.folder}/hetpaxos`, { type: "dir" });
    const project = `${stage.folder}/project`;
    await Deno.mkdir(project);
    await Deno.writeTextFile(`${project}/deno.json`, await block("json"));
    const whole = 'import { startAcceptor } from "@hetpaxos/hetpaxos";\nvoid startAcceptor;\n';
    await Deno.writeTextFile(`${project}/main.ts`, `${await block("ts")}${whole}`);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      // No network: the library and what it needs are here.
      args: ["run", "--quiet", "--check", "--cached-only", "--no-prompt", "main.ts"],
      cwd: project,
      env: { NO_COLOR: "1" },
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals({ code, out, err }, { code: 0, out: await block("text"), err: "" });
  },
));
