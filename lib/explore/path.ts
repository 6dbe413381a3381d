/**
 * How a state was reached, as a script that can be run again.
 *
 * @module
 */

import type { AcceptorMessage, MessageId } from "../core/types.ts";
import type { Exploration } from "./explore.ts";
import { judge, newJudge } from "./judge.ts";
import { renameMessage, signerOf } from "./messages.ts";
import { read, type StateNumber } from "./store.ts";
import type { Permutation } from "./symmetry.ts";
import { deliverTo, NOTHING } from "./locals.ts";
import {
  type Action,
  canonicalise,
  forEachSuccessor,
  renameState,
  type World,
  type WorldState,
} from "./world.ts";
import { ruleText } from "../sim/script.ts";

/**
 * The actions from the start to a state, or to one that only names tell apart from it.
 * Costs a search among the successors of each state on the way.
 */
export function pathTo({ world, store }: Exploration, target: StateNumber): Action[] {
  const trail: StateNumber[] = [target];
  while (trail[0] !== 0) trail.unshift(store.parents[trail[0]!]!);
  const identity = world.group[0]!;
  let naming: Permutation = identity;
  const path: Action[] = [];
  const from = world.start.slice();
  const to = world.start.slice();
  for (let i = 1; i < trail.length; i++) {
    read(store, trail[i - 1]!, from);
    read(store, trail[i]!, to);
    const [action, renaming] = actionBetween(world, from, to);
    path.push({
      to: action.to === undefined ? undefined : naming[action.to],
      message: renameMessage(world.messages, action.message, naming),
    });
    // The state found is `to` after undoing the renaming that made it canonical.
    naming = identity.map((acceptor) => naming[renaming.indexOf(acceptor)]!);
  }
  return path;
}

/** An action that leads to a state like `to`, and the renaming that makes it `to`. */
function actionBetween(world: World, from: WorldState, to: WorldState): [Action, Permutation] {
  let found: [Action, Permutation] | undefined;
  const given = world.start.slice();
  forEachSuccessor(world, from, (next, acceptor, message) => {
    if (found !== undefined) return;
    given.set(next);
    canonicalise(world, next);
    if (!sameState(next, to)) return;
    const renaming = world.group.find((each) => sameState(renameState(world, given, each), to))!;
    found = [{ to: acceptor, message }, renaming];
  });
  if (found === undefined) throw new Error("no action leads from a state to one it was found from");
  return found;
}

function sameState(a: WorldState, b: WorldState): boolean {
  return a.every((word, position) => word === b[position]);
}

/** The path to a state as a script that ends with what has come of it. */
export function scriptTo(exploration: Exploration, target: StateNumber, title: string): string {
  const { world } = exploration;
  const { trusted: { spec }, scenario } = world;
  const names = new Map<number, string>();
  const lines = [`# ${title}`, ...describe(world)];
  scenario.offers.forEach(({ seconds, value }, offer) => {
    names.set(offer, `p${offer + 1}`);
    lines.push(`propose p${offer + 1} ${value} at ${seconds}`);
  });
  const state = world.first.slice();
  const nameChains = () => {
    world.honest.forEach((acceptor, position) => {
      world.locals.all[state[position]!]!.chain.forEach((message, index) =>
        names.set(message, `${spec.acceptors[acceptor]}.${index + 1}`)
      );
    });
  };
  for (const { to, message } of [...world.prefix, ...pathTo(exploration, target)]) {
    if (to === undefined) {
      lines.push(sendLine(world, message, names));
      continue;
    }
    lines.push(`deliver ${names.get(message)} to ${spec.acceptors[to]}`);
    const position = world.honest.indexOf(to);
    state[position] = deliverTo(world.locals, state[position]!, message);
    if (state[position] === NOTHING) throw new Error("the path cannot be taken again");
    nameChains();
  }
  return [...lines, ...outcome(exploration, target), ""].join("\n");
}

function describe({ trusted: { spec }, scenario: { byzantine } }: World): string[] {
  const { acceptors, learners, quorums, safety, burial } = spec;
  const lines = [`acceptors ${acceptors.join(" ")}`];
  if (byzantine.length > 0) {
    lines.push(`byzantine ${byzantine.map((acceptor) => acceptors[acceptor]).join(" ")}`);
  }
  lines.push(`burial ${burial}`);
  quorums.forEach((rule, index) =>
    lines.push(`learner ${learners[index]} ${ruleText(rule, acceptors)}`)
  );
  for (const { a, b, safe } of safety) {
    lines.push(`safe ${learners[a]} ${learners[b]} ${ruleText(safe, acceptors)}`);
  }
  return lines;
}

/** The line that sends a Byzantine message, which gets its name by it. */
function sendLine(world: World, number: number, names: Map<number, string>): string {
  const { messages, trusted: { spec } } = world;
  const { prev, refs } = messages.entries[number]!.message as AcceptorMessage;
  const nameOf = (id: MessageId) => names.get(messages.numbers.get(id)!)!;
  const signer = spec.acceptors[signerOf(messages, number)]!;
  const before = [...names.values()].filter((name) => name.startsWith(`${signer}.`));
  const name = `${signer}.${before.length + 1}`;
  const others = refs.filter((ref) => ref !== prev).map(nameOf).sort();
  names.set(number, name);
  const words = ["send", name, "prev", prev === undefined ? "none" : nameOf(prev), "refs"];
  return [...words, ...others].join(" ");
}

function outcome({ world, store }: Exploration, target: StateNumber): string[] {
  const { learners } = world.trusted.spec;
  const state = world.start.slice();
  read(store, target, state);
  const { decided, disagreeing } = judge(newJudge(world), state);
  const lines = decided.map((values, learner) =>
    `expect ${learners[learner]} decided ${values.length === 0 ? "nothing" : values.join(" ")}`
  );
  if (disagreeing.length === 0) return [...lines, "expect disagreement none"];
  return [
    ...lines,
    ...disagreeing.map(([a, b]) => `expect disagreement ${learners[a]} ${learners[b]}`),
  ];
}
