/**
 * What the definitions are for: on the same random histories, learners that are entangled never
 * decide differently if the learner graph is valid (TR, Agreement and Validity).
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { BurialRule } from "../../lib/core/types.ts";
import { type ClosedGraph, closeGraph, counterexamples, elements } from "../oracle/closed_graph.ts";
import { describeGraph, describeMessages } from "../oracle/describe.ts";
import { Oracle } from "../oracle/oracle.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { randomGraph } from "../oracle/random_graph.ts";
import { makeWorld, type World } from "../oracle/world.ts";

const WORLDS = Number(Deno.env.get("HETPAXOS_WORLDS") ?? 1_000);

/** Believes every 1b fresh: no 2a binds anybody. */
class Careless extends Oracle {
  override fresh(): boolean {
    return true;
  }
}

/** The worlds of the first seeds with a valid graph. */
function* validWorlds(
  count: number,
  makeOracle?: (graph: ClosedGraph) => Oracle,
): Generator<World> {
  for (let seed = 1; count > 0; seed++) {
    if (counterexamples(closeGraph(randomGraph(makePrng(seed)))).length > 0) continue;
    count--;
    yield makeWorld(seed, makeOracle);
  }
}

/** The values that each learner decides, by learner. */
function decidedIn({ oracle }: World): string[][] {
  return oracle.learners.map((a) =>
    oracle.decisions(a, oracle.known.values()).map((ballot) => ballot.valueHash)
  );
}

/** The pairs of learners for which some safe set is all honest. */
function entangledPairs({ oracle, views }: World): [number, number][] {
  const honest = new Set(views.filter((view) => view.honest).map((view) => view.signer));
  return oracle.learners.flatMap((a) =>
    oracle.learners.filter((b) =>
      oracle.graph.safeSets[a]![b]!.some((safe) => elements(safe).every((s) => honest.has(s)))
    ).map((b): [number, number] => [a, b])
  );
}

/** A pair of entangled learners that decide differently. */
function disagreement(world: World): [number, number] | undefined {
  const decided = decidedIn(world);
  return entangledPairs(world)
    .find(([a, b]) => new Set([...decided[a]!, ...decided[b]!]).size > 1);
}

function describe({ seed, spec, oracle }: World): string {
  const history = describeMessages(spec, [...oracle.known.values()]);
  return `world ${seed}\n${describeGraph(spec)}\n${history}`;
}

Deno.test("Agreement: entangled learners of a valid graph never decide differently", () => {
  const agreements: Record<BurialRule, number> = { TECHNICAL_REPORT: 0, HP2: 0 };
  for (const world of validWorlds(WORLDS)) {
    assertEquals(disagreement(world), undefined, describe(world));
    const decided = decidedIn(world);
    agreements[world.oracle.graph.burial] += entangledPairs(world)
      .filter(([a, b]) => decided[a]!.length > 0 && decided[b]!.length > 0).length;
  }
  console.log(`in ${WORLDS} worlds, decisions that agree: ${JSON.stringify(agreements)}`);
  assert(agreements.TECHNICAL_REPORT > WORLDS / 10 && agreements.HP2 > WORLDS / 10);
});

Deno.test("Agreement: the check can fail: without freshness, learners soon disagree", () => {
  let disagreements = 0;
  for (const world of validWorlds(200, (graph) => new Careless(graph))) {
    if (disagreement(world) !== undefined) disagreements++;
  }
  assert(disagreements > 10, `${disagreements} disagreements`);
});

Deno.test("Validity: a decided value was proposed", () => {
  for (const world of validWorlds(100)) {
    const proposed = [...world.oracle.known.values()]
      .flatMap((x) => x.kind === "1a" ? [x.ballot.valueHash as string] : []);
    assert(decidedIn(world).flat().every((value) => proposed.includes(value)), describe(world));
  }
});
