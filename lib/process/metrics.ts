/**
 * What a process measures, in the text format of Prometheus. Loaded only where it is asked for.
 *
 * @module
 */

import process from "node:process";
import prometheus from "prom-client";
import { Role } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { CertificateWatch } from "./certificate_watch.ts";
import { type Ready, whyNotReady } from "./readiness.ts";

/** What is measured. */
export interface Measured extends Ready {
  /** Program and version. */
  readonly agent: string;
  readonly certificates: Pick<CertificateWatch, "notAfter">;
}

/** A number, or one for each value of a label. */
type Reading = number | Iterable<readonly [label: string, value: number]>;

/** One metric: its name without the prefix, what it means, its label if it has one, and its reader. */
export interface Metric {
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly label?: string;
  read(measured: Measured): Reading;
}

/** Before every name but those that all programs have. */
const PREFIX = "hetpaxos_";

const SECONDS_PER_MICROSECOND = 1e-6;

/** All metrics: docs/OPERATIONS.md has the same table. */
export const METRICS: readonly Metric[] = [
  {
    name: "build_info",
    kind: "gauge",
    help: "Always 1; the program and its version",
    label: "agent",
    read: ({ agent }) => [[agent, 1]],
  },
  {
    name: "ready",
    kind: "gauge",
    help: "1 if /readyz says so: it votes, if it is an acceptor, and has a quorum in reach",
    read: (measured) => whyNotReady(measured).length === 0 ? 1 : 0,
  },
  {
    name: "votes",
    kind: "gauge",
    help: "1 if it is an acceptor that votes",
    read: ({ node }) => node.votes ? 1 : 0,
  },
  {
    name: "peer_connected",
    kind: "gauge",
    help: "1 if there is a link with this acceptor",
    label: "peer",
    read: ({ peers }) =>
      peers.status().filter(({ role }) => role === Role.ACCEPTOR)
        .map(({ name, connected }) => [name, connected ? 1 : 0]),
  },
  {
    name: "decisions_total",
    kind: "counter",
    help: "Decisions known: one for each learner and instance",
    read: ({ node }) => node.decisions.count,
  },
  {
    name: "messages_known_total",
    kind: "counter",
    help: "Messages delivered, earlier runs included",
    read: ({ node }) => node.ledger.length,
  },
  {
    name: "messages_signed_total",
    kind: "counter",
    help: "Messages signed since the start",
    read: ({ node }) => node.outcomes.signed,
  },
  {
    name: "messages_waiting",
    kind: "gauge",
    help: "Messages that wait for others or for their time",
    read: ({ node }) =>
      node.instances.all.reduce(
        (sum, { state }) => sum + state.inbox.waiting.size + state.future.length + state.held.size,
        0,
      ),
  },
  {
    name: "instances",
    kind: "gauge",
    help: "Instances in memory",
    read: ({ node }) => node.instances.all.length,
  },
  {
    name: "rejections_total",
    kind: "counter",
    help: "Messages refused since the start, by reason",
    label: "code",
    read: ({ node }) => node.rejections,
  },
  {
    name: "caught_total",
    kind: "counter",
    help: "Equivocations proved: one for each acceptor and instance",
    read: ({ node }) => node.ledger.journal.evidenceCount,
  },
  {
    name: "certificate_expiry_timestamp_seconds",
    kind: "gauge",
    help: "Last moment of the certificate that each identity shows, since 1970",
    label: "name",
    read: ({ node, certificates }) =>
      node.options.configuration.identities.flatMap(({ name }) => {
        const notAfter = certificates.notAfter(name);
        return notAfter === undefined ? [] : [[name, notAfter.getTime() / 1000] as const];
      }),
  },
];

/** What every program has, named by Prometheus's convention. */
const PROCESS_METRICS: readonly Metric[] = [
  {
    name: "process_resident_memory_bytes",
    kind: "gauge",
    help: "Resident memory",
    read: () => process.memoryUsage().rss,
  },
  {
    name: "process_cpu_seconds_total",
    kind: "counter",
    help: "Processor time, of user and system",
    read: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) * SECONDS_PER_MICROSECOND;
    },
  },
];

/** The metrics of one process. */
export interface Metrics {
  /** Of what {@linkcode Metrics.text} gives. */
  readonly contentType: string;
  /** All of them, as they are now. */
  text(): Promise<string>;
}

/** Begins to measure. Reading takes nothing from the node but numbers that it keeps anyway. */
export function newMetrics(measured: Measured): Metrics {
  const registry = new prometheus.Registry();
  for (const metric of METRICS) register(registry, PREFIX + metric.name, metric, measured);
  for (const metric of PROCESS_METRICS) register(registry, metric.name, metric, measured);
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

function register(
  registry: prometheus.Registry,
  name: string,
  { kind, help, label, read }: Metric,
  measured: Measured,
): void {
  const options = { name, help, labelNames: label === undefined ? [] : [label] };
  const readings = () => {
    const reading = read(measured);
    if (typeof reading === "number") return [[{}, reading] as const];
    return Array.from(reading, ([value, count]) => [{ [label!]: value }, count] as const);
  };
  const registers = [registry];
  if (kind === "gauge") {
    new prometheus.Gauge({
      ...options,
      registers,
      collect() {
        this.reset();
        for (const [labels, value] of readings()) this.set(labels, value);
      },
    });
  } else {
    new prometheus.Counter({
      ...options,
      registers,
      // What is counted elsewhere is shown as it is there.
      collect() {
        this.reset();
        for (const [labels, value] of readings()) this.inc(labels, value);
      },
    });
  }
}
