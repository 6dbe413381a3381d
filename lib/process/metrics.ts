/**
 * What a process measures, in the text format of Prometheus. Loaded only where it is asked for.
 *
 * @module
 */

import process from "node:process";
import prometheus from "prom-client";
import { type Measured, type Metric, METRICS, type Reading } from "./metrics_table.ts";

/** Before every name but those that all programs have. */
const PREFIX = "hetpaxos_";

const SECONDS_PER_MICROSECOND = 1e-6;

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
  { kind, help, labels = [], read }: Metric,
  measured: Measured,
): void {
  const options = { name, help, labelNames: [...labels] };
  const readings = () => {
    const reading: Reading = read(measured);
    if (typeof reading === "number") return [[{}, reading] as const];
    return Array.from(reading, ([values, count]) => [named(labels, values), count] as const);
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

/** Labels with their values. */
function named(
  labels: readonly string[],
  values: string | readonly string[],
): Record<string, string> {
  const all = typeof values === "string" ? [values] : values;
  return Object.fromEntries(labels.map((label, index) => [label, all[index]!]));
}
