/**
 * A whole process of the cluster: an acceptor that serves and dials, or an observer (learner or
 * proposer) that dials.
 *
 * @module
 */

import { LinkError } from "../net/errors.ts";
import { type RunningServer, serve, type ServeOptions } from "../net/server.ts";
import type { Journal } from "../store/journal.ts";
import { openMemoryJournal } from "../store/memory_journal.ts";
import { Role } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import { connectToAcceptor, pinned } from "./acceptor_client.ts";
import { CertificateWatch } from "./certificate_watch.ts";
import { type Clock, SYSTEM_CLOCK } from "../node/clock.ts";
import type { Configuration, Identity } from "../config/configuration.ts";
import { IsolationWatch, loopbackWarning } from "./isolation_watch.ts";
import type { Logger } from "../node/logger.ts";
import { Node } from "../node/node.ts";
import type { NodeOptions } from "../node/node_types.ts";
import { Peers } from "./peers.ts";
import { Recovery } from "../node/recovery.ts";
import { makeHandlers } from "./service.ts";

/** How a process runs. */
export interface ProcessOptions {
  /** Checked, with the private key of the identity to run as. */
  readonly configuration: Configuration;
  /** Told of links, refusals and faults while the process runs. */
  readonly log: Logger;
  /** Program and version, told to peers. */
  readonly agent: string;
  /** HTTP/2 without TLS, on loopback only. */
  readonly cleartext?: boolean;
  /**
   * What it remembers; nothing beyond its own life if absent. Closed when the process stops, and if
   * it cannot start.
   */
  readonly journal?: Journal;
  /** The machine's if absent. */
  readonly clock?: Clock;
  /** Uniform in [0, 1); `Math.random` if absent. */
  readonly random?: () => number;
  /**
   * Takes the lines of a trace of every step, if one is wanted (docs/TRACES.md). Closed when the
   * process stops.
   */
  readonly trace?: TraceTaker | undefined;
}

/** Where a trace goes. */
export interface TraceTaker {
  /** Takes a line, without its line break. Must not throw. */
  write(line: string): void;
  /** No more lines come. Settles when what has come is kept, or given up. */
  close(): void | Promise<void>;
}

/** How many acceptors a process is connected with; it dials all of them but itself. */
export interface Connections {
  /** Now. */
  readonly connectedCount: number;
  /** Settles when there are `count` or more, or when the process stops. */
  connected(count: number): Promise<void>;
}

/** A running process. */
export interface RunningProcess {
  /** Its share in the protocol: where to propose, observe, and read decisions. */
  readonly node: Node;
  /** Its links, kept up until it stops. */
  readonly peers: Connections;
  /** Where an acceptor listens; undefined for an observer. */
  readonly address: { readonly host: string; readonly port: number } | undefined;
  /** Rejects if the process must not go on; never resolves before {@linkcode RunningProcess.stop}. */
  readonly failed: Promise<never>;
  /** Says goodbye to everyone and frees everything. */
  stop(): Promise<void>;
}

/** Between two warnings that an identity is refused connections, in milliseconds. */
const REFUSAL_WARNINGS_MS = 60_000;

/** How long our own address has to answer if another process serves there, in milliseconds. */
const SELF_CHECK_MS = 1_000;

/**
 * Starts an acceptor.
 *
 * @throws OperatorError if the configuration's key is not an acceptor's, the port cannot be used, or
 * another process runs as this acceptor.
 */
export async function startAcceptor(options: ProcessOptions): Promise<RunningProcess> {
  const { configuration, cleartext } = options;
  const { self, listen, source } = configuration;
  if (self.acceptorIndex === undefined) {
    const what = `${self.name} is a client, not an acceptor; use an acceptor's private key`;
    throw new OperatorError(EXIT.configuration, what, `${source}: privateKey`);
  }
  await refuseIfRunning(options);
  const parts = assemble(options, Role.ACCEPTOR);
  const server = await serve({
    host: listen.host,
    port: listen.port,
    tls: {
      certificatePem: self.certificate.pem,
      privateKeyPem: configuration.privateKeyPem,
    },
    admitted: configuration.identities.map(pinned),
    handlers: makeHandlers({
      ...parts,
      role: Role.ACCEPTOR,
      agent: options.agent,
      certificateNotAfter: (name) => parts.certificates.notAfter(name),
    }),
    limits: configuration.limits,
    pingIntervalMs: configuration.network.pingIntervalMs,
    pingTimeoutMs: configuration.network.pingTimeoutMs,
    cleartextLoopback: cleartext ?? false,
    onRefused: logRefusals(parts.node.options),
    onShown: (name, der) => parts.certificates.shown(name, der),
  });
  const warning = loopbackWarning(server, self, configuration.acceptors);
  if (warning !== undefined) options.log("warn", warning);
  parts.peers.start();
  return running(parts, server);
}

/** Starts a process that observes, as a learner or a proposer. */
export function startObserver(
  options: ProcessOptions,
  role: Role.LEARNER | Role.PROPOSER,
): RunningProcess {
  const parts = assemble(options, role);
  parts.peers.start();
  return running(parts, undefined);
}

interface Parts {
  readonly node: Node;
  readonly peers: Peers;
  readonly certificates: CertificateWatch;
  readonly recovery: Recovery | undefined;
  readonly incarnation: bigint;
  readonly failed: Promise<never>;
  readonly trace: TraceTaker | undefined;
}

function assemble(options: ProcessOptions, role: Role): Parts {
  const { configuration, log, agent, cleartext = false } = options;
  const { journal = openMemoryJournal(), clock = SYSTEM_CLOCK, random = Math.random } = options;
  const votes = role === Role.ACCEPTOR;
  const { trace: taker } = options;
  const trace = taker && ((line: string) => taker.write(line));
  const node = new Node({ configuration, votes, journal, clock, random, log, trace });
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  const incarnation = (BigInt(Math.floor(random() * 2 ** 32)) << 32n) |
    BigInt(Math.floor(random() * 2 ** 32));
  const onIdentityInUse = (detail: string) => {
    const what = `${detail} already; stop it, or give this one another identity`;
    failure.reject(new OperatorError(EXIT.identityInUse, what, configuration.source));
  };
  node.observe({
    failed: ({ message }) =>
      failure.reject(
        new OperatorError(EXIT.resource, `${message}; nothing more is signed or sent`),
      ),
  });
  const { identities } = configuration;
  const certificates = new CertificateWatch({ identities, clock, log: node.options.log });
  const connect = (acceptor: Identity) =>
    connectToAcceptor(configuration, acceptor, {
      cleartext,
      onShown: (der) => certificates.shown(acceptor.name, der),
    });
  const { self } = node.context;
  const recovery = self === undefined
    ? undefined
    : new Recovery(node, self, configuration.network.recoveryWaitMs);
  const peers = new Peers({
    node,
    role,
    incarnation,
    agent,
    connect,
    onIdentityInUse,
    onFault: failure.reject,
    onCaughtUp: (acceptor) => recovery?.heardFrom(acceptor),
  });
  const failed = failure.promise;
  return { node, peers, certificates, recovery, incarnation, failed, trace: taker };
}

function running(parts: Parts, server: RunningServer | undefined): RunningProcess {
  const { node, peers, certificates, recovery, failed, trace } = parts;
  const isolation = new IsolationWatch(peers, node.options.clock, node.options.log);
  certificates.start();
  let stopped: Promise<void> | undefined;
  return {
    node,
    peers,
    failed,
    address: server === undefined ? undefined : { host: server.host, port: server.port },
    stop: () =>
      stopped ??= (async () => {
        recovery?.close();
        certificates.close();
        isolation.close();
        node.flush();
        node.close();
        await Promise.all([trace?.close(), peers.close()]);
        await server?.close();
        node.options.journal.close();
      })(),
  };
}

/**
 * Logs refused connections: those of an identity as a warning, which is for us to know, but not more
 * than once a minute; those of strangers, who come and go, for who asks.
 */
function logRefusals(
  { clock, log }: Pick<NodeOptions, "clock" | "log">,
): ServeOptions["onRefused"] {
  const warnedMs = new Map<string, number>();
  return (reason, remote, detail, owner) => {
    const nowMs = clock.elapsedMs();
    const quiet = owner === undefined ||
      nowMs - (warnedMs.get(owner) ?? -Infinity) < REFUSAL_WARNINGS_MS;
    if (!quiet) warnedMs.set(owner, nowMs);
    log(quiet ? "debug" : "warn", `refused a connection from ${remote}: ${detail}`, {
      reason,
      remote,
      ...owner === undefined ? {} : { peer: owner },
    });
  };
}

/** Asks whoever answers at our own address, with our own certificate, who it is. */
async function refuseIfRunning(options: ProcessOptions): Promise<void> {
  const { configuration, cleartext } = options;
  const { self, source } = configuration;
  if (cleartext) return;
  const client = connectToAcceptor(configuration, self, { connectTimeoutMs: SELF_CHECK_MS });
  try {
    await client.getStatus({}, AbortSignal.timeout(SELF_CHECK_MS));
  } catch (error) {
    if (error instanceof LinkError && error.kind !== "answered") return;
    throw error;
  } finally {
    client.close();
  }
  throw new OperatorError(
    EXIT.identityInUse,
    `another process runs as ${self.name} at ${self.host}:${self.port}; stop it first`,
    source,
  );
}
