/**
 * Flags that say who is in a new cluster, for the commands that make all its keys in one place.
 *
 * @module
 */

import { KEY_KINDS } from "../lib/crypto/keys.ts";
import { acceptorNames, type ClusterPlan } from "../lib/config/cluster_plan.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { quote } from "../lib/wire/place.ts";
import {
  MEMBERS_MAX,
  namesOf,
  type PlanFlags,
  planOf,
  type Preset,
  PRESET_HELP,
  PRESETS,
} from "./config_plan.ts";

/** The preset and its acceptors: they stand before the flags that plan the rest. */
export const PRESET_FLAGS = [
  {
    name: "preset",
    kind: "choice",
    value: "PRESET",
    choices: PRESETS,
    default: "bft",
    help: PRESET_HELP,
  },
  {
    name: "acceptors",
    kind: "text",
    value: "N|NAMES",
    help:
      "how many acceptors, or their names with commas; 4 if not given (Alice, Bob, Carol, Dave)",
  },
] as const;

/** Identities beyond the acceptors, and the kind of all keys. */
export const IDENTITY_FLAGS = [
  {
    name: "clients",
    kind: "integer",
    value: "N",
    min: 0,
    max: MEMBERS_MAX,
    default: 0,
    help: "identities for learners and proposers that are not acceptors too",
  },
  {
    name: "key-type",
    kind: "choice",
    value: "TYPE",
    choices: KEY_KINDS,
    default: "ed25519",
    help: "kind of the keys; p256 is slower by far, but browsers connect to it",
  },
  {
    name: "log",
    kind: "boolean",
    help: "keep an ordered log: see hetpaxos log; without it instances stay by themselves",
  },
] as const;

/**
 * The plan that the flags ask for.
 *
 * @param clients How many identities client_0, client_1, … there will be.
 * @throws OperatorError (usage) if the flags contradict each other, or an acceptor has the name of a
 * client.
 */
export function planWithClients(
  flags: PlanFlags & { readonly preset: Preset; readonly acceptors: string | undefined },
  clients: number,
): ClusterPlan {
  if (flags.preset === "two-chain" && flags.acceptors !== undefined) {
    usage("--acceptors", "does not go with --preset two-chain: leave it out");
  }
  const acceptors = namesOf("--acceptors", flags.acceptors ?? "4", acceptorNames);
  const plan = planOf(flags.preset, flags, acceptors);
  refuseClientNames(plan, clients);
  return plan;
}

function refuseClientNames(plan: ClusterPlan, clients: number): void {
  const taken = plan.acceptors.find((name) => {
    const [, number] = /^client_(\d+)$/.exec(name) ?? [];
    return number !== undefined && Number(number) < clients;
  });
  if (taken !== undefined) usage("--acceptors", `${quote(taken)} is the name of a client as well`);
}

function usage(flag: string, what: string): never {
  throw new OperatorError(EXIT.usage, what, flag);
}
