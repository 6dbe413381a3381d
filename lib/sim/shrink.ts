/**
 * Makes a world that goes wrong smaller: leaves out what need not be there for it to go wrong.
 *
 * @module
 */

import type { RunReport } from "./run.ts";
import type { Scenario } from "./scenario.ts";

/** Something that can be left out, by its name for the command line. */
export type Omission = string;

/** All that could be left out of a scenario; the largest first. */
export function omissionsOf({ villains, mishaps, network, ...rest }: Scenario): Omission[] {
  return [
    ...villains.map((_, i) => `villain:${i}`),
    ...villains.flatMap(({ strategies }, i) =>
      strategies.length > 1 ? strategies.map((_, j) => `strategy:${i}:${j}`) : []
    ),
    ...network.partitions.map((_, i) => `partition:${i}`),
    ...mishaps.map((_, i) => `mishap:${i}`),
    ...["loss", "duplication", "straggling", "slow", "skew", "disks", "lateness"],
    ...rest.proposersAtMs.map((_, i) => `proposer:${i}`),
  ];
}

/** The scenario without some of it. Processes keep their numbers: who is left out never starts. */
export function omit(scenario: Scenario, omissions: ReadonlySet<Omission>): Scenario {
  const { network } = scenario;
  const has = (omission: Omission) => omissions.has(omission);
  return {
    ...scenario,
    villains: scenario.villains.map(({ acceptor, strategies }, i) => ({
      acceptor,
      // A villain left out stays in its place, silent: an honest one would need other names.
      strategies: strategies.filter((_, j) => !has(`villain:${i}`) && !has(`strategy:${i}:${j}`)),
    })),
    network: {
      ...network,
      partitions: network.partitions.filter((_, i) => !has(`partition:${i}`)),
      loss: has("loss") ? 0 : network.loss,
      duplication: has("duplication") ? 0 : network.duplication,
      straggling: has("straggling") ? 0 : network.straggling,
      slow: has("slow") ? new Set() : network.slow,
    },
    mishaps: scenario.mishaps.filter((_, i) => !has(`mishap:${i}`)),
    clocks: has("skew") ? scenario.clocks.map(() => ({ skewMs: 0, drift: 1 })) : scenario.clocks,
    disks: has("disks")
      ? scenario.disks.map(() => ({ syncMs: 1, failingSync: 0 }))
      : scenario.disks,
    observersAtMs: has("lateness") ? scenario.observersAtMs.map(() => 0) : scenario.observersAtMs,
    proposersAtMs: scenario.proposersAtMs.map((atMs, i) => has(`proposer:${i}`) ? Infinity : atMs),
  };
}

/**
 * Finds a small scenario that goes wrong in the same way, by leaving out one thing after another.
 *
 * @param run Runs a scenario.
 * @returns What can be left out, and how the rest goes wrong.
 */
export function shrink(
  scenario: Scenario,
  report: RunReport,
  run: (scenario: Scenario) => RunReport,
): { omissions: ReadonlySet<Omission>; report: RunReport } {
  const omissions = new Set<Omission>();
  let best = report;
  for (const omission of omissionsOf(scenario)) {
    const attempt = run(omit(scenario, new Set([...omissions, omission])));
    if (kindOf(attempt) !== kindOf(report)) continue;
    omissions.add(omission);
    best = attempt;
  }
  return { omissions, report: best };
}

/** What a violation says, without the names in it. */
function kindOf({ violation }: RunReport): string | undefined {
  return violation?.replaceAll(/\b[A-Z]\w*\b|\b[0-9a-f]{8}\b|\d+/g, "_");
}
