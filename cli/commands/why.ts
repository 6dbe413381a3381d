/**
 * Says by itself why nothing is decided: after three seconds without progress, then ever more rarely.
 *
 * @module
 */

import { explain, type Sentence, type Surroundings } from "../../lib/explain/explain.ts";
import { emptyPast } from "../../lib/core/past.ts";
import { newLearner } from "../../lib/core/learner.ts";
import type { Logger } from "../../lib/node/logger.ts";
import type { Node } from "../../lib/node/node.ts";
import type { RunningProcess } from "../../lib/process/process.ts";
import { valueText } from "./printing.ts";

/** How long nothing is said, in milliseconds; twice as long each time after. */
const PATIENCE_MS = 3_000;

/** Explains a learner of an instance as a node knows it. */
export function explainIn(
  node: Node,
  instance: bigint,
  learner: string,
  unable: Surroundings["unable"],
): Sentence[] {
  const { graph } = node.context;
  const surroundings = {
    ...{ graph, unable, now: node.options.clock.now() },
    valueText: (hash: Parameters<Surroundings["valueText"]>[0]) =>
      valueText(node.ledger.value(hash)),
  };
  const state = node.instances.get(instance)?.state ??
    { view: emptyPast(graph), learner: newLearner(graph), future: [] };
  return explain(surroundings, state, graph.spec.learners.indexOf(learner));
}

/** Acceptors that this process has no link with, each with why. */
export function unlinked({ peers }: Pick<RunningProcess, "peers">): Map<string, string[]> {
  return new Map(
    peers.lost().map(({ name, why }) => [name, [`no link with ${name} (${why})`]]),
  );
}

/** What is waited for: an instance, and a learner that has not decided there. */
export interface Awaited {
  readonly instance: bigint;
  readonly learner: string;
}

/** The worst that can be said of the first of what is waited for; undefined if nothing is. */
export function worst(
  running: Pick<RunningProcess, "node" | "peers">,
  [first]: readonly Awaited[],
): string | undefined {
  if (first === undefined) return undefined;
  const { instance, learner } = first;
  const [sentence] = explainIn(running.node, instance, learner, unlinked(running));
  return `instance ${instance} is not decided: ${sentence!.text}`;
}

/**
 * Logs the worst that can be said of what is waited for, as long as there is something.
 *
 * @param awaited What is waited for now.
 * @returns what ends it.
 */
export function sayWhy(
  running: Pick<RunningProcess, "node" | "peers">,
  log: Logger,
  awaited: () => readonly Awaited[],
): () => void {
  const { clock } = running.node.options;
  let since = "";
  let waitMs = PATIENCE_MS;
  let cancel = () => {};
  const look = () => {
    const now = awaited();
    const at = now.map(({ instance, learner }) => `${instance} ${learner}`).join();
    // Something has been decided: patience begins anew.
    if (at !== since) waitMs = PATIENCE_MS;
    else if (now.length > 0) {
      const text = worst(running, now);
      if (text !== undefined) log("warn", text);
      waitMs *= 2;
    }
    since = at;
    cancel = clock.after(waitMs, look);
  };
  since = awaited().map(({ instance, learner }) => `${instance} ${learner}`).join();
  cancel = clock.after(waitMs, look);
  return () => cancel();
}
