/**
 * Runs recorded steps again. What the core signs is named as it was named then: ids are in the
 * recording, and nothing here can compute them.
 *
 * @module
 */

import type { Identify, Standing } from "../core/acceptor.ts";
import type { Effect } from "../core/effects.ts";
import { type CoreContext, type InstanceState, newInstance, step } from "../core/instance.ts";
import { makeLearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorContent, MessageId } from "../core/types.ts";
import type { HeaderLine, StepLine } from "./format.ts";

/** Stands for the id of a draft whose content the recording does not have. */
const UNRECORDED = "a draft that the recording does not have" as MessageId;

/** An instance whose steps are run again. */
export interface Replayed {
  /** After the steps so far. */
  readonly state: InstanceState;
  /** What the line at hand says was sent: ids by content. */
  readonly drafts: Map<string, MessageId>;
  /** How many there were, those of proposers included. */
  steps: number;
}

/** What the instances of a recorded node share, but for what waits in them. */
export function contextOf({ graph, limits, self, windows }: HeaderLine): CoreContext {
  return { graph: makeLearnerGraph(graph), limits, self, windows };
}

/** An instance in which nothing has happened, as the recording opens it. */
export function openAgain(context: CoreContext, standing: Standing): Replayed {
  const drafts = new Map<string, MessageId>();
  const identify: Identify = (content) => drafts.get(contentKey(content)) ?? UNRECORDED;
  return { state: newInstance(context, identify, standing), drafts, steps: 0 };
}

/**
 * One recorded step again; `steps` is the caller's to count.
 *
 * @returns what the core does now.
 * @throws what the core throws.
 */
export function stepAgain(
  context: CoreContext,
  { state, drafts }: Replayed,
  { input, effects }: StepLine,
): Effect[] {
  for (const effect of effects) {
    if (effect.kind === "send") drafts.set(contentKey(effect.message), effect.message.id);
  }
  try {
    return step(context, state, input);
  } finally {
    drafts.clear();
  }
}

function contentKey({ signer, prev, refs }: AcceptorContent): string {
  return `${signer} ${prev ?? ""} ${refs.join(" ")}`;
}
