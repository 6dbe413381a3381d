/**
 * What proposals take while a member outdoes each ballot as soon as it sees it and a client streams
 * ballots: four acceptors over TLS on loopback, one of them the attacker.
 *
 * @module
 */

import { attack, percentile, type Spell } from "../tests/e2e/attack.ts";
import { LIMITS } from "../lib/wire/peer_limits.ts";
import { Stage } from "../tests/e2e/stage.ts";
import { markdownTable } from "../scripts/markdown.ts";

/** Ballots a second of each attacker, in all instances: `proposalsPerPeerPerSecondMax`, its default last. */
const RATES = [20, 100, LIMITS.proposalsPerPeerPerSecondMax.default];

/** Beyond what is measured, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Prints a table, a row for each rate and without an attack. */
export async function benchAttack(seconds: number, inFlight: number): Promise<void> {
  const rows: string[][] = [];
  const row = (name: string, spell: Spell, hostile: string) =>
    rows.push([
      ...[name, percentile(spell, 0.5).toFixed(0), percentile(spell, 0.99).toFixed(0)],
      ...[spell.perSecond.toFixed(0), `${spell.spoilt}`, hostile],
    ]);
  for (const ballotsPerSecond of RATES) {
    await Stage.use(async (stage) => {
      const options = { forMs: seconds * 1000, inFlight, ballotsPerSecond };
      const { before, during, ballots } = await attack(stage, options);
      row("none", before, "0");
      row(`${ballotsPerSecond} a second`, during, ballots.join(" and "));
    }, 2 * seconds * 1000 + PATIENCE_MS);
  }
  const head = ["attack", "p50 ms", "p99 ms", "decisions a second", "theirs", "hostile ballots"];
  console.log(markdownTable([head, ...rows]));
}
