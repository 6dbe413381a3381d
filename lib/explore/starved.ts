/**
 * States from which a learner can never decide within the bounds, found on the explored graph
 * itself: those from which no state where it has decided can be reached.
 *
 * @module
 */

import type { LearnerIndex } from "../core/types.ts";
import type { Exploration } from "./explore.ts";
import { judge, newJudge } from "./judge.ts";
import type { MessageNumber } from "./messages.ts";
import { find, read, type StateNumber } from "./store.ts";
import { canonicalise, forEachSuccessor } from "./world.ts";

/**
 * The states where a learner has not decided and does so in no continuation.
 *
 * Every action adds one message to what somebody knows or has sent and nothing is forgotten, so
 * successors have higher numbers than the states they follow, and one pass backwards is enough.
 *
 * @throws Error if the exploration is not complete.
 */
export function starvedStates(exploration: Exploration, learner: LearnerIndex): StateNumber[] {
  const { world, store, complete } = exploration;
  if (!complete) throw new Error("not all states are known");
  const verdicts = newJudge(world);
  const decides = new Uint8Array(store.size);
  const state = world.start.slice();
  const starved: StateNumber[] = [];
  for (let number = store.size - 1; number >= 0; number--) {
    read(store, number, state);
    let some = judge(verdicts, state).decided[learner]!.length > 0;
    if (!some) {
      forEachSuccessor(world, state, (next) => {
        if (some) return;
        canonicalise(world, next);
        const successor = find(store, next);
        if (successor <= number) throw new Error("a successor was found before its predecessor");
        some = decides[successor] === 1;
      });
    }
    if (some) decides[number] = 1;
    else starved.push(number);
  }
  return starved.reverse();
}

/** Whether nobody has received a 1a yet, so that its whole ballot lies ahead. */
export function isAhead(
  { world, store }: Exploration,
  number: StateNumber,
  offer: MessageNumber,
): boolean {
  const state = world.start.slice();
  read(store, number, state);
  const { id } = world.messages.entries[offer]!.message;
  return world.honest.every((_, position) =>
    !world.locals.all[state[position]!]!.instance.dag.has(id)
  );
}
