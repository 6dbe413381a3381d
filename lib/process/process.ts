/**
 * A whole process of the cluster: an acceptor that serves and dials, or an observer (learner or
 * proposer) that dials.
 *
 * @module
 */

import { type RunningServer, serve } from "../net/server.ts";
import type { Journal } from "../store/journal.ts";
import { openMemoryJournal } from "../store/memory_journal.ts";
import { Role } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import { connectToAcceptor, pinned } from "../net/acceptor_client.ts";
import { CertificateWatch } from "./certificate_watch.ts";
import type { HostPort } from "../config/addresses.ts";
import type { Clock } from "../node/clock.ts";
import type { Configuration, Identity } from "../config/configuration.ts";
import { collectingWaste } from "./garbage.ts";
import { IsolationWatch, loopbackWarning } from "./isolation_watch.ts";
import type { Logger } from "../node/logger.ts";
import { Node } from "../node/node.ts";
import { Faults, faultWords, guarded, guardedClock } from "./faults.ts";
import { logRefusals } from "./refusal_log.ts";
import { logTrouble } from "./trouble_log.ts";
import { Peers } from "./peers.ts";
import { openProbe, type Probe } from "./probe.ts";
import { Recovery } from "../node/recovery.ts";
import { spansOf } from "./span_switch.ts";
import { refuseIfRunning } from "./self_check.ts";
import type { SayWhy } from "./pending_proposals.ts";
import { makeHandlers } from "./service.ts";
import { SYSTEM_CLOCK } from "./system_clock.ts";

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
   * process stops, and if it cannot start.
   */
  readonly trace?: TraceTaker | undefined;
  /** Says why proposals that an acceptor's callers wait for are not decided; nobody does if absent. */
  readonly sayWhy?: SayWhy;
  /** Where to answer probes in the clear, if anywhere: whoever reaches it may ask. Port 0: any. */
  readonly probe?: HostPort | undefined;
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
  /** Acceptors that are not connected, each with why, as far as that is known. */
  lost(): readonly { readonly name: string; readonly why: string }[];
  /**
   * Settles when all of these acceptors have shown what they knew when their link came up; or when
   * the signal is aborted, or the process stops.
   */
  caughtUp(acceptors: readonly string[], signal: AbortSignal): Promise<void>;
}

/** A running process. */
export interface RunningProcess {
  /** Its share in the protocol: where to propose, observe, and read decisions. */
  readonly node: Node;
  /** Its links, kept up until it stops. */
  readonly peers: Connections;
  /** Where an acceptor listens; undefined for an observer. */
  readonly address: { readonly host: string; readonly port: number } | undefined;
  /** Where it answers probes; undefined if it does not. */
  readonly probe: HostPort | undefined;
  /**
   * Begins to answer probes, and tells where; of an acceptor `ProcessOptions.probe` is earlier.
   *
   * @throws OperatorError (resource) if the address cannot be used.
   */
  openProbe(at: HostPort): Promise<HostPort>;
  /** Rejects if the process must not go on; never resolves before {@linkcode RunningProcess.stop}. */
  readonly failed: Promise<never>;
  /**
   * To be called with an error that nobody else has caught: nothing more is kept, signed or sent, and
   * {@linkcode RunningProcess.failed} rejects with it.
   */
  halt(error: unknown): void;
  /** Says goodbye to everyone and frees everything. */
  stop(): Promise<void>;
}

/** How long what is said at last has to leave after a fault, in milliseconds. */
const LAST_WORDS_MS = 250;

/**
 * Starts an acceptor.
 *
 * @throws OperatorError if the configuration's key is not an acceptor's, the port cannot be used, or
 * another process runs as this acceptor.
 */
export async function startAcceptor(options: ProcessOptions): Promise<RunningProcess> {
  const { configuration, cleartext } = options;
  const { self, listen, source } = configuration;
  const parts: Parts = { faults: new Faults(options.log) };
  try {
    if (self.acceptorIndex === undefined) {
      const what = `${self.name} is a client, not an acceptor; use an acceptor's private key`;
      throw new OperatorError(EXIT.configuration, what, `${source}: privateKey`);
    }
    if (!cleartext) await refuseIfRunning(configuration);
    const { node, peers, certificates, incarnation, measured } = assemble(
      ...[options, Role.ACCEPTOR, parts] as const,
    );
    const { agent, sayWhy } = options;
    const handlers = makeHandlers({
      ...{ node, peers, incarnation, agent, role: Role.ACCEPTOR, sayWhy },
      cleartext: cleartext ?? false,
      log: node.log,
      waitsFor: measured.waitsFor,
      certificateNotAfter: (name) => certificates.notAfter(name),
    });
    parts.server = await serve({
      host: listen.host,
      port: listen.port,
      tls: {
        certificatePem: self.certificate.pem,
        privateKeyPem: configuration.privateKeyPem,
      },
      admitted: configuration.identities.map(pinned),
      handlers: guarded(handlers, parts.faults),
      limits: configuration.limits,
      pingIntervalMs: configuration.network.pingIntervalMs,
      pingTimeoutMs: configuration.network.pingTimeoutMs,
      cleartextLoopback: cleartext ?? false,
      onRefused: logRefusals(node.options),
      onTrouble: logTrouble(node.options),
      onWaste: collectingWaste(() => performance.now()),
      onShown: (name, der) => certificates.shown(name, der),
    });
    const warning = loopbackWarning(parts.server, self, configuration.acceptors);
    if (warning !== undefined) options.log("warn", warning);
    if (options.probe) parts.probe = await openProbe(options.probe, measured);
    return run(options, parts, measured);
  } catch (error) {
    await dismantle(options, parts);
    throw error;
  }
}

/**
 * Starts a process that observes, as a learner or a proposer.
 *
 * @throws OperatorError if cleartext is asked for beyond loopback. The journal is closed then.
 */
export function startObserver(
  options: ProcessOptions,
  role: Role.LEARNER | Role.PROPOSER,
): RunningProcess {
  const parts: Parts = { faults: new Faults(options.log) };
  try {
    return run(options, parts, assemble(options, role, parts).measured);
  } catch (error) {
    dismantle(options, parts).catch(parts.faults.fault);
    throw error;
  }
}

/** What has been started so far, in no order. */
interface Parts {
  readonly faults: Faults;
  node?: Node;
  peers?: Peers;
  certificates?: CertificateWatch;
  isolation?: IsolationWatch;
  recovery?: Recovery;
  server?: RunningServer;
  probe?: Probe;
  spans?: Promise<() => void>;
}

function assemble(options: ProcessOptions, role: Role, parts: Parts) {
  const { configuration, log, agent, cleartext = false } = options;
  const { journal = openMemoryJournal(), random = Math.random } = options;
  const { faults } = parts;
  const clock = guardedClock(options.clock ?? SYSTEM_CLOCK, faults);
  const votes = role === Role.ACCEPTOR;
  const { trace: taker } = options;
  const trace = taker && ((line: string) => taker.write(line));
  const node = new Node({ configuration, votes, journal, clock, random, log, trace });
  parts.node = node;
  const incarnation = (BigInt(Math.floor(random() * 2 ** 32)) << 32n) |
    BigInt(Math.floor(random() * 2 ** 32));
  const onIdentityInUse = (detail: string) => {
    const what = `${detail} already; stop it, or give this one another identity`;
    faults.fail(new OperatorError(EXIT.identityInUse, what, configuration.source));
  };
  node.observe({ failed: faults.fault });
  const { identities } = configuration;
  const certificates = new CertificateWatch({ identities, clock, log: node.options.log });
  parts.certificates = certificates;
  const connect = (acceptor: Identity) =>
    connectToAcceptor(configuration, acceptor, {
      cleartext,
      onShown: (der) => certificates.shown(acceptor.name, der),
    });
  const { self } = node.context;
  if (self !== undefined) {
    parts.recovery = new Recovery(node, self, configuration.network.recoveryWaitMs);
  }
  const peers = new Peers({
    node,
    role,
    incarnation,
    agent,
    connect,
    onIdentityInUse,
    onFault: faults.fault,
    onCaughtUp: (acceptor) => parts.recovery?.heardFrom(acceptor),
  });
  parts.peers = peers;
  faults.onHalt((error) => {
    node.close();
    peers.halt(faultWords(error));
    parts.recovery?.close();
  });
  const measured = {
    node,
    peers,
    agent,
    certificates,
    waitsFor: () => parts.recovery?.waitsFor ?? [],
  };
  return { node, peers, certificates, incarnation, measured };
}

function run(
  options: ProcessOptions,
  parts: Parts,
  measured: ReturnType<typeof assemble>["measured"],
): RunningProcess {
  const { node, peers } = measured;
  const { faults, server } = parts;
  parts.spans = spansOf(node);
  parts.spans.catch(faults.fault);
  peers.start();
  parts.isolation = new IsolationWatch(peers, node.options.clock, node.options.log);
  parts.certificates?.start();
  let stopped: Promise<void> | undefined;
  return {
    node,
    peers,
    failed: faults.failed,
    probe: parts.probe?.address,
    openProbe: async (at) => (parts.probe ??= await openProbe(at, measured)).address,
    address: server === undefined ? undefined : { host: server.host, port: server.port },
    halt: faults.fault,
    stop: () => stopped ??= dismantle(options, parts),
  };
}

/** Frees everything there is, after a fault with nothing kept of what was half done. */
async function dismantle({ journal, trace }: ProcessOptions, parts: Parts): Promise<void> {
  const { faults, node, peers, certificates, isolation, recovery, server, probe } = parts;
  recovery?.close();
  certificates?.close();
  isolation?.close();
  try {
    node?.flush();
  } finally {
    node?.close();
    (await parts.spans)?.();
    await Promise.all([trace?.close(), peers?.close(), probe?.close()]);
    // Peers are to hear what has gone wrong.
    await server?.close(faults.halted ? LAST_WORDS_MS : 0);
    journal?.close();
  }
}
