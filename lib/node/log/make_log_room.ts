/**
 * Puts a log into a node whose configuration has one.
 *
 * @module
 */

import { logContextOf } from "../../config/log_context.ts";
import type { Effect } from "../../core/effects.ts";
import type { Ledger } from "../ledger.ts";
import type { NodeObserver, NodeOptions, Proposing, RunningInstance } from "../node_types.ts";
import { turnOf } from "../proposing.ts";
import { LogRoom } from "./log_room.ts";
import { LogTending } from "./log_tending.ts";

/** What of a node its log needs. */
export interface LogHost {
  readonly options: Pick<NodeOptions, "configuration" | "votes" | "clock" | "log" | "verifier">;
  readonly ledger: Ledger;
  readonly instances: {
    get(id: bigint): RunningInstance | undefined;
    letGo(below: bigint): void;
  };
  /** Whether it has asked its peers what it has forgotten. */
  readonly votes: boolean;
  /** Brings an instance to memory, if there is room. */
  bringBack(instance: bigint): void;
  /** Has what happened kept. */
  settled(): void;
  /** Offers a value in an instance. */
  propose(instance: bigint, proposing: Proposing, value: Uint8Array): unknown;
  /** Stops offering one. */
  stopProposing(instance: bigint, proposing: Proposing): void;
}

/**
 * The log of a node, which is told of all that the node's instances do; undefined if it has none.
 *
 * @param observers Of the node: the log becomes one, and tells them what is to be said.
 * @param forgetting How messages are deleted.
 */
export function makeLogRoom(
  host: LogHost,
  observers: Set<NodeObserver>,
  { forget }: Pick<Ledger, "forget">,
): LogRoom | undefined {
  const { configuration, votes, clock, log, verifier } = host.options;
  const plain = logContextOf(configuration);
  if (plain === undefined) return undefined;
  const context = { ...plain, verify: verifier?.signed ?? plain.verify };
  const { self, signer, limits } = configuration;
  const index = votes ? self.acceptorIndex : undefined;
  const room = new LogRoom({
    ...{ context, clock, log, forget, ledger: host.ledger, self: index },
    turn: index === undefined ? undefined : turnOf(configuration),
    sign: (bytes) => signer.sign(bytes),
    isRecovering: () => !host.votes,
    settled: () => host.settled(),
    letGo: (below) => host.instances.letGo(below),
    known: (instance) => host.instances.get(instance)?.state,
    propose: (instance, proposing, value) => host.propose(instance, proposing, value),
    stop: (instance, proposing) => host.stopProposing(instance, proposing),
    snapshotBytesMax: Math.floor(limits.envelopeBytesMax / 4),
  });
  const tending = new LogTending({
    ...{ room, clock, graph: configuration.graph },
    mayClose: () => host.votes,
    bringBack(instance) {
      if (host.instances.get(instance) === undefined) host.bringBack(instance);
      return host.instances.get(instance)?.state;
    },
  });
  room.onClose(() => tending.close());
  for (const name of configuration.abandoned) {
    room.step({ kind: "abandon", learner: configuration.graph.spec.learners.indexOf(name) });
  }
  observers.add({ stepped: (instance, effects) => follow(room, instance, effects) });
  room.onSaying((saying) => observers.forEach((observer) => observer.said?.(saying)));
  return room;
}

function follow(room: LogRoom, instance: bigint, effects: readonly Effect[]): void {
  let hasMoved = false;
  for (const effect of effects) {
    if (effect.kind === "decide") {
      const { learner, ballot } = effect.decision;
      room.decided(learner, instance, ballot.valueHash);
    }
    hasMoved ||= effect.kind === "deliver" || effect.kind === "send";
  }
  if (hasMoved) room.moved(instance);
}
