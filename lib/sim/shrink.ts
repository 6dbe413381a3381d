/**
 * Makes a world that goes wrong smaller: leaves out what need not be there for it to go wrong.
 *
 * @module
 */

import type { RunReport } from "./cluster/run.ts";
import type { ClusterScenario } from "./cluster/scenario.ts";

/** Something that can be left out, by its name for the command line. */
export type Omission = string;

/** All that could be left out of a scenario; the largest first. */
export function omissionsOf(scenario: ClusterScenario): Omission[] {
  const { villains, plots, crashes, partitions, proposals } = scenario;
  return [
    ...[...villains.keys()].map((index) => `villain:${index}`),
    ...(plots.length > 1 ? plots.map((name) => `plot:${name}`) : []),
    ...proposals.map((_, i) => `proposal:${i}`),
    ...crashes.map((_, i) => `crash:${i}`),
    ...partitions.map((_, i) => `partition:${i}`),
    ...["breaks", "clocks", "disks", "windows", "lateness", "late-values"],
  ];
}

/** The scenario without some of it. A villain that is left out keeps its place, and is mute. */
export function omit(
  scenario: ClusterScenario,
  omissions: ReadonlySet<Omission>,
): ClusterScenario {
  const has = (omission: Omission) => omissions.has(omission);
  const { plots, crashes, partitions, proposals } = scenario;
  return {
    ...scenario,
    villains: new Map(
      [...scenario.villains].map(([index, villainy]) =>
        [index, has(`villain:${index}`) ? "mute" : villainy] as const
      ),
    ),
    plots: plots.filter((name) => !has(`plot:${name}`)),
    proposals: proposals.filter((_, i) => !has(`proposal:${i}`)),
    crashes: crashes.filter((_, i) => !has(`crash:${i}`)),
    partitions: partitions.filter((_, i) => !has(`partition:${i}`)),
    breakMs: has("breaks") ? Infinity : scenario.breakMs,
    clocks: has("clocks") ? scenario.clocks.map(() => ({ skewMs: 0, drift: 1 })) : scenario.clocks,
    disks: has("disks")
      ? scenario.disks.map(() => ({ syncMs: 0, syncMsAtFirst: 0 }))
      : scenario.disks,
    windows: has("windows") ? scenario.windows.map(() => 64) : scenario.windows,
    startsMs: has("lateness") ? scenario.startsMs.map(() => 0) : scenario.startsMs,
    hasLateValues: scenario.hasLateValues && !has("late-values"),
  };
}

/**
 * Finds a small scenario that goes wrong in the same way, by leaving out one thing after another.
 *
 * @param run Runs a scenario.
 * @returns What can be left out, and how the rest goes wrong.
 */
export function shrink(
  scenario: ClusterScenario,
  report: RunReport,
  run: (scenario: ClusterScenario) => RunReport,
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

/** What a violation says, without the names in it, and of many the first. */
function kindOf({ violation }: RunReport): string | undefined {
  return violation?.replace(/;.*/, "")
    .replaceAll(/\b[A-Z]\w*\b|\bclient_\d+\b|\b[0-9a-f]{8}\b|\d+/g, "_");
}
