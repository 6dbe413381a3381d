/**
 * A log that two programs append to at once: each entry takes the first instance that nobody else
 * has taken, and both read the same entries in the same order. One of the four acceptors is stopped
 * halfway.
 *
 * `deno run --allow-net --allow-read examples/shared_log.ts`
 *
 * @module
 */

import {
  type Client,
  ClientError,
  connect,
  generateConfigs,
  loadConfiguration,
  planHomogeneous,
  startAcceptor,
} from "@hetpaxos/hetpaxos";
import { freePorts } from "./free_ports.ts";

const tolerance = { byzantine: 1, crash: 0 };
const plan = planHomogeneous(["Alice", "Bob", "Carol", "Dave"], ["Eve"], tolerance);
const files = await generateConfigs(plan, { basePort: freePorts(4), clients: 2 });
const configurations = files.map(({ name, config }) =>
  loadConfiguration(JSON.stringify(config), `${name}.json`)
);
const acceptors = await Promise.all(
  configurations.filter(({ self }) => !self.client)
    .map((configuration) => startAcceptor({ configuration })),
);
const writers = configurations.filter(({ self }) => self.client)
  .map((configuration) => connect(configuration, { patienceMs: 500 }));

/** Appends an entry; where it came to stand. Entries must differ, so a writer says who it is. */
async function append(client: Client, entry: string): Promise<bigint> {
  const value = new TextEncoder().encode(entry);
  for (let instance = 0n;;) {
    try {
      const { ours } = await client.propose(instance, value, { timeoutMs: 20_000 });
      if (ours) return instance;
      instance++;
    } catch (error) {
      // It may be decided yet, as ours or another's: to ask again does no harm.
      if (!(error instanceof ClientError) || error.code !== "TIMEOUT") throw error;
    }
  }
}

/** The first entries of the log. */
async function read(client: Client, count: bigint): Promise<string[]> {
  const entries: string[] = [];
  const instances = function* () {
    for (let instance = 0n; instance < count; instance++) yield instance;
  };
  for await (const { value } of client.watch(instances())) {
    entries.push(new TextDecoder().decode(value));
  }
  return entries;
}

await Promise.all(writers.map(async (client, writer) => {
  for (let i = 0; i < 3; i++) {
    const instance = await append(client, `entry ${i} of writer ${writer}`);
    console.log(`writer ${writer}: entry ${i} is in instance ${instance}`);
    if (writer === 0 && i === 0) await acceptors[3]!.stop();
  }
}));
const [first, second] = await Promise.all(writers.map((client) => read(client, 6n)));
for (const entry of first!) console.log(entry);
const same = first!.join() === second!.join() && new Set(first).size === 6;
console.log(`both read ${same ? "the same six entries" : "different logs"}`);
for (const client of writers) await client.close();
for (const acceptor of acceptors) await acceptor.stop();
