/**
 * The benchmarks: `deno task bench core`.
 *
 * @module
 */

import { benchCore } from "./core.ts";

const BENCHMARKS: Readonly<Record<string, () => void | Promise<void>>> = { core: benchCore };

const names = Deno.args.length === 0 ? Object.keys(BENCHMARKS) : Deno.args;
for (const name of names) {
  const benchmark = BENCHMARKS[name];
  if (benchmark === undefined) {
    console.error(`no benchmark "${name}": there are ${Object.keys(BENCHMARKS).join(", ")}`);
    Deno.exit(2);
  }
  await benchmark();
}
