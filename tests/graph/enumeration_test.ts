/**
 * Every answer about 2,000 random graphs is that of trying every set.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type LearnerGraphSpec, makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { addedEdges, needlessEdges } from "../../lib/graph/closure.ts";
import type { Demands } from "../../lib/graph/demands.ts";
import { finish, newEffort, type Work } from "../../lib/graph/effort.ts";
import type { Effort } from "../../lib/graph/effort.ts";
import { countSets, type MinimalSets } from "../../lib/graph/minimal.ts";
import { prepare, type PreparedGraph } from "../../lib/graph/prepared.ts";
import { blockingSets, minimalQuorums, splittingSets } from "../../lib/graph/sets.ts";
import { starvations } from "../../lib/graph/starvation.ts";
import { checkPairs } from "../../lib/graph/validity.ts";
import { whatIf } from "../../lib/graph/what_if.ts";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { describeGraph } from "../oracle/describe.ts";
import { randomGraph } from "../oracle/random_graph.ts";
import { Enumeration, expand } from "./enumerate.ts";

const GRAPHS = 2_000;

interface Case {
  readonly prng: Prng;
  readonly spec: LearnerGraphSpec;
  readonly prepared: PreparedGraph;
  readonly by: Enumeration;
}

/** A random graph of up to 6 acceptors and 4 learners; some acceptors have demands if wanted. */
function caseOf(seed: number, demanding: boolean): Case {
  const prng = makePrng(seed);
  let spec = randomGraph(prng);
  while (spec.acceptors.length > 6) spec = randomGraph(prng);
  const demands: Demands = !demanding
    ? []
    : spec.acceptors.map(() => prng.chance(0.5) ? prng.pick(spec.quorums) : undefined);
  const prepared = prepare(makeLearnerGraph(spec), demands);
  return { prng, spec, prepared, by: new Enumeration(spec, demands) };
}

function forGraphs(check: (each: Case) => void, { demanding = false, count = GRAPHS } = {}): void {
  for (let seed = 1; seed <= count; seed++) {
    const each = caseOf(seed, demanding);
    try {
      check(each);
    } catch (error) {
      throw new Error(`graph ${seed}:\n${describeGraph(each.spec)}`, { cause: error });
    }
  }
}

function done<T>(work: (effort: Effort) => Work<T>): T {
  const effort = newEffort();
  return finish(effort, work(effort));
}

function assertSets(found: MinimalSets, expected: number[]): void {
  assert(found.complete);
  assertEquals(expand(found), expected);
  assertEquals(countSets(found), expected.length);
  const sizes = found.patterns.map(({ size }) => size);
  assertEquals(sizes, sizes.toSorted((a, b) => a - b), "smallest first");
}

Deno.test("quorums, blocking and splitting sets are those of enumeration", () => {
  const seen = { blocking: 0, splitting: 0, like: 0 };
  for (const demanding of [false, true]) {
    forGraphs(({ spec, prepared, by }) => {
      const { quorumOf } = prepared;
      spec.learners.forEach((_, a) => {
        if (prepared.everybody[quorumOf[a]!]) return;
        const rule = quorumOf[a]!;
        const blocking = done((effort) => blockingSets(prepared, rule, 99, effort));
        assertSets(blocking, by.blocking(a));
        seen.blocking += blocking.patterns.length;
        const { like, kinds } = blocking.symmetry;
        if (new Set(like).size < kinds.length) seen.like++;
        const quorums = done((effort) => minimalQuorums(prepared, rule, 99, effort));
        assertSets(quorums, by.minimal((set) => by.isQuorum(a, set)));
        for (let b = a; b < spec.learners.length; b++) {
          if (prepared.everybody[quorumOf[b]!]) continue;
          const other = quorumOf[b]!;
          const splitting = done((effort) => splittingSets(prepared, rule, other, 99, effort));
          assertSets(splitting, by.minimal((liars) => by.splits(a, b, liars)));
          seen.splitting += splitting.patterns.length;
        }
      });
    }, { demanding, count: demanding ? 300 : GRAPHS });
  }
  assert(seen.blocking > 1_000 && seen.splitting > 1_000 && seen.like > 20, JSON.stringify(seen));
});

Deno.test("each pair of the closed graph is valid exactly if enumeration says so", () => {
  const seen = { valid: 0, not: 0 };
  forGraphs(({ prepared, by }) => {
    const checked = done((effort) => checkPairs(prepared, effort));
    assertEquals(checked.map(({ a, b }) => [a, b]), by.pairs());
    for (const { a, b, violation } of checked) {
      assert(violation !== "unknown");
      assertEquals(violation !== undefined, by.violated(a, b));
      seen[violation === undefined ? "valid" : "not"]++;
      if (violation === undefined) continue;
      const { quorumA, quorumB, safeSet } = violation;
      assertEquals(quorumA & quorumB & safeSet, 0n);
      assert(by.isQuorum(a, Number(quorumA)) && by.isQuorum(b, Number(quorumB)));
      assert(by.closed.safeSets[a]![b]!.includes(Number(safeSet)));
    }
  });
  assert(seen.valid > 500 && seen.not > 500, JSON.stringify(seen));
});

Deno.test("who may starve whom, and with how few, is that of enumeration", () => {
  let seen = 0;
  forGraphs(({ spec, prepared, by }) => {
    const found = done((effort) => starvations(prepared, effort));
    const expected = spec.learners.flatMap((_, a) =>
      spec.learners.flatMap((_, b) => {
        if (a === b || !by.promised(a, b, by.all)) return [];
        const sets = by.minimal((set) => by.isQuorum(a, set)).filter((set) => !by.isQuorum(b, set));
        return sets.length === 0 ? [] : [{ a, b, size: Math.min(...sets.map(bits)) }];
      })
    );
    assertEquals(
      found.map(({ by: a, starved: b, quorum }) => ({ a, b, size: bits(Number(quorum)) })),
      expected,
    );
    for (const { by: a, starved: b, quorum } of found) {
      assertEquals([by.isQuorum(a, Number(quorum)), by.isQuorum(b, Number(quorum))], [true, false]);
    }
    seen += found.length;
  });
  assert(seen > 500, `${seen} starvations`);
});

Deno.test("what transitivity adds, and which edges add nothing, is that of enumeration", () => {
  const seen = { edges: 0, sets: 0, needless: 0 };
  forGraphs(({ spec, prepared, by }) => {
    const { added } = done((effort) => addedEdges(prepared, effort));
    const given = (a: number, b: number) =>
      spec.safety.find((edge) => Math.min(edge.a, edge.b) === a && Math.max(edge.a, edge.b) === b);
    const expected = by.pairs().filter(([a, b]) => {
      const own = given(a, b);
      if (own === undefined) return true;
      const alone = new Enumeration({ ...spec, safety: [own] });
      return by.sets.some((set) => by.promised(a, b, set) && !alone.promised(a, b, set));
    });
    assertEquals(added.map(({ a, b }) => [a, b]), expected);
    for (const { a, b, walk, safeSet } of added) {
      seen[given(a, b) === undefined ? "edges" : "sets"]++;
      assertEquals([walk[0], walk.at(-1)], [a, b]);
      walk.slice(1).forEach((to, i) => {
        const edge = given(Math.min(walk[i]!, to), Math.max(walk[i]!, to))!;
        assert(
          new Enumeration({ ...spec, safety: [edge] }).promised(walk[i]!, to, Number(safeSet)),
        );
      });
    }
    const { needless } = done((effort) => needlessEdges(prepared, effort));
    const without = spec.safety.map((edge, i) => {
      const rest = new Enumeration({ ...spec, safety: spec.safety.toSpliced(i, 1) });
      return by.sets.every((set) =>
        by.promised(edge.a, edge.b, set) === rest.promised(edge.a, edge.b, set)
      );
    });
    assertEquals(prepared.edges.map((edge) => needless.includes(edge)), without);
    seen.needless += needless.length;
  }, { count: 1_000 });
  assert(seen.edges > 50 && seen.sets > 50 && seen.needless > 50, JSON.stringify(seen));
});

Deno.test("what becomes of learners and pairs is that of enumeration", () => {
  const seen: Record<string, number> = {};
  forGraphs(({ prng, prepared, by }) => {
    const pick = (chance: number) =>
      by.spec.acceptors.reduce((set, _, i) => prng.chance(chance) ? set | 1 << i : set, 0);
    const lying = pick(0.25);
    const down = pick(0.25) & ~lying;
    const { learners, pairs } = done((effort) =>
      whatIf(prepared, BigInt(down), BigInt(lying), effort)
    );
    const singles = (set: number) =>
      by.spec.acceptors.flatMap((_, i) => set >> i & 1 ? [1 << i] : []);
    for (const { learner, decides, critical } of learners) {
      const up = by.all & ~down;
      const left = by.isQuorum(learner, up & ~lying) ? up & ~lying : up;
      const expected = left !== up || lying === 0
        ? by.isQuorum(learner, left) ? "yes" : "no"
        : by.isQuorum(learner, up)
        ? "with liars"
        : "no";
      assertEquals(decides, expected);
      const stops = singles(up & ~lying).filter((one) => !by.isQuorum(learner, left & ~one));
      assertEquals(Number(critical), expected === "no" ? 0 : stops.reduce((a, b) => a | b, 0));
      seen[decides] = (seen[decides] ?? 0) + 1;
    }
    assertEquals(pairs.map(({ a, b }) => [a, b]), by.pairs());
    for (const { a, b, promised, split, critical } of pairs) {
      assertEquals(promised, by.promised(a, b, by.all & ~lying));
      assertEquals(split !== false, by.splits(a, b, lying));
      const more = singles(by.all & ~lying).filter((one) => by.splits(a, b, lying | one));
      assertEquals(Number(critical), split === false ? more.reduce((x, y) => x | y, 0) : 0);
      if (split === false || split === "unknown") continue;
      const [one, other] = [Number(split.quorumA), Number(split.quorumB)];
      assert(by.isQuorum(a, one) && by.isQuorum(b, other));
      assertEquals(one & other & ~lying, 0, "honest in both");
    }
  });
  assert(seen.yes! > 100 && seen.no! > 100 && seen["with liars"]! > 50, JSON.stringify(seen));
});

function bits(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}
