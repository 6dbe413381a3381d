/**
 * A configuration to spoil: four acceptors, two learners, one client, freshly made.
 *
 * @module
 */

import { type Configuration, loadConfiguration } from "../../lib/config/configuration.ts";
import { planHomogeneous } from "../../lib/config/cluster_plan.ts";
import { generateConfigs } from "../../lib/config/generate.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

const files = await generateConfigs(
  planHomogeneous(["Alice", "Bob", "Carol", "Dave"], ["Eve", "Frank"], { byzantine: 1, crash: 0 }),
  { hosts: ["localhost"], basePort: 8700, clients: 1, keyKind: "ed25519", rules: undefined },
);

/** A fresh copy of the file of acceptor `index` (4: the client), free to be changed in any way. */
export function sample(index = 0): Loose {
  return JSON.parse(JSON.stringify(files[index]!.config));
}

/** Loads a configuration given as JSON. */
export function load(config: unknown, source = "alice.json", now?: Date): Configuration {
  return loadConfiguration(JSON.stringify(config), source, now);
}

/** The quorums "any 3 of these four" as one threshold. */
export function anyThree(): Loose {
  return { quorums: [{ threshold: 3, of: ["Alice", "Bob", "Carol", "Dave"] }] };
}
