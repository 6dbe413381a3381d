/**
 * What a process says of the instances in which not all learners have decided.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { addMs, msBetween } from "../core/types.ts";
import { ownerOf } from "../core/windows.ts";
import { windowAt, windowStartMs } from "../core/schedule.ts";
import { hasDecided } from "../core/learner.ts";
import type { Node } from "../node/node.ts";
import type { RunningInstance } from "../node/node_types.ts";
import { encodeBallot } from "../wire/codec.ts";
import {
  type OpenInstance,
  OpenInstanceSchema,
  type WhyOpen,
  WhyOpenSchema,
} from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { explainIn, unlinked } from "./explaining.ts";
import type { Peers } from "./peers.ts";

/** How many are told, at most: the newest. */
const OPEN_MAX = 20;

/** Of how many of these it is told why, for how many learners, and in how many characters. */
const WHY_MAX = { instances: 5, learners: 4, characters: 400 };

/** A ballot that is younger needs no explanation, in milliseconds. */
const YOUNG_MS = 1_000;

/**
 * The newest in use in which not all learners have decided, in order. Costs O(instances in memory), and
 * what it takes to explain a few.
 */
export function openInstances(node: Node, peers: Pick<Peers, "lost">): OpenInstance[] {
  const { learnerCount } = node.context.graph;
  return node.instances.all
    .filter(({ state: { learner } }) =>
      Array.from({ length: learnerCount }, (_, index) => index)
        .some((index) => !hasDecided(learner, index))
    )
    .toSorted((a, b) => a.id < b.id ? -1 : 1)
    .slice(-OPEN_MAX)
    .map((running, index, { length }) => ({
      ...tell(node, running),
      why: index < length - WHY_MAX.instances ? [] : whyOpen(node, peers, running),
    }));
}

/** How old the first ballot is of the open instance whose is oldest, in milliseconds; 0 if none is. */
export function oldestUndecidedMs({ instances, options, context: { graph } }: Node): number {
  const now = options.clock.now();
  const ages = instances.all.flatMap(({ state: { lowest1a, learner } }) =>
    lowest1a === undefined || graph.quorums.every((_, index) => hasDecided(learner, index))
      ? []
      : [msBetween(lowest1a.facts.ballot, now)]
  );
  return ages.reduce((most, age) => Math.max(most, age), 0);
}

/** Why learners have not decided: the first sentence for each. */
function whyOpen(
  node: Node,
  peers: Pick<Peers, "lost">,
  { id, state: { view, learner } }: RunningInstance,
): WhyOpen[] {
  const ballot = view.highest1a?.facts.ballot;
  const { graph, self } = node.context;
  if (ballot === undefined || msBetween(ballot, node.options.clock.now()) < YOUNG_MS) return [];
  const unable = unlinked(peers);
  const name = self === undefined ? undefined : graph.spec.acceptors[self];
  if (name !== undefined && !node.votes) unable.set(name, [`${name} does not vote yet`]);
  return graph.spec.learners.filter((_, index) => !hasDecided(learner, index))
    .slice(0, WHY_MAX.learners)
    .map((learner) => {
      const { cause, text } = explainIn(node, id, learner, { unable })[0]!;
      return create(WhyOpenSchema, { learner, cause, text: text.slice(0, WHY_MAX.characters) });
    });
}

function tell(node: Node, { id, state }: RunningInstance): OpenInstance {
  const { proposers } = node.options.configuration;
  const highest = state.view.highest1a?.facts.ballot;
  const held = [...state.held.values()].map(({ proposal: { ballot } }) => ballot.proposer);
  const { standing } = state.acceptor ?? {};
  return create(OpenInstanceSchema, {
    instance: id,
    ...highest && { highest: encodeBallot(highest) },
    waiting: BigInt(state.inbox.waiting.size + state.future.length + state.held.size),
    ...windowOf(node, state),
    held: [...new Set(held)].flatMap((index) => proposers[index]?.name ?? []).toSorted(),
    silent: node.votes && standing !== undefined && standing !== "votes",
  });
}

/** Whose window it is, and for how long; nothing if this process keeps none. */
function windowOf(
  { context: { windows: rule }, options: { clock, configuration } }: Node,
  { windows: { origin, first }, acceptor }: RunningInstance["state"],
): { windowOwner?: string; windowLeftMs?: bigint } {
  if (rule === undefined || origin === undefined || acceptor === undefined) return {};
  const now = clock.now();
  const index = windowAt(rule.windowMsMin, msBetween(origin, now));
  const owner = ownerOf(rule, first, index);
  const windowOwner = typeof owner === "number" ? configuration.proposers[owner]?.name : undefined;
  const ends = addMs(origin, windowStartMs(rule.windowMsMin, index + 1));
  const leftMs = Math.max(0, Math.round(msBetween(now, ends)));
  return { ...windowOwner === undefined ? {} : { windowOwner }, windowLeftMs: BigInt(leftMs) };
}
