/**
 * The benchmarks: `deno task bench core`, `deno task bench cluster`, `deno task bench journal`.
 *
 * @module
 */

import { benchCluster } from "./cluster.ts";
import { benchCore } from "./core.ts";
import { benchJournal } from "./journal.ts";

const BENCHMARKS: Readonly<Record<string, () => void | Promise<void>>> = {
  cluster: benchCluster,
  core: benchCore,
  journal: benchJournal,
};

const names = Deno.args.length === 0 ? Object.keys(BENCHMARKS) : Deno.args;
for (const name of names) {
  const benchmark = BENCHMARKS[name];
  if (benchmark === undefined) {
    console.error(`no benchmark "${name}": there are ${Object.keys(BENCHMARKS).join(", ")}`);
    Deno.exit(2);
  }
  await benchmark();
}
