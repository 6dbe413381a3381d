/**
 * Four acceptors, three of which suffice, that keep a log of the same values; and what they make.
 *
 * @module
 */

import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { stepLog } from "../../lib/log/log.ts";
import { encodeBatch } from "../../lib/log/record.ts";
import type { Checkpoint, Signed } from "../../lib/log/statement.ts";
import { type LogEffect, type LogMember, type LogState, newLogState } from "../../lib/log/state.ts";
import type { LogContext, LogSettings } from "../../lib/log/types.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { simulatedContext, simulatedSigner } from "../../lib/sim/log/context.ts";

/** Small ones. */
export const SETTINGS: LogSettings = {
  windowMax: 4,
  spreadMax: 16,
  checkpointEvery: 2,
  clientsMax: 4,
  pipelineMax: 2,
  batchBytesMax: 1_000,
  retain: { entries: 3, bytes: 1_000 },
};

/** A member with what it has done. */
export interface Keeper {
  readonly member: LogMember;
  readonly state: LogState;
  readonly effects: LogEffect[];
}

/** Any 3 of 4 acceptors decide for each learner, unless `sizes` says otherwise. */
export function makeContext(sizes: readonly number[] = [3], settings = SETTINGS): LogContext {
  const graph = makeLearnerGraph(thresholds(4, sizes, "TECHNICAL_REPORT"));
  return simulatedContext(graph, settings);
}

/** Acceptor `index`, or somebody who only watches. */
export function makeKeeper(context: LogContext, index?: number): Keeper {
  const signer = index === undefined ? undefined : simulatedSigner(index);
  return { member: { context, signer }, state: newLogState(context), effects: [] };
}

/** The value at a position: one record of its own. */
export function valueAt(position: number): Uint8Array {
  return encodeBatch([{
    client: `client ${position % 3}`,
    sequence: 1 + position,
    payload: new Uint8Array([position]),
  }]);
}

/** Takes an input, and remembers what came of it. */
export function tell(keeper: Keeper, input: Parameters<typeof stepLog>[2]): LogEffect[] {
  const effects = stepLog(keeper.member, keeper.state, input);
  keeper.effects.push(...effects);
  return effects;
}

/** All learners of all keepers decide up to a position; then each hears what the others state. */
export function advance(keepers: readonly Keeper[], to: number, value = valueAt): void {
  for (const keeper of keepers) {
    const { learners } = keeper.state;
    for (let instance = 0; instance < to; instance++) {
      learners.forEach((log, learner) => {
        if (log.has(instance)) return;
        tell(keeper, { kind: "decided", learner, instance, value: value(instance) });
      });
    }
  }
  const said = keepers.flatMap(stated);
  for (const keeper of keepers) {
    for (const signed of said) tell(keeper, { kind: "statement", signed });
  }
}

/** The statements that a keeper has sent. */
export function stated({ effects }: Keeper): Signed<Checkpoint>[] {
  return effects.flatMap((effect) => effect.kind === "send checkpoint" ? [effect.signed] : []);
}
