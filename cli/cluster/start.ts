/**
 * A new cluster: keys, configurations, processes; all of it or nothing.
 *
 * @module
 */

import type { KeyKind } from "../../lib/crypto/keys.ts";
import type { ClusterPlan } from "../../lib/config/cluster_plan.ts";
import { generateConfigs } from "../../lib/config/generate.ts";
import { writeFiles } from "../../lib/config/write_files.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { reasonOf } from "../../lib/wire/os_reason.ts";
import { askersConfiguration } from "./links.ts";
import { startMember, stopMembers } from "./processes.ts";
import { type MemberView, waitUntilReady } from "./ready.ts";
import {
  attempt,
  type ClusterFolder,
  type Description,
  LEARNER,
  MARK,
  type Member,
} from "./state.ts";

/** Where all of it listens. */
export const LOOPBACK = "127.0.0.1";

/** What is to be started. */
export interface NewCluster {
  readonly plan: ClusterPlan;
  /** Identities for users, at least one. */
  readonly clients: number;
  readonly keyKind: KeyKind;
  /** Whether it keeps a log. */
  readonly log: boolean;
  readonly rules: "TECHNICAL_REPORT" | "HP2" | undefined;
  /** Port of the first acceptor. */
  readonly basePort: number;
  /** Whether a learner process is started too. */
  readonly learner: boolean;
  /** How long it may take to get ready, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends it early: what there is by then is removed. */
  readonly signal: AbortSignal;
  /** Told before the first process is started. */
  onStart(): void;
  /** Told of each member as it gets ready. */
  onReady(view: MemberView): void;
  /** Told that it is up. What this throws makes the start fail, too. */
  onUp(description: Description): void;
}

/** Puts the mark of a cluster into a new folder; if that fails the folder goes again. */
export function markFolder(folder: ClusterFolder): void {
  const path = folder.file(MARK);
  try {
    attempt("be written", path, () => Deno.writeTextFileSync(path, "", { mode: 0o600 }));
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/**
 * Fills a marked folder and starts what it describes. If that fails, no process of it is left and no
 * folder.
 *
 * @throws OperatorError (resource) if a port is taken, (timeout) if it does not get ready, or with
 * the status of a process that ended; (clusterState) if it was interrupted.
 */
export async function startCluster(folder: ClusterFolder, cluster: NewCluster): Promise<void> {
  let members: readonly Member[] = [];
  try {
    refuseTakenPorts(cluster.basePort, cluster.plan.acceptors.length);
    const description = await makeFiles(folder, cluster);
    cluster.onStart();
    refuseIfInterrupted(folder, cluster.signal);
    folder.write(description);
    members = description.members;
    const configuration = await askersConfiguration(folder, description);
    // All are waited for, whatever becomes of one: what has been started must be known to be stopped.
    const started = await Promise.allSettled(members.map((member) => startMember(folder, member)));
    for (const one of started) if (one.status === "rejected") throw one.reason;
    const { timeoutMs, signal, onReady } = cluster;
    await waitUntilReady({
      folder,
      description,
      configuration,
      members,
      timeoutMs,
      signal,
      onReady,
    });
    refuseIfInterrupted(folder, signal);
    cluster.onUp(description);
  } catch (error) {
    await stopMembers(folder, members, 0);
    folder.remove();
    throw error;
  }
}

function refuseIfInterrupted(folder: ClusterFolder, { aborted }: AbortSignal): void {
  if (aborted) throw folder.refuse("interrupted while it was started; nothing is left of it");
}

async function makeFiles(folder: ClusterFolder, cluster: NewCluster): Promise<Description> {
  const { plan, keyKind, rules, log, basePort, learner } = cluster;
  const clients = Array.from({ length: cluster.clients }, (_, i) => `client_${i}`);
  // The last client's identity is the learner process's.
  const files = await generateConfigs(plan, {
    hosts: [LOOPBACK],
    basePort,
    clients: cluster.clients + Number(learner),
    keyKind,
    rules,
    log,
  });
  const members = files.flatMap(({ name, client, port }, i): Member[] =>
    client ? [] : [{ name, role: "acceptor", key: `acceptor_${i}`, port: port! }]
  );
  const keyOf = (name: string, client: boolean) =>
    !client
      ? members.find((member) => member.name === name)!.key
      : clients.includes(name)
      ? name
      : LEARNER;
  writeFiles(
    files.map(({ name, client, config }) => ({
      path: folder.config(keyOf(name, client)),
      text: `${JSON.stringify(config, undefined, 2)}\n`,
    })),
    { overwrite: false, advice: "give the cluster another name" },
  );
  return {
    format: 1,
    promise: plan.promise,
    members: learner ? [...members, { name: LEARNER, role: "learner", key: LEARNER }] : members,
    clients,
    ...learner ? { learner: `client_${cluster.clients}` } : {},
  };
}

function refuseTakenPorts(basePort: number, count: number): void {
  for (let port = basePort; port < basePort + count && port <= 65_535; port++) {
    try {
      Deno.listen({ hostname: LOOPBACK, port }).close();
    } catch (error) {
      throw new OperatorError(EXIT.resource, reasonOf(error), `${LOOPBACK}:${port}`);
    }
  }
}
