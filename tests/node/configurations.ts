/**
 * Configurations of whole clusters, checked by the same code as an operator's.
 *
 * @module
 */

import { makeCertificate, type NewCertificate } from "../../lib/crypto/make_certificate.ts";
import type { KeyKind } from "../../lib/crypto/keys.ts";
import {
  acceptorNames,
  type ClusterPlan,
  learnerNames,
  planHomogeneous,
} from "../../lib/config/cluster_plan.ts";
import {
  type Configuration,
  type Limits,
  loadConfiguration,
  type NetworkSettings,
  type ProposerSettings,
} from "../../lib/config/configuration.ts";
import type { LogSettings } from "../../lib/log/types.ts";
import { generateConfigsBy } from "../../lib/config/generate.ts";

/** What may differ from four acceptors, one of them possibly Byzantine, one learner, two clients. */
export interface TestPlan {
  readonly acceptors?: number;
  readonly learners?: number;
  readonly byzantine?: number;
  readonly clients?: number;
  readonly keyKind?: KeyKind;
  readonly rules?: "TECHNICAL_REPORT" | "HP2";
  /** Quorums and safe sets other than "all but the Byzantine ones". */
  readonly plan?: ClusterPlan;
  readonly limits?: Partial<Limits>;
  readonly network?: Partial<NetworkSettings>;
  /** How a log is kept; there is none if absent. */
  readonly log?: Partial<Omit<LogSettings, "retain">> & {
    readonly retain?: Partial<LogSettings["retain"]>;
  };
  readonly proposer?: Partial<ProposerSettings> & { readonly withoutWindows?: boolean };
}

const keys = new Map<string, Promise<NewCertificate>>();

function cachedKey(kind: KeyKind, name: string, hosts: readonly string[]) {
  const id = `${kind} ${name}`;
  const known = keys.get(id) ?? makeCertificate(kind, name, hosts);
  keys.set(id, known);
  return known;
}

/** One configuration for each identity: acceptors Alice, Bob, …, then client_0, client_1, … */
export async function makeTestConfigurations(test: TestPlan = {}): Promise<Configuration[]> {
  const { acceptors = 4, learners = 1, byzantine = 1, clients = 2, keyKind = "ed25519" } = test;
  const plan = test.plan ??
    planHomogeneous(acceptorNames(acceptors), learnerNames(learners), { byzantine, crash: 0 });
  const files = await generateConfigsBy(
    cachedKey,
    plan,
    { hosts: ["localhost"], basePort: 8700, clients, keyKind, rules: test.rules },
  );
  const { limits, network, proposer, log } = test;
  return files.map(({ name, config }) =>
    loadConfiguration(JSON.stringify({ ...config, limits, network, proposer, log }), `${name}.json`)
  );
}

/** The configuration of one identity. */
export function configurationOf(all: readonly Configuration[], name: string): Configuration {
  const found = all.find(({ self }) => self.name === name);
  if (found === undefined) throw new Error(`no configuration of ${name}`);
  return found;
}
