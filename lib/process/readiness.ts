/**
 * Whether a process can do its part now, and if not, why.
 *
 * @module
 */

import { setOf } from "../core/acceptor_set.ts";
import { describeRule } from "../config/rule_text.ts";
import { listNames } from "../wire/names.ts";
import type { Node } from "../node/node.ts";
import type { Peers } from "./peers.ts";

/** What is looked at. */
export interface Ready {
  readonly node: Node;
  readonly peers: Pick<Peers, "status">;
  /** From whom an acceptor waits to hear before it votes. */
  waitsFor(): readonly string[];
}

/**
 * Why a process is not ready: an acceptor that does not vote yet, or nobody's quorum within reach.
 * Empty if it is. Whether others vote is not known here.
 */
export function whyNotReady({ node, peers, waitsFor }: Ready): string[] {
  const { graph, self } = node.context;
  const { acceptors, quorums } = graph.spec;
  const why: string[] = [];
  if (self !== undefined && !node.votes) {
    why.push(`does not vote yet: it waits to hear from ${listNames(waitsFor())}`);
  }
  const connected = new Set(reached(peers));
  const near = setOf(
    acceptors.flatMap((name, i) => i === self || connected.has(name) ? [i] : []),
  );
  if (!graph.quorums.some((quorum) => quorum.satisfiedBy(near))) {
    const away = acceptors.filter((name, i) => i !== self && !connected.has(name));
    const needs = graph.spec.learners.map((learner, i) =>
      `${learner} needs ${describeRule(quorums[i]!, acceptors)}`
    );
    why.push(`no quorum in reach: no link with ${listNames(away)}; ${listNames(needs, 3)}`);
  }
  return why;
}

/** Acceptors that are connected, by name. */
export function reached(peers: Pick<Peers, "status">): string[] {
  return peers.status().filter(({ connected }) => connected).map(({ name }) => name);
}
