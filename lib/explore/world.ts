/**
 * The whole: one state for every honest acceptor, and what the Byzantine ones have sent. What is
 * not delivered is on its way for ever, so nothing else needs to be remembered.
 *
 * @module
 */

import { setOf } from "../core/acceptor_set.ts";
import { type LearnerGraph, makeLearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex } from "../core/types.ts";
import { newPools, type Pools, poolsAfter, renamePool } from "./byzantine.ts";
import { deliverTo, firstLocal, type Locals, newLocals, NOTHING } from "./locals.ts";
import { renameLocal } from "./locals.ts";
import { type MessageNumber, type Messages, newMessages } from "./messages.ts";
import { automorphisms, identityOnly, type Permutation } from "./symmetry.ts";
import { type ExploredCore, honestOf, type Scenario } from "./types.ts";

/** State of the whole: a local state by honest acceptor, then what the Byzantine ones have sent. */
export type WorldState = Int32Array;

/** A scenario made ready. */
export interface World {
  readonly scenario: Scenario;
  readonly core: ExploredCore;
  /** Made by lib/core itself even if a mutated copy is explored: it is what judges. */
  readonly trusted: LearnerGraph;
  readonly honest: readonly AcceptorIndex[];
  readonly messages: Messages;
  readonly locals: Locals;
  readonly pools: Pools;
  /** The renamings under which states count as one; the identity comes first. */
  readonly group: readonly Permutation[];
  /** For each of the group, by position in a state: the position it is filled from. */
  readonly origins: readonly (readonly number[])[];
  /** Before anything has happened. */
  readonly first: WorldState;
  /** What happens before the exploration begins. */
  readonly prefix: readonly Action[];
  /** Where it begins. */
  readonly start: WorldState;
  /** Used again and again by the functions below. */
  readonly scratch: { readonly given: WorldState; readonly next: WorldState };
}

/** What happens between two states. */
export interface Action {
  /** To whom the message is delivered; undefined if a Byzantine acceptor sends it. */
  readonly to: AcceptorIndex | undefined;
  readonly message: MessageNumber;
}

/** Prepares a scenario. */
export function makeWorld(core: ExploredCore, scenario: Scenario): World {
  const { spec, byzantine, bounds, offers } = scenario;
  const graph = core.makeLearnerGraph(spec);
  const trusted = makeLearnerGraph(spec);
  const honest = honestOf(scenario);
  const messages = newMessages(core, graph, offers);
  const locals = newLocals(messages, setOf(honest), scenario.outOfOrder ?? false);
  const pools = newPools(messages, byzantine, bounds ?? { messages: 0, refs: 0 });
  const first = new Int32Array(honest.length + 1);
  honest.forEach((acceptor, position) => first[position] = firstLocal(locals, acceptor));
  const { start, prefix } = runPrefix(scenario, locals, honest, first);
  const all = scenario.symmetry ?? true ? automorphisms(trusted, byzantine) : identityOnly(trusted);
  const group = all.filter((permutation) => {
    const renamed = renameState({ locals, pools, honest }, start, permutation);
    return renamed.every((word, position) => word === start[position]);
  });
  const origins = group.map((permutation) => originsOf(honest, permutation));
  const scratch = { given: start.slice(), next: start.slice() };
  const parts = { scenario, core, trusted, honest, messages, locals, pools };
  return { ...parts, group, origins, first, prefix, start, scratch };
}

function runPrefix(
  { prefix = [], offers }: Scenario,
  locals: Locals,
  honest: readonly AcceptorIndex[],
  first: WorldState,
): { start: WorldState; prefix: Action[] } {
  const start = first.slice();
  const names = locals.messages.graph.spec.acceptors;
  const messageOf = (name: string): MessageNumber => {
    const offer = offers.findIndex((_, index) => name === `p${index + 1}`);
    if (offer >= 0) return offer;
    const [signer, ordinal] = name.split(".");
    const position = honest.indexOf(names.indexOf(signer!));
    const message = locals.all[start[position]!]?.chain[Number(ordinal) - 1];
    if (message === undefined) throw new RangeError(`nobody has sent ${name} yet`);
    return message;
  };
  const actions = prefix.map(([name, to]): Action => {
    const position = honest.indexOf(to);
    const message = messageOf(name);
    const next = deliverTo(locals, start[position]!, message);
    if (next === NOTHING) throw new RangeError(`${name} cannot be delivered to ${names[to]}`);
    start[position] = next;
    return { to, message };
  });
  return { start, prefix: actions };
}

function originsOf(honest: readonly AcceptorIndex[], permutation: Permutation): number[] {
  return honest.map((acceptor) => honest.indexOf(permutation.indexOf(acceptor)));
}

/** The state with all acceptors renamed. */
export function renameState(
  { locals, pools, honest }: Pick<World, "locals" | "pools" | "honest">,
  state: WorldState,
  permutation: Permutation,
): WorldState {
  const renamed = new Int32Array(state.length);
  originsOf(honest, permutation).forEach((from, position) => {
    renamed[position] = renameLocal(locals, state[from]!, permutation);
  });
  renamed[honest.length] = renamePool(pools, state[honest.length]!, permutation);
  return renamed;
}

/**
 * Replaces a state by the least of those that only names tell apart from it.
 *
 * @returns How many different states it stands for.
 */
export function canonicalise(world: World, state: WorldState): number {
  const { group, origins, locals, pools } = world;
  if (group.length === 1) return 1;
  const last = state.length - 1;
  const given = world.scratch.given;
  given.set(state);
  let same = 1;
  for (let index = 1; index < group.length; index++) {
    const permutation = group[index]!;
    const origin = origins[index]!;
    let order = 0;
    for (let position = 0; position <= last; position++) {
      const word = position === last
        ? renamePool(pools, given[last]!, permutation)
        : renameLocal(locals, given[origin[position]!]!, permutation);
      if (order === 0) order = word - state[position]!;
      if (order > 0) break;
      if (order < 0) state[position] = word;
    }
    if (order < 0) same = 1;
    else if (order === 0) same++;
  }
  return group.length / same;
}

/** Calls `visitor` with each state that follows in one action. `next` is used again: copy it. */
export function forEachSuccessor(
  world: World,
  state: WorldState,
  visitor: (next: WorldState, to: AcceptorIndex | undefined, message: MessageNumber) => void,
): void {
  const { honest, locals, pools, messages: { offerCount }, scratch: { next } } = world;
  const { skipFinished = false } = world.scenario;
  const last = state.length - 1;
  const pool = pools.all[state[last]!]!;
  const attempt = (position: number, message: MessageNumber) => {
    const result = deliverTo(locals, state[position]!, message);
    if (result === NOTHING) return;
    next.set(state);
    next[position] = result;
    visitor(next, honest[position], message);
  };
  for (let position = 0; position < last; position++) {
    const { known, finished } = locals.all[state[position]!]!;
    if (finished && skipFinished) continue;
    for (let offer = 0; offer < offerCount; offer++) attempt(position, offer);
    for (let other = 0; other < last; other++) {
      if (other === position) continue;
      const { chain } = locals.all[state[other]!]!;
      const upTo = locals.outOfOrder ? chain.length : known[honest[other]!]! + 1;
      for (let at = known[honest[other]!]!; at < upTo && at < chain.length; at++) {
        attempt(position, chain[at]!);
      }
    }
    for (const message of pool) attempt(position, message);
  }
  if (pool.length >= pools.bounds.messages) return;
  const chains = honest.map((_, position) => locals.all[state[position]!]!.chain);
  for (const more of poolsAfter(pools, state[last]!, chains)) {
    next.set(state);
    next[last] = more;
    visitor(next, undefined, pools.all[more]!.find((message) => !pool.includes(message))!);
  }
}
