/**
 * A whole cluster in one program: four acceptors that talk over mutual TLS on this machine, two
 * learners, a client that proposes, and an observer that believes nobody. Nothing is written to disk.
 *
 * `deno run --allow-net --allow-read examples/cluster_in_process.ts`
 *
 * @module
 */

import {
  chooseTolerance,
  connect,
  generateConfigs,
  loadConfiguration,
  planHomogeneous,
  startAcceptor,
  startObserver,
} from "@hetpaxos/hetpaxos";
import { freePorts } from "./free_ports.ts";

const names = ["Alice", "Bob", "Carol", "Dave"];
const plan = planHomogeneous(names, ["Eve", "Frank"], chooseTolerance(names.length, {}));
console.log(plan.promise);
const files = await generateConfigs(plan, { basePort: freePorts(names.length) });
// Each is what one machine would find in its file.
const configurations = files.map(({ name, config }) =>
  loadConfiguration(JSON.stringify(config), `${name}.json`)
);
const acceptors = await Promise.all(
  configurations.filter(({ self }) => !self.client)
    .map((configuration) => startAcceptor({ configuration })),
);
const configuration = configurations.find(({ self }) => self.client)!;
const client = connect(configuration);
const observer = startObserver({ configuration });

const { ours } = await client.propose(0n, new TextEncoder().encode("meet at noon"));
console.log(`what was proposed is ${ours ? "decided" : "not what was decided"}`);

// One acceptor fewer changes nothing; the client passes it over.
await acceptors[0]!.stop();
for (const text of ["meet at one", "meet at two"]) {
  const { decisions } = await client.propose(1n, new TextEncoder().encode(text));
  for (const { learner, instance, value } of decisions) {
    const said = JSON.stringify(new TextDecoder().decode(value));
    console.log(`${learner} decided ${said} in instance ${instance}, as a quorum says`);
  }
}

// The observer has counted the votes itself: it believes nobody's word for a decision.
let count = 0;
for await (const { learner, instance, signers } of observer.decisions({ instances: [0n, 1n] })) {
  console.log(`${learner} decided in instance ${instance} by at least ${signers.length} votes`);
  if (++count === 4) break;
}
await client.close();
await Promise.all([observer, ...acceptors].map((process) => process.stop()));
