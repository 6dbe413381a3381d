/**
 * Clusters that are made to be stuck, and who does it.
 *
 * @module
 */

import { worst } from "../../../cli/commands/why.ts";
import type { ClusterPlan } from "../../../lib/config/cluster_plan.ts";
import type { Configuration } from "../../../lib/config/configuration.ts";
import { startObserver } from "../../../lib/process/process.ts";
import { encodeMessage, type WireMessage } from "../../../lib/wire/codec.ts";
import { Role } from "../../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { Cluster } from "../cluster.ts";
import type { Program } from "../program.ts";
import type { Stage } from "../stage.ts";

/** Four acceptors. */
export const NAMES = ["Alice", "Bob", "Carol", "Dave"];
/** And two clients. */
export const CLIENTS = ["client_0", "client_1"];
const THREE = { quorums: [{ threshold: 3, of: NAMES }] };

/** Eve and Frank decide by any three; they agree as long as nobody lies. */
export const PLAN: ClusterPlan = {
  acceptors: NAMES,
  learners: { Eve: THREE, Frank: THREE },
  safetySets: {
    Eve: { safetySets: { Eve: THREE, Frank: { quorums: [{ names: NAMES }] } } },
    Frank: { safetySets: { Frank: THREE } },
  },
  promise: "Eve and Frank agree while all four are safe",
};

/** An identity that says what it likes, as a process that follows all acceptors. */
export async function saying(
  configuration: Configuration,
  to: readonly string[],
  messages: readonly WireMessage[],
  use: (waits: (instance: bigint) => Promise<string>) => Promise<void>,
): Promise<void> {
  const running = startObserver({ configuration, log: () => {}, agent: "villain" }, Role.PROPOSER);
  const { node, peers } = running;
  try {
    await peers.caughtUp(to, AbortSignal.timeout(10_000));
    for (const wire of messages) node.take(encodeMessage(wire), configuration.self.name);
    node.flush();
    await use(async (instance) =>
      `${await worst({ node, peers, cleartext: false }, [{ instance, learner: "Eve" }])}`
    );
  } finally {
    await running.stop();
  }
}

/** A proposer that gives up soon. */
export function proposes(cluster: Cluster, instance: number, value: string, more = {}): Program {
  const args = ["--instance", `${instance}`, "--value", value, "--timeout", "2s"];
  return cluster.run("proposer", "client_1", args, more);
}

/** Kills a program. */
export async function stop(program: Program): Promise<void> {
  program.kill();
  await program.ended;
}

/** A configuration file with something else in it. */
export async function altered(
  stage: Stage,
  cluster: Cluster,
  name: string,
  change: (config: Record<string, unknown>) => void,
): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(cluster.file(name)));
  change(config);
  return await stage.write(`${name}_altered.json`, JSON.stringify(config));
}
