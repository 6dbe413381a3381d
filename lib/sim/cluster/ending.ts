/**
 * When a simulated cluster has come to its end, and what is missing if it never does.
 *
 * @module
 */

import { fullSet, hasMember, setOf } from "../../core/acceptor_set.ts";
import { type InstanceState, newAccounts, newInstance, step } from "../../core/instance.ts";
import { findStarved } from "../../core/starvation.ts";
import type { AcceptorSet, LearnerSet } from "../../core/types.ts";
import { messageOf } from "../../node/instances.ts";
import { broken } from "../../node/invariant.ts";
import type { Node } from "../../node/node.ts";
import type { ClusterWorld } from "./world.ts";

/** It is not asked whether a learner starves before so much calm, in milliseconds. */
const STARVES_AFTER_MS = 10_000;

/**
 * Who has not seen which learner decide where, a line each, though it has a quorum of honest members
 * that run, and a value has been offered there.
 */
export function undecided(world: ClusterWorld): string[] {
  const { graph, proposals } = world.scenario;
  const alive = aliveOf(world);
  const missing: string[] = [];
  for (const instance of new Set(proposals.map((proposal) => proposal.instance))) {
    const { excused } = world.judge.referee(instance);
    const starved = starvedIn(world, instance, alive & ~excused);
    const due = graph.spec.learners.filter((_, index) =>
      graph.quorums[index]!.satisfiedBy(alive & ~excused) &&
      ((starved >> BigInt(index)) & 1n) === 0n
    );
    for (const { stored, name } of world.up()) {
      const decided = new Set(stored.decisionsOf(instance).map(({ learner }) => learner));
      for (const learner of due) {
        if (decided.has(learner)) continue;
        missing.push(`${name} knows no decision of ${learner} in instance ${instance}`);
      }
    }
  }
  return missing;
}

/** Counts, at the end, what members have refused, and what has left their memory. */
export function countSeen(world: ClusterWorld): void {
  for (const { life, stored, configuration } of world.up()) {
    for (const [code, count] of life!.node.rejections) world.marks.mark(`code ${code}`, count);
    if (world.queue.nowMs < 2 * configuration.limits.instanceIdleMs) continue;
    const away = stored.instancesAfter(undefined, 100)
      .filter((instance) => life!.node.instances.get(instance) === undefined);
    if (away.length > 0) world.marks.mark("an instance leaves memory", away.length);
  }
}

function aliveOf(world: ClusterWorld): AcceptorSet {
  return setOf(
    world.up().map(({ index }) => index).filter((index) =>
      index < world.scenario.graph.acceptorCount
    ),
  );
}

/** The learners that provably cannot decide without the help of those who are not alive. */
function starvedIn(world: ClusterWorld, instance: bigint, alive: AcceptorSet): LearnerSet {
  const { graph, calmMs } = world.scenario;
  if (world.queue.nowMs < calmMs + STARVES_AFTER_MS) return 0n;
  const silent = fullSet(graph.acceptorCount) & ~alive;
  let starved = 0n;
  for (const { life } of world.up()) {
    const { node } = life!;
    const state = node.instances.get(instance)?.state ?? readBack(node, instance);
    starved |= findStarved(graph, state, silent);
  }
  if (starved !== 0n) world.marks.mark("a learner starves");
  return starved;
}

/** An instance that has left memory, as an observer sees it that reads the node's journal. */
function readBack({ context, ledger, options: { clock } }: Node, instance: bigint): InstanceState {
  const observer = { ...context, accounts: newAccounts(), self: undefined };
  const state = newInstance(observer, () => broken("votes-in-one-name", "an observer signs"));
  const now = clock.now();
  for (const record of ledger.ofInstance(instance)) {
    step(observer, state, { kind: "restore", message: messageOf(record), now });
  }
  return state;
}

/** Notes what each member that runs has kept: all of it has to reach all. */
export function noteKept(world: ClusterWorld): void {
  for (const member of world.up()) world.kept.set(member, member.stored.length);
}

/**
 * Looks whether all is over: everything is decided that must be, and what members had kept by then,
 * and not only when the world became calm, has reached everybody.
 */
export function lookAtEnd(world: ClusterWorld): () => boolean {
  let isDecided = false;
  return () => {
    if (undecided(world).length > 0) return false;
    if (!isDecided) noteKept(world);
    isDecided = true;
    return unspread(world) === undefined;
  };
}

/**
 * What an honest acceptor has said that one member had kept when that was noted and another has not
 * now; undefined if there is nothing. What villains say may be refused by some and not by
 * others, as long as nothing honest rests on it.
 */
export function unspread(world: ClusterWorld): string | undefined {
  const up = world.up();
  if (aliveOf(world) === 0n) return undefined;
  for (const [member, length] of world.kept) {
    if (!member.isUp) continue;
    for (const { id, instance } of member.stored.messagesFrom(0, length)) {
      const { honestIds, safe } = world.judge.referee(instance);
      const signer = honestIds.get(id);
      if (signer === undefined || !hasMember(safe, signer)) continue;
      const without = up.find(({ stored }) => stored.message(instance, id) === undefined);
      if (without === undefined) continue;
      return `${member.name} knows ${id.slice(0, 8)} of ${instance}, ${without.name} does not`;
    }
  }
  return undefined;
}
