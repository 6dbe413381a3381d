/**
 * The bounds of memory and disk that a log promises, whatever liars do.
 *
 * @module
 */

import type { Honest, Stage } from "./stage.ts";

/** Which bound an honest process is beyond, in words; undefined if none. */
export function boundBroken(
  { context, scenario }: Stage,
  { state, votes, coordinator, awaited }: Honest,
): string | undefined {
  const { settings, graph } = context;
  const outside = [...votes.instances.keys()].find((instance) =>
    instance < state.floor || instance >= state.floor + settings.spreadMax
  );
  // One that has lost its disk has its votes back before it knows its floor.
  if (outside !== undefined && awaited.size === 0) return `keeps instance ${outside}`;
  const checkpoints = Math.ceil(settings.spreadMax / settings.checkpointEvery) + 1;
  const { size } = state.book;
  if (size > graph.acceptorCount * graph.learnerCount * checkpoints) {
    return `keeps ${size} statements`;
  }
  if (coordinator.pending.size > scenario.appending.pendingMax) {
    return `keeps ${coordinator.pending.size} records waiting`;
  }
  for (const { entries, sessions } of state.learners) {
    if (entries.size > settings.retain.entries + settings.spreadMax) {
      return `keeps ${entries.size} entries`;
    }
    if (sessions.size > settings.clientsMax) return `remembers ${sessions.size} clients`;
  }
  return undefined;
}
