/**
 * A whole cluster in one program: four acceptors that talk over mutual TLS on this machine, two
 * learners, and a proposer that is no acceptor. Nothing is written to disk.
 *
 * `deno run --allow-net --allow-read examples/cluster_in_process.ts`
 *
 * @module
 */

import {
  chooseTolerance,
  endOf,
  fullSet,
  generateConfigs,
  hashValue,
  isRejection,
  loadConfiguration,
  newProposing,
  planHomogeneous,
  Role,
  SILENT,
  startAcceptor,
  startObserver,
  turnOf,
} from "../mod.ts";

/** The first of so many ports in a row that nobody uses now. */
function freePorts(count: number): number {
  for (let base = 20_000 + Math.floor(Math.random() * 10_000);; base += count) {
    const listeners: Deno.Listener[] = [];
    try {
      for (let i = 0; i < count; i++) {
        listeners.push(Deno.listen({ hostname: "127.0.0.1", port: base + i }));
      }
      return base;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    } finally {
      for (const listener of listeners) listener.close();
    }
  }
}

const plan = planHomogeneous(
  ["Alice", "Bob", "Carol", "Dave"],
  ["Eve", "Frank"],
  chooseTolerance(4, {}),
);
console.log(plan.promise);
const files = await generateConfigs(plan, {
  hosts: ["127.0.0.1"],
  basePort: freePorts(4),
  clients: 1,
  keyKind: "ed25519",
  rules: undefined,
});
// Each is what one machine would find in its file.
const configurations = files.map(({ name, config }) =>
  loadConfiguration(JSON.stringify(config), `${name}.json`)
);

const common = { log: SILENT, agent: "example" };
const acceptors = await Promise.all(
  configurations.filter(({ self }) => !self.client)
    .map((configuration) => startAcceptor({ ...common, configuration })),
);
const client = configurations.find(({ self }) => self.client)!;
const proposer = startObserver({ ...common, configuration: client }, Role.PROPOSER);
await proposer.peers.connected(3);

const value = new TextEncoder().encode("meet at noon");
const { graph } = client;
const proposing = newProposing(hashValue(value), fullSet(graph.learnerCount), turnOf(client));
const refused = proposer.node.propose(0n, proposing, value);
if (isRejection(refused)) throw new Error(refused.detail);
await endOf(proposing);

// The proposer has counted the votes itself: it believes nobody's word for a decision.
for (const { learner, value, signers } of proposer.node.decisionsIn(0n)) {
  const text = new TextDecoder().decode(value);
  console.log(`${learner} decided ${JSON.stringify(text)} by at least ${signers.length} votes`);
}
await Promise.all([proposer, ...acceptors].map((process) => process.stop()));
