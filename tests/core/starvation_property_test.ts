/**
 * findStarved on random histories: what it reports as starved never decides, however the history
 * goes on; and what it does not, mostly can.
 *
 * `HETPAXOS_SEED=n` runs the history of one seed only, `HETPAXOS_WORLDS=n` as many.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { countMembers, fullSet, setOf } from "../../lib/core/acceptor_set.ts";
import { findStarved } from "../../lib/core/starvation.ts";
import type { AcceptorSet, LearnerSet, Message } from "../../lib/core/types.ts";
import { hashOf } from "../../lib/sim/ids.ts";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { closeGraph, counterexamples } from "../oracle/closed_graph.ts";
import { describeGraph, describeMessages } from "../oracle/describe.ts";
import { makeWorld, type World } from "../oracle/world.ts";
import { Continuation } from "./continuation.ts";

const WORLDS = Number(Deno.env.get("HETPAXOS_WORLDS") ?? 250);
const VALUES = ["red", "green", "blue", "white"].map(hashOf);

/** A history cut somewhere, with acceptors that send nothing more. */
interface Cut {
  readonly world: World;
  readonly known: readonly Message[];
  readonly silent: AcceptorSet;
  readonly prng: Prng;
}

function cut(world: World): Cut {
  const prng = makePrng(world.seed + 1_000_000);
  const all = [...world.oracle.known.values()];
  const { acceptors: { length } } = world.spec;
  const known = all.slice(0, prng.between(Math.ceil(all.length / 3), all.length));
  const silent = prng.chance(0.6) ? setOf(prng.some([...Array(length).keys()], 0.4)) : 0n;
  return { world, known, silent, prng };
}

/** Ballots of two values in turn, all acceptors hearing of everything, from all they know. */
function* greedy({ world, known, silent }: Cut): Generator<LearnerSet> {
  for (const first of VALUES) {
    for (const second of VALUES) {
      const future = new Continuation(world.spec, known);
      future.awaken(silent, () => "everything");
      for (const value of [first, first, first, second, second, second]) {
        future.settle();
        future.propose(value);
        future.settle();
        future.lie();
      }
      future.settle();
      yield future.decided;
    }
  }
}

/** Open ballots go on by chance, then a few new ones, cut short by chance. */
function* random({ world, known, silent, prng }: Cut, count: number): Generator<LearnerSet> {
  for (let i = 0; i < count; i++) {
    const future = new Continuation(world.spec, known);
    future.awaken(silent, () => prng.chance(0.5) ? "everything" : "own past");
    future.wander(prng, prng.between(0, 80));
    for (let ballots = prng.between(2, 8); ballots > 0; ballots--) {
      future.propose(prng.pick(VALUES)!);
      if (prng.chance(0.5)) future.wander(prng, prng.between(0, 40));
      else future.settle();
      future.lie();
    }
    yield future.decided;
  }
}

/** All that some continuation decides; not all are tried if so many learners do already. */
function reached(cut: Cut, enough: LearnerSet): LearnerSet {
  let decided = 0n;
  for (const futures of [random(cut, 12), greedy(cut)]) {
    for (const each of futures) {
      decided |= each;
      if (decided === enough) return decided;
    }
  }
  return decided;
}

function describe({ world: { seed, spec }, known, silent }: Cut): string {
  return `silent ${silent.toString(2)}\n${describeGraph(spec)}\n${
    describeMessages(spec, known)
  }\n` +
    `repeat: HETPAXOS_SEED=${seed} deno test -A tests/core/starvation_property_test.ts`;
}

Deno.test("findStarved: never of a learner that can decide, seldom silent of one that cannot", () => {
  const only = Deno.env.get("HETPAXOS_SEED");
  const first = only === undefined ? 1 : Number(only);
  const last = only === undefined ? WORLDS : first;
  const seen = { starved: 0, decides: 0, missed: 0 };
  const tally = { "nobody caught": { ...seen }, "somebody caught": { ...seen } };
  const missed: number[] = [];
  let [allMaySpeak, valid] = [0, 0];
  for (let seed = first; seed <= last; seed++) {
    const here = cut(makeWorld(seed));
    const { observer, graph, decided } = new Continuation(here.world.spec, here.known);
    const starved = findStarved(graph, observer, here.silent);
    assertEquals(starved & decided, 0n, "a learner that has decided is not starved");
    const all = fullSet(graph.learnerCount);
    const may = reached(here, all);
    assertEquals(starved & may, 0n, `starved ${starved}, but decides ${may}\n${describe(here)}`);
    const counts = tally[observer.view.caught === 0n ? "nobody caught" : "somebody caught"];
    counts.starved += countMembers(starved);
    counts.decides += countMembers(may & ~decided);
    counts.missed += countMembers(all & ~may & ~starved);
    if ((all & ~may & ~starved) !== 0n) missed.push(seed);
    if (starved === 0n) continue;
    if (here.silent === 0n) allMaySpeak++;
    if (counterexamples(closeGraph(here.world.spec)).length === 0) valid++;
  }
  console.log(
    `undecided learners of ${last - first + 1} histories: ${JSON.stringify(tally)}; ` +
      `histories with starved ones: all may speak in ${allMaySpeak}, valid graph in ${valid}; ` +
      `neither starved nor seen to decide: seeds ${missed}`,
  );
  if (only !== undefined) return;
  for (const { starved, decides } of Object.values(tally)) {
    assert(starved > WORLDS / 100 && decides > WORLDS / 20, "too little seen");
  }
  assert(tally["nobody caught"].missed <= WORLDS / 100, "too many missed");
  // Who is caught is taken to do all that its lies leave room for: often more than it can.
  const { starved, decides, missed: doubtful } = tally["somebody caught"];
  assert(doubtful <= (starved + decides) / 2, "too many missed where somebody is caught");
  assert(allMaySpeak > WORLDS / 100 && valid > WORLDS / 100, "too little seen");
});
