/**
 * Which functions of the node and its links a simulation has entered, and which there are.
 *
 * @module
 */

import { Session } from "node:inspector";

/** What is to be entered: folders of lib. */
const FOLDERS = ["node", "link"] as const;

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

/** Follows what is entered in this thread, from now on. */
export class Entered {
  readonly #session: Session = new Session();
  readonly #names: Set<string> = new Set();

  /** Begins. */
  async start(): Promise<void> {
    this.#session.connect();
    await this.#post("Profiler.enable");
    await this.#post("Profiler.startPreciseCoverage", { callCount: false, detailed: false });
  }

  /** All that has been entered since it began: `file name`, as {@linkcode exportedFunctions} has it. */
  async names(): Promise<readonly string[]> {
    const { result } = await this.#post("Profiler.takePreciseCoverage") as Coverage;
    for (const { url, functions } of result) {
      const file = /\/lib\/((?:node|link)\/\w+\.ts)$/.exec(url)?.[1];
      if (file === undefined) continue;
      for (const { functionName, ranges } of functions) {
        if (ranges[0]!.count > 0) this.#names.add(`${file} ${functionName.replace(/^get /, "")}`);
      }
    }
    return [...this.#names];
  }

  #post(method: string, parameters: object = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#session.post(method, parameters, (error: Error | null, result?: object) => {
        if (error) reject(error);
        else resolve(result);
      });
    });
  }
}

/**
 * Exported functions and the public methods of exported classes of lib/node and lib/link, without the
 * rooms in them, sorted.
 */
export async function exportedFunctions(): Promise<string[]> {
  const names: string[] = [];
  for (const folder of FOLDERS) {
    const path = new URL(`../../lib/${folder}/`, import.meta.url);
    for (const { name, isFile } of Deno.readDirSync(path)) {
      if (!isFile) continue;
      const module: Record<string, unknown> = await import(new URL(name, path).href);
      for (const [exported, value] of Object.entries(module)) {
        if (typeof value !== "function") continue;
        const members = Object.getOwnPropertyNames(value.prototype ?? {});
        const source = Function.prototype.toString.call(value);
        // One that is not written is no function of its own.
        const hasOwn = /\bconstructor\(/.test(source);
        const all = !/^class\b/.test(source)
          ? [exported]
          : members.flatMap((m) => m !== "constructor" ? [m] : hasOwn ? [exported] : []);
        names.push(...all.map((member) => `${folder}/${name} ${member}`));
      }
    }
  }
  return [...new Set(names)].sort();
}
