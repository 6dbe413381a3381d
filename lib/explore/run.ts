/**
 * Runs a scenario of the table and compares what comes out with what is pinned.
 *
 * @module
 */

import { type Exploration, explore } from "./explore.ts";
import { coverageOf } from "./coverage.ts";
import { scriptTo } from "./path.ts";
import type { Pinned } from "./scenarios.ts";
import type { ExploredCore } from "./types.ts";

/** What came of a scenario. */
export interface Report {
  readonly exploration: Exploration;
  /** How it ended; "too large" if it was given up. */
  readonly end: Pinned["end"] | "too large";
  /** How a violation or a disagreement comes about, if one ended it. */
  readonly script: string | undefined;
  /** What is not as pinned, one line each. */
  readonly complaints: readonly string[];
}

/** Twice the largest scenario. */
const STATES_MAX = 15_000_000;

/** Explores a scenario of the table. */
export function runScenario(core: ExploredCore, pinned: Pinned): Report {
  const exploration = explore(core, pinned, {
    statesMax: STATES_MAX,
    untilDisagreement: pinned.end === "disagreement",
  });
  const { violation, disagreement, complete, store, statesWithNames } = exploration;
  const end = violation !== undefined
    ? "violation"
    : complete
    ? "complete"
    : pinned.end === "disagreement" && disagreement !== undefined
    ? "disagreement"
    : "too large";
  const complaints: string[] = [];
  const compare = (what: string, actual: number, expected: number) => {
    if (actual !== expected) complaints.push(`${what}: ${actual}, expected ${expected}`);
  };
  if (end !== pinned.end) {
    const fault = violation === undefined ? "" : ` (${violation.fault})`;
    complaints.push(`ends with ${end}${fault}, expected ${pinned.end}`);
  }
  compare("states", store.size, pinned.states);
  compare("states with names", statesWithNames, pinned.statesWithNames);
  const coverage = coverageOf(exploration);
  for (const what of pinned.sometimes) {
    if (!coverage.has(what)) complaints.push(`never happened: ${what}`);
  }
  const target = violation?.state ?? (end === "disagreement" ? disagreement : undefined);
  const title = violation?.fault ?? "learners that need not agree decide differently";
  const script = target === undefined
    ? undefined
    : scriptTo(exploration, target, `${pinned.name}: ${title}`);
  return { exploration, end, script, complaints };
}
