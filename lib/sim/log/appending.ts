/**
 * How an honest acceptor's appending is carried out in the world of one log.
 *
 * @module
 */

import type { CoordinatorEffect, CoordinatorView } from "../../log/coordinator_state.ts";
import type { Position } from "../../log/types.ts";
import type { Honest, Stage } from "./stage.ts";

/** What its coordinator sees now. */
export function viewOf(
  { context, scenario, queue }: Stage,
  { index, coordinator, state }: Honest,
): CoordinatorView {
  return {
    context,
    settings: scenario.appending,
    self: index,
    state: coordinator,
    log: state,
    nowMs: queue.nowMs,
  };
}

/** Does what its coordinator wants; `hear` is told of its own proposals. */
export function carryOut(
  stage: Stage,
  from: number,
  effects: readonly CoordinatorEffect[],
  hear: (instance: Position, value: Uint8Array) => void,
): void {
  for (const effect of effects) {
    if (effect.kind === "propose") {
      const { instance, value } = effect;
      stage.broadcast(from, { kind: "proposal", instance, value });
      hear(instance, value);
    } else if (effect.kind === "hand over") {
      stage.send(from, effect.to, { kind: "hand over", record: effect.record });
    } else {
      stage.marks.mark("a take-over");
    }
  }
}
