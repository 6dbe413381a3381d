/**
 * This project and others beside it, in one table of one run.
 *
 * @module
 */

import { PATIENCE_MS } from "./cluster.ts";
import { loopsOf, MEASURED_ONCE, measureEtcd, printPeers } from "./peers.ts";
import { bundleRevisions } from "./revisions.ts";
import { startServers } from "./servers.ts";
import { Stage } from "../tests/e2e/stage.ts";

/** Decided, or put, for each number in flight at least. */
const COUNT = 1_000;

/** Prints the table. */
export async function benchBeside(inFlight: readonly number[]): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-bench-" });
  try {
    const lines = await measureEtcd(`${folder}/etcd`, inFlight, COUNT);
    const [revision] = await bundleRevisions(folder, undefined);
    await Stage.use(async (stage) => {
      const options = { acceptors: 4, kind: "durable", oneDown: false };
      const { servers, loop } = await startServers(stage, revision!, options);
      const cpuMs = async () => (await servers.look()).cpuMs;
      const who = "here: 4 acceptors, a learner, TLS";
      lines.push(...await loopsOf(who, loop, cpuMs, inFlight, COUNT));
      loop.close();
    }, PATIENCE_MS);
    printPeers([...lines, ...MEASURED_ONCE]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
