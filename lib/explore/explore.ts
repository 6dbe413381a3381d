/**
 * Explores every state that a small world can reach, breadth first, by the real core.
 *
 * @module
 */

import { judge, newJudge, type Verdict } from "./judge.ts";
import { newStore, read, type StateNumber, type Store, visit } from "./store.ts";
import type { ExploredCore, Scenario } from "./types.ts";
import { canonicalise, forEachSuccessor, makeWorld, type World } from "./world.ts";

/** What was found. */
export interface Exploration {
  readonly world: World;
  readonly store: Store;
  /** By votes cast: what they amount to. */
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** How many states, had none been left out for being like another but for names. */
  statesWithNames: number;
  /** Actions tried, one for each state and what can happen in it. */
  actions: number;
  /** Whether all states within the bounds were visited. */
  complete: boolean;
  /** The first state in which something is that must never be. */
  violation: { readonly state: StateNumber; readonly fault: string } | undefined;
  /** By learner: how many states it has decided in. */
  readonly decided: number[];
  /** The first state in which learners have decided differently, allowed or not. */
  disagreement: StateNumber | undefined;
  /** How many states they have. */
  disagreements: number;
}

/** When to stop early. */
export interface ExploreOptions {
  /** After this number of states. */
  readonly statesMax: number;
  /** As soon as learners have decided differently, even where that is allowed. */
  readonly untilDisagreement?: boolean;
}

/** Explores a scenario. A violation ends the exploration. */
export function explore(
  core: ExploredCore,
  scenario: Scenario,
  { statesMax, untilDisagreement = false }: ExploreOptions,
): Exploration {
  const world = makeWorld(core, scenario);
  const store = newStore(world.start.length);
  const verdicts = newJudge(world);
  const exploration: Exploration = {
    world,
    store,
    verdicts: verdicts.verdicts,
    statesWithNames: 0,
    actions: 0,
    complete: false,
    violation: undefined,
    decided: scenario.spec.learners.map(() => 0),
    disagreement: undefined,
    disagreements: 0,
  };
  let from = 0;
  const enter = (state: Int32Array) => {
    exploration.actions++;
    const names = canonicalise(world, state);
    const known = store.size;
    const number = visit(store, state, from);
    if (number < known) return;
    exploration.statesWithNames += names;
    tally(exploration, number, judge(verdicts, state), localFault(world, state));
  };
  enter(world.start.slice());
  exploration.actions = 0;
  const state = world.start.slice();
  for (; from < store.size; from++) {
    if (exploration.violation !== undefined || store.size > statesMax) return exploration;
    if (untilDisagreement && exploration.disagreement !== undefined) return exploration;
    read(store, from, state);
    forEachSuccessor(world, state, enter);
  }
  exploration.complete = exploration.violation === undefined;
  return exploration;
}

function localFault({ honest, locals }: World, state: Int32Array): string | undefined {
  for (let position = 0; position < honest.length; position++) {
    const { fault } = locals.all[state[position]!]!;
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function tally(
  exploration: Exploration,
  state: StateNumber,
  verdict: Verdict,
  local: string | undefined,
): void {
  const fault = local ?? verdict.fault;
  if (fault !== undefined) exploration.violation ??= { state, fault };
  for (let learner = 0; learner < verdict.decided.length; learner++) {
    if (verdict.decided[learner]!.length > 0) exploration.decided[learner]!++;
  }
  if (verdict.disagreeing.length === 0) return;
  exploration.disagreements++;
  exploration.disagreement ??= state;
}
