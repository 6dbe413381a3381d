/**
 * Tells whether two worlds went the same way.
 *
 * @module
 */

import type { RunReport } from "../../lib/sim/cluster/run.ts";
import type { Spectator } from "../../lib/sim/cluster/world.ts";

/** Every step of a world and whatever else happened, in order. */
export function storyOf(run: (spectator: Spectator) => RunReport): string {
  const lines: string[] = [];
  const { violation, events } = run({
    note: (atMs, who, what) => lines.push(`${atMs} ${who} ${what}`),
    stepped: (atMs, who, instance, effects) => {
      for (const effect of effects) {
        const id = "entry" in effect ? effect.entry.message.id : "id" in effect ? effect.id : "";
        lines.push(`${atMs} ${who} ${instance} ${effect.kind} ${id}`);
      }
    },
  });
  return `${lines.join("\n")}\n${violation} ${events}`;
}
