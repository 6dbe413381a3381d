import { assert, assertEquals } from "@std/assert";
import { setOf } from "../../lib/core/acceptor_set.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { agreementWithout } from "../../lib/evidence/evidence.ts";
import { closeGraph, elements, isSubset } from "../oracle/closed_graph.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { randomGraph } from "../oracle/random_graph.ts";
import { TWO_COMPANIES } from "../../cli/commands/demo.ts";
import { clusterOf } from "../node/equivocator.ts";

Deno.test("whose agreement an equivocator voids, alone and with others", async () => {
  const { graph } = (await clusterOf(TWO_COMPANIES))("Alice");
  const [alice, bob, , , erin] = [0, 1, 2, 3, 4];
  const [self, both] = [["Blue", "Blue"], ["Blue", "Red"]] as const;
  const red = ["Red", "Red"] as const;
  assertEquals(agreementWithout(graph, setOf([])), { voided: [], kept: [self, both, red] });
  // Red's own acceptor alone is not missed: the witnesses keep Red consistent through Blue.
  assertEquals(agreementWithout(graph, setOf([alice!])).voided, []);
  assertEquals(agreementWithout(graph, setOf([bob!])), { voided: [both], kept: [self, red] });
  assertEquals(agreementWithout(graph, setOf([alice!, bob!])), {
    voided: [both, red],
    kept: [self],
  });
  assertEquals(agreementWithout(graph, setOf([alice!, bob!, erin!])).kept, []);
});

Deno.test("the pairs are those of the closed graph written out", () => {
  let voidedSome = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const spec = randomGraph(makePrng(seed));
    const [graph, closed] = [makeLearnerGraph(spec), closeGraph(spec)];
    for (let caught = 0; caught < 1 << closed.acceptorCount; caught++) {
      const { voided, kept } = agreementWithout(graph, setOf(elements(caught)));
      const demanded: string[] = [];
      const left: string[] = [];
      spec.learners.forEach((a, i) => {
        spec.learners.slice(i).forEach((b, j) => {
          const safeSets = closed.safeSets[i]![i + j]!;
          if (safeSets.length > 0) demanded.push(`${a} ${b}`);
          if (safeSets.some((set) => isSubset(set, ~caught))) left.push(`${a} ${b}`);
        });
      });
      const written = (list: typeof kept) => list.map((pair) => pair.join(" "));
      assertEquals(written(kept), left, `graph ${seed}, caught ${caught}`);
      assertEquals([...written(kept), ...written(voided)].toSorted(), demanded.toSorted());
      if (voided.length > 0) voidedSome++;
    }
  }
  assert(voidedSome > 100);
});
