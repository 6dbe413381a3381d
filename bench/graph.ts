/**
 * How long it takes to check a learner graph, here and in another checkout, in turn.
 *
 * @module
 */

import { run } from "../scripts/run.ts";
import { checkoutsOf } from "./checkouts.ts";
import { GRAPH_CASES, NETWORKS } from "./graph_cases.ts";

/** Longer than that is not waited for. */
const LIMIT_S = 45;

/**
 * Prints a table: a row for each graph and network, a column for each checkout.
 *
 * @param against Another checkout.
 */
export async function benchGraph(against?: string): Promise<void> {
  const checkouts = checkoutsOf(against);
  const names = [...Object.keys(GRAPH_CASES), ...NETWORKS];
  const width = Math.max(...names.map((name) => name.length));
  console.log(`${"graph".padEnd(width)}  ${checkouts.map((each) => each.padEnd(40)).join("")}`);
  for (const name of names) {
    const cells: string[] = [];
    for (const checkout of checkouts) cells.push((await measure(checkout, name)).padEnd(40));
    console.log(`${name.padEnd(width)}  ${cells.join("")}`);
  }
}

async function measure(checkout: string, name: string): Promise<string> {
  const module = new URL("./graph_run.ts", import.meta.url).href;
  const words = [checkout, name].map((word) => JSON.stringify(word)).join(", ");
  const code = `import { checkOnce } from "${module}"; await checkOnce(${words});`;
  const argv = ["deno", "eval", "--quiet", code];
  const signal = AbortSignal.timeout(1_000 * LIMIT_S);
  const { output } = await run(argv, { signal });
  if (signal.aborted) return `more than ${LIMIT_S} s`;
  const { ms, answer } = JSON.parse(output) as { readonly ms: number; readonly answer: string };
  return `${ms.toFixed(1)} ms, ${answer}`;
}
