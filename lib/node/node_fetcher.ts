/**
 * The fetcher of a node.
 *
 * @module
 */

import type { Limits } from "../wire/limits.ts";
import type { Clock } from "./clock.ts";
import { Fetcher } from "./fetcher.ts";
import type { Instances } from "./instances.ts";
import type { Ledger } from "./ledger.ts";
import type { LogRoom } from "./log/log_room.ts";
import type { NodeObserver } from "./node_types.ts";
import type { ProposalGate } from "./proposal_gate.ts";

/** What of a node it needs. */
export interface NodeFetcherParts {
  readonly clock: Clock;
  readonly limits: Limits;
  /** How long to wait for what may be on its way, in milliseconds. */
  readonly delayMs: number;
  readonly ledger: Ledger;
  readonly instances: Instances;
  readonly gate: ProposalGate;
  readonly observers: ReadonlySet<NodeObserver>;
  /** The log; undefined if there is none. */
  room(): LogRoom | undefined;
}

/** Makes it. */
export function nodeFetcher(
  { clock, limits, delayMs, ledger, instances, gate, observers, room }: NodeFetcherParts,
): Fetcher {
  return new Fetcher({
    ...{ clock, limits, delayMs },
    // What the log has left behind is never wanted.
    isKnown: (named) => ledger.has(named) || room()?.gate.place(named.instance) === "below",
    isEarly: ({ instance }, peer) => room()?.gate.isAheadOf(instance, peer) ?? false,
    isMissing: (id, instance) => instances.isMissing(id, instance),
    isHere: ({ instance, id }) => instances.get(instance)?.wires.has(id) ?? false,
    mayRefer: (wire, source) => gate.mayRefer(wire, source),
    ask: (requests) => observers.forEach((observer) => observer.wanted?.(requests)),
  });
}
