/**
 * What the files of packaging/container say, for tests.
 *
 * @module
 */

import { assert } from "@std/assert";
import { DockerfileParser, type Instruction, type Label } from "dockerfile-ast";
import { parse } from "yaml";
import { freePorts } from "../../cli/demo/child.ts";
import { PROGRAMS } from "../../scripts/programs.ts";
import { readSource } from "../../scripts/sources.ts";
import { bundle } from "./bundle.ts";
import { succeeds } from "./expect.ts";
import type { Stage } from "./stage.ts";

/** Where the container file is, relative to the repository. */
export const CONTAINERFILE = "packaging/container/Containerfile";

/** A service of the compose file. */
export interface Service {
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly disable: boolean };
  readonly secrets: readonly { readonly source: string; readonly target: string }[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
}

/** What of the compose file is looked at. */
export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** The compose file. */
export async function readCompose(): Promise<Compose> {
  return parse(await readSource("packaging/container/compose.yaml"), { merge: true });
}

/** The last stage of the container file: what ends up in the image. */
export class Image {
  readonly #instructions: readonly Instruction[];

  private constructor(instructions: readonly Instruction[]) {
    this.#instructions = instructions;
  }

  static async read(): Promise<Image> {
    const all = DockerfileParser.parse(await readSource(CONTAINERFILE)).getInstructions();
    return new Image(all.slice(all.findLastIndex((one) => one.getKeyword() === "FROM")));
  }

  /** What follows the last instruction of that name. */
  text(name: string): string {
    return this.#last(name).getArgumentsContent() ?? "";
  }

  /**
   * The words of ENTRYPOINT or CMD, or of the command of HEALTHCHECK.
   *
   * @throws SyntaxError if they are for a shell, which the image has not.
   */
  words(name: string): string[] {
    const text = this.text(name);
    return JSON.parse(text.slice(text.indexOf("[")));
  }

  /** The labels, variables not filled in. */
  labels(): Record<string, string | null> {
    const properties = (this.#last("LABEL") as Label).getProperties();
    return Object.fromEntries(properties.map((one) => [one.getName(), one.getValue()]));
  }

  #last(name: string): Instruction {
    const found = this.#instructions.findLast((one) => one.getKeyword() === name);
    assert(found !== undefined, name);
    return found;
  }
}

/** The files that the compose file and the Procfile want; returns what their names begin with. */
export async function generate(stage: Stage): Promise<string> {
  const at = ["--host", "127.0.0.1", "--base-port", String(freePorts(4))];
  const prefix = `${stage.folder}/my`;
  await succeeds(stage.start("config", ["generate", prefix, "--clients", "1", ...at]));
  return prefix;
}

/** What a process says of itself; what it may not do does not end it. */
const PROBE = `
const written = (path) => { try { Deno.writeTextFileSync(path, ""); return true; } catch { return false; } };
const [root, data] = ["/x", "/var/lib/hetpaxos/x"].map(written);
console.log(JSON.stringify({ event: "probe", pid: Deno.pid, uid: Deno.uid(), root, data }));
`;

/** A folder, which everybody may read, with the bundles and `probe.js`. */
export async function scriptsForAll(stage: Stage): Promise<string> {
  await bundle(stage);
  const folder = `${stage.folder}/scripts`;
  await Deno.mkdir(folder, { mode: 0o755 });
  for (const { name } of PROGRAMS) {
    await Deno.copyFile(`${stage.folder}/${name}.js`, `${folder}/${name}.js`);
  }
  await Deno.writeTextFile(`${folder}/probe.js`, PROBE);
  return folder;
}
