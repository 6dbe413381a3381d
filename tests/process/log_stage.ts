/**
 * Four acceptors that serve a log over TLS in this process: the service is real, their logs are in
 * memory and agree at once.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { freePorts } from "../../cli/demo/child.ts";
import { planHomogeneous } from "../../lib/config/cluster_plan.ts";
import { type Configuration, loadConfiguration } from "../../lib/config/configuration.ts";
import { generateConfigs } from "../../lib/config/generate.ts";
import type { CoordinatorSettings } from "../../lib/log/coordinator_state.ts";
import type { LogRecord } from "../../lib/log/record.ts";
import type { LogSettings } from "../../lib/log/types.ts";
import { connectToAcceptor, pinned } from "../../lib/net/acceptor_client.ts";
import type { AcceptorClient } from "../../lib/net/client.ts";
import type { LogHandlers } from "../../lib/net/log_rpc.ts";
import { type RunningServer, serve } from "../../lib/net/server.ts";
import type { LogPort } from "../../lib/node/log_port.ts";
import { makeLogHandlers } from "../../lib/process/log_service.ts";
import { logStatus } from "../../lib/process/log_status.ts";
import {
  GetStatusResponseSchema,
  LogStatusSchema,
} from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { NAMES, SILENT_PART } from "../client/stage.ts";
import { LOG_SETTINGS, MemoryLogs } from "../log/memory_logs.ts";

const EMPTY = create(GetStatusResponseSchema);

const logState = (port: LogPort) => create(LogStatusSchema, logStatus(port));

/** A running cluster of logs, until the block ends. */
export interface LogStage extends AsyncDisposable {
  /** Of the client. */
  readonly configuration: Configuration;
  /** The same as a file has it. */
  readonly file: Readonly<Record<string, unknown>>;
  readonly logs: MemoryLogs;
  /** By index of the acceptor: what it answers instead of the truth, from its next call on. */
  readonly lies: Record<number, Partial<LogHandlers>>;
  /** A connection to an acceptor; closed with the stage. */
  call(index: number): AcceptorClient;
  /** Starts an acceptor again that was stopped. */
  start(index: number): Promise<void>;
  /** Nobody answers there any more, and its log misses what happens. */
  stop(index: number): Promise<void>;
}

/** What may differ. */
export interface LogStageOptions {
  readonly settings?: Partial<LogSettings>;
  readonly appending?: Partial<CoordinatorSettings>;
  /** By index of the acceptor: what it answers instead of the truth. */
  readonly lies?: Readonly<Record<number, Partial<LogHandlers>>>;
}

/** Starts four of which any three are a quorum of Eve and of Frank. */
export async function setLogStage(options: LogStageOptions = {}): Promise<LogStage> {
  const plan = planHomogeneous([...NAMES], ["Eve", "Frank"], { byzantine: 1, crash: 0 });
  const files = await generateConfigs(plan, {
    hosts: ["127.0.0.1"],
    basePort: freePorts(NAMES.length),
    clients: 1,
    keyKind: "ed25519",
    rules: undefined,
  });
  const log = { ...LOG_SETTINGS, ...options.settings };
  const configurations = files.map(({ name, config }) =>
    loadConfiguration(JSON.stringify({ ...config, log }), `${name}.json`)
  );
  const acceptors = configurations.filter(({ self }) => !self.client);
  const logs = new MemoryLogs(acceptors, log, options.appending);
  const lies: Record<number, Partial<LogHandlers>> = { ...options.lies };
  const servers: (RunningServer | undefined)[] = [];
  const start = async (index: number) => {
    const { self, listen, identities, privateKeyPem, limits } = acceptors[index]!;
    const handlers = makeLogHandlers(logs.members[index]!, limits);
    logs.members[index]!.isUp = true;
    servers[index] = await serve({
      ...listen,
      tls: { certificatePem: self.certificate.pem, privateKeyPem },
      admitted: identities.map(pinned),
      handlers: {
        ...SILENT_PART,
        getStatus: () => Promise.resolve({ ...EMPTY, log: logState(logs.members[index]!) }),
        log: lying(handlers, () => lies[index]),
      },
      limits,
      onRefused() {},
    });
  };
  const stop = async (index: number) => {
    await servers[index]?.close();
    servers[index] = undefined;
    logs.members[index]!.isUp = false;
  };
  await Promise.all(acceptors.map((_, i) => start(i)));
  const index = configurations.findIndex(({ self }) => self.client);
  const configuration = configurations[index]!;
  const ticking = setInterval(() => logs.members.forEach((member) => member.tick()), 20);
  const clients: AcceptorClient[] = [];
  return {
    configuration,
    file: { ...files[index]!.config, log },
    logs,
    lies,
    start,
    stop,
    call(index) {
      const client = connectToAcceptor(configuration, acceptors[index]!.self);
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(ticking);
      for (const client of clients) client.close();
      await Promise.all(acceptors.map((_, i) => stop(i)));
    },
  };
}

function lying(
  honest: LogHandlers,
  lie: () => Partial<LogHandlers> | undefined,
): LogHandlers {
  const now = (): LogHandlers => ({ ...honest, ...lie() });
  return {
    append: (...call) => now().append(...call),
    appendStream: (...call) => now().appendStream(...call),
    read: (...call) => now().read(...call),
    getProof: (...call) => now().getProof(...call),
    getCheckpoint: (...call) => now().getCheckpoint(...call),
  };
}

/** Records of one client, with these sequences; each says which it is. */
export function recordsOf(client: string, ...sequences: readonly number[]): LogRecord[] {
  return sequences.map((sequence) => ({
    client,
    sequence,
    payload: new TextEncoder().encode(`${client} ${sequence}`),
  }));
}
