/**
 * The faults that must never come back, and the test that notices each.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { BORDERS } from "./borders.ts";
import { CLIENTS } from "./clients.ts";
import { COSTS } from "./costs.ts";
import { OWN_FAULTS, READERS, SIGNALS } from "./endings.ts";
import { CONVERSATIONS } from "./conversations.ts";
import { ANALYSIS } from "./graphs.ts";
import { EXPLORED } from "./explored.ts";
import { JOURNALS } from "./journals.ts";
import { KEEPING } from "./keeping.ts";
import { LOG_NODES } from "./log_nodes.ts";
import { LOGS } from "./logs.ts";
import { CLOCKS, NAMES, RUNNING } from "./processes.ts";
import { GRAPHS, VOTES } from "./rules.ts";
import { KEPT_WINDOWS } from "./windows.ts";
import { SUBTLE } from "./subtle.ts";
import { SUBTLE_CORE } from "./subtle_core.ts";

/** All faults; names are unique. */
export const FAULTS: readonly Fault[] = [
  ...VOTES,
  ...KEPT_WINDOWS,
  ...GRAPHS,
  ...ANALYSIS,
  ...NAMES,
  ...RUNNING,
  ...JOURNALS,
  ...KEEPING,
  ...LOGS,
  ...LOG_NODES,
  ...CONVERSATIONS,
  ...COSTS,
  ...BORDERS,
  ...CLIENTS,
  ...CLOCKS,
  ...READERS,
  ...SIGNALS,
  ...OWN_FAULTS,
  ...EXPLORED,
  ...SUBTLE_CORE,
  ...SUBTLE,
];
