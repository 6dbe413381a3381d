/**
 * Repairs and derived safe sets, against trying everything.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type LearnerGraphSpec, makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { compileRule, thresholdOf } from "../../lib/core/quorum.ts";
import { deriveSafety, deriveTolerance } from "../../lib/graph/derive.ts";
import { finish, newEffort } from "../../lib/graph/effort.ts";
import { applyEdit, type Edit, smallestRepair } from "../../lib/graph/repair.ts";
import { simplify } from "../../lib/graph/simplify.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { randomGraph } from "../oracle/random_graph.ts";
import { ruleText } from "../../lib/graph/symmetry.ts";
import type { SetRule } from "../../lib/core/quorum.ts";
import { Enumeration } from "./enumerate.ts";

function smallGraph(seed: number): LearnerGraphSpec {
  const prng = makePrng(seed);
  for (;;) {
    const spec = randomGraph(prng);
    if (spec.acceptors.length <= 5 && spec.learners.length <= 3) return spec;
  }
}

function isValid(spec: LearnerGraphSpec): boolean {
  const by = new Enumeration(spec);
  return by.pairs().every(([a, b]) => !by.violated(a, b));
}

/** Every single edit of any rule of the graph, written down once more. */
function allEdits(spec: LearnerGraphSpec): Edit[] {
  const edits = (rule: SetRule, use: Edit["use"]): Edit[] => {
    const after = (each: SetRule): SetRule[] => {
      if (each.kind === "acceptor") return [];
      const { threshold, of } = each;
      if (threshold === 1 && of.length > 1 && of.some(({ kind }) => kind === "threshold")) {
        return of.map((_, i) => ({ ...each, of: of.filter((_, k) => k !== i) }));
      }
      const inner = of.flatMap((operand, i) =>
        after(operand).map((changed) => ({ ...each, of: of.with(i, changed) }))
      );
      return threshold < of.length ? [{ ...each, threshold: threshold + 1 }, ...inner] : inner;
    };
    return after(rule).map((each) => ({ use, before: rule, after: each, what: { threshold: 0 } }));
  };
  const once = (rules: SetRule[]) => new Map(rules.map((rule) => [ruleText(rule), rule])).values();
  return [
    ...[...once([...spec.quorums])].flatMap((rule) => edits(rule, "quorums")),
    ...[...once(spec.safety.map(({ safe }) => safe))].flatMap((rule) => edits(rule, "safe sets")),
  ];
}

Deno.test("a repair makes the graph valid, and no fewer edits do", () => {
  const seen: Record<string, number> = {};
  for (let seed = 1; seed <= 300; seed++) {
    const given = smallGraph(seed);
    const spec = {
      ...given,
      quorums: given.quorums.map(simplify),
      safety: given.safety.map((edge) => ({ ...edge, safe: simplify(edge.safe) })),
    };
    const effort = newEffort();
    const repair = finish(effort, smallestRepair(spec, effort));
    const edits = repair === undefined || repair === "unknown" ? repair : repair.edits.length;
    seen[`${edits}`] = (seen[`${edits}`] ?? 0) + 1;
    if (repair === "unknown") continue;
    if (repair !== undefined) {
      assert(isValid(repair.spec), `seed ${seed}: not valid after the repair`);
      assertEquals(repair.edits.reduce(applyEdit, spec as LearnerGraphSpec), repair.spec);
    }
    const wanted = repair?.edits.length ?? 3;
    if (wanted >= 1) assert(!isValid(spec), `seed ${seed}: was valid`);
    if (wanted < 2) continue;
    const single = allEdits(spec).find((edit) => isValid(applyEdit(spec, edit)));
    assertEquals(single?.after, undefined, `seed ${seed}: one edit is enough`);
  }
  assert(seen["0"]! > 20 && seen["1"]! > 20 && seen["2"]! > 5, JSON.stringify(seen));
});

Deno.test("derived safe sets are all that the quorums allow, and keep the graph valid", () => {
  const seen = { all: 0, leftOut: 0, impossible: 0 };
  for (let seed = 1; seed <= 400; seed++) {
    const given = smallGraph(seed);
    const effort = newEffort();
    const derived = finish(effort, deriveSafety(given, effort));
    assertEquals(derived.unknown, []);
    assert(isValid(derived.spec), `seed ${seed}`);
    seen.leftOut += derived.leftOut.length;
    seen.impossible += derived.impossible.length;
    const by = new Enumeration(given);
    for (const [a, b] of derived.impossible) assert(by.splits(a, b, 0), `seed ${seed}`);
    for (const { a, b, safe } of derived.spec.safety) {
      const rule = compileRule(safe);
      for (const set of by.sets) {
        assertEquals(rule.satisfiedBy(BigInt(set)), !by.splits(a, b, by.all & ~set));
      }
      seen.all++;
    }
    for (const [a, b] of derived.leftOut) {
      const safe = derived.spec.safety.find((edge) => edge.a === a && edge.b === b);
      assertEquals(safe, undefined);
    }
  }
  assert(seen.all > 200 && seen.leftOut > 0 && seen.impossible > 20, JSON.stringify(seen));
});

Deno.test("what is to tolerate liars and crashes tolerates exactly these", () => {
  for (const [count, liars, crashes] of [[4, 1, 0], [6, 1, 1], [5, 0, 2], [3, 0, 1], [7, 2, 0]]) {
    const acceptors = Array.from({ length: count! }, (_, i) => i);
    const { quorums, safe } = deriveTolerance(acceptors, liars!, crashes!)!;
    assertEquals(quorums, simplify(thresholdOf(count! - liars! - crashes!, acceptors)));
    const graph: LearnerGraphSpec = {
      acceptors: acceptors.map(String),
      learners: ["L"],
      quorums: [quorums],
      safety: [{ a: 0, b: 0, safe }],
      burial: "HP2",
    };
    assert(isValid(graph), `${count} ${liars} ${crashes}`);
    assertEquals(makeLearnerGraph(graph).connected((1n << BigInt(liars!)) - 1n), [1n]);
    assertEquals(
      deriveTolerance(acceptors.slice(0, 3 * liars! + 2 * crashes!), liars!, crashes!),
      undefined,
    );
  }
});
