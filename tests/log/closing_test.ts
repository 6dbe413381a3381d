/**
 * When an instance is closed for a learner, on random graphs, held against the oracle.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { isClosed } from "../../lib/log/closing.ts";
import { randomValidGraph } from "../../lib/sim/graphs.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { restoreLog } from "../../lib/log/restoring.ts";
import type { LogEffect } from "../../lib/log/state.ts";
import { makeContext, makeKeeper, tell } from "./cluster.ts";
import * as oracle from "./oracle.ts";

Deno.test("log: closed exactly if no liars and deciders could still make a decision", () => {
  const seen = { open: 0, closed: 0 };
  for (let seed = 1; seed <= 600; seed++) {
    const prng = makePrng(seed);
    const graph = randomValidGraph(prng);
    if (graph.acceptorCount > 6) continue;
    const any = (density: number) =>
      prng.some([...Array(graph.acceptorCount).keys()], density)
        .reduce((set, index) => set | 1n << BigInt(index), 0n);
    const closers = any(0.8);
    const votes = Array.from({ length: prng.below(3) }, () => any(0.25));
    const shown = { closers, votes, caught: prng.chance(0.3) ? any(0.3) : 0n };
    for (let learner = 0; learner < graph.learnerCount; learner++) {
      const wanted = oracle.closed(graph, learner, shown);
      assertEquals(isClosed(graph, learner, shown), wanted, `seed ${seed}, learner ${learner}`);
      seen[wanted ? "closed" : "open"]++;
    }
  }
  assert(seen.open > 50 && seen.closed > 50, JSON.stringify(seen));
});

/** The counterexample to counting only what was shown: Carol hides her 2a, and shows it later. */
Deno.test("log: a closer that hides its 2a does not close an instance", () => {
  const { graph } = makeContext();
  const [alice, bob, carol, dave] = [0b0001n, 0b0010n, 0b0100n, 0b1000n];
  const shown = { closers: alice | bob | carol, votes: [alice], caught: 0n };
  const quorum = graph.quorums[0]!;
  assertEquals(quorum.satisfiedBy(shown.closers), true);
  assertEquals(quorum.satisfiedBy(alice | dave), false); // as far as was shown, nothing can decide
  assertEquals(quorum.satisfiedBy(alice | carol | dave), true); // but these still can
  assertEquals(isClosed(graph, 0, shown), false);
  assertEquals(isClosed(graph, 0, { ...shown, caught: carol }), false);
  assertEquals(isClosed(graph, 0, { ...shown, closers: 0b1111n }), true);
});

Deno.test("log: a closing is told again after a restart: peers may not have heard of it", () => {
  const keeper = makeKeeper(makeContext(), 0);
  tell(keeper, { kind: "starved", learner: 0, instance: 1, last: undefined });
  const kept = keeper.effects.flatMap((each) => each.kind === "keep" ? [each.record] : []);
  const { state, effects } = restoreLog(keeper.member, kept);
  const sent = (all: readonly LogEffect[]) => all.filter(({ kind }) => kind === "send closing");
  assertEquals(sent(keeper.effects).length, 1);
  assertEquals(sent(effects), sent(keeper.effects));
  assertEquals([...state.closings.keys()], [1]);
});
