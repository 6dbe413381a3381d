/**
 * The configurations of a simulated cluster's members.
 *
 * @module
 */

import { draftRefsMax } from "../../core/acceptor.ts";
import type { Configuration } from "../../config/configuration.ts";
import type { Identity } from "../../crypto/identity.ts";
import { sha3 } from "../../crypto/hash.ts";
import { DEFAULT_LIMITS, DEFAULT_NETWORK_SETTINGS } from "../../wire/limits.ts";
import type { ClusterScenario } from "./scenario.ts";
import { type NameOf, rememberNames } from "./names.ts";
import { makeSeals, type Seals } from "./seals.ts";

/** References of one message, the same for all: hardly more than honest ones may have. */
export function refsMaxOf(acceptorCount: number): number {
  return Math.max(24, draftRefsMax(acceptorCount));
}

/** One for each process of the scenario, and how they sign. */
export interface Members {
  readonly configurations: readonly Configuration[];
  readonly seals: Seals;
  /** Of all configurations. */
  readonly configDigest: Uint8Array<ArrayBuffer>;
  /** Names messages under them. */
  readonly nameOf: NameOf;
}

/** Makes the configurations; what only reading a file could get wrong is left out of them. */
export function makeMembers(scenario: ClusterScenario): Members {
  const { graph, names, delayMsMax } = scenario;
  const seals = makeSeals(scenario.realKeys);
  const identities = names.map((name, index): Identity => {
    const client = index >= graph.acceptorCount;
    const certificate = seals.certificateOf(index) as Identity["certificate"];
    const indices = { acceptorIndex: client ? undefined : index, proposerIndex: index };
    return { name, client, ...indices, host: "localhost", port: 1 + index, certificate };
  });
  const whole = sha3(new TextEncoder().encode(`configuration of seed ${scenario.seed}`));
  const digest = {
    ...{ whole, acceptors: whole, learners: whole, safetySets: whole, rules: whole },
    ...{ proposers: whole, windows: whole },
  };
  const echoDelayMs = 10 + 2 * delayMsMax;
  // A ballot takes some delays, and some syncs of the slowest disk.
  const stepMs = delayMsMax + Math.max(0, ...scenario.disks.map(({ syncMs }) => syncMs));
  const [backoffMsMin, backoffMsMax] = scenario.backoffMs ?? [20 + 6 * stepMs, 400 + 40 * stepMs];
  const common = {
    source: "simulated",
    shared: undefined,
    identities,
    acceptors: identities.slice(0, graph.acceptorCount),
    proposers: identities,
    graph,
    allowDisagreement: [],
    abandoned: [],
    log: scenario.log,
    digest,
    warnings: [],
    privateKeyPem: "",
    proposal: undefined,
    listen: { host: "localhost", port: 1 },
    dataDir: undefined,
    network: {
      ...DEFAULT_NETWORK_SETTINGS,
      reconnectMsMin: 20,
      reconnectMsMax: 200,
      pingIntervalMs: 300 + 4 * delayMsMax,
      pingTimeoutMs: 300 + 4 * delayMsMax,
      echoDelayMs,
      wantDelayMs: 10 + delayMsMax,
      recoveryWaitMs: 400 + 4 * delayMsMax,
    },
    proposer: {
      windowMsMin: scenario.turns?.windowMsMin ?? 500,
      ...{ backoffMsMin, backoffMsMax },
      rotation: scenario.turns?.members.map((index) => names[index]!) ?? [],
    },
  };
  const configurations = identities.map((self, index): Configuration => ({
    ...common,
    self,
    limits: {
      ...DEFAULT_LIMITS,
      valueBytesMax: scenario.valueBytesMax,
      refsMax: refsMaxOf(graph.acceptorCount),
      ...scenario.limits[index]!,
    },
    signer: seals.signerOf(index),
  }));
  return { configurations, seals, configDigest: whole, nameOf: rememberNames(whole) };
}
