/**
 * Waiting for what a node only calls back for: it knows no promises.
 *
 * @module
 */

import type { Node } from "../node/node.ts";
import type { Proposing } from "../node/proposing.ts";

/**
 * Settles when a proposal has ended: true if the learners that it serves have decided, but for those
 * starved for good; false if it was stopped.
 */
export function endOf(proposing: Proposing): Promise<boolean> {
  return settled(proposing, ({ decided }) => decided);
}

/**
 * Settles as soon as all learners but those that are starved as far as is known have decided (true),
 * at the latest when the proposal has ended. The proposer goes on: if somebody else is caught, it
 * serves them again.
 */
export function restOf(proposing: Proposing): Promise<boolean> {
  return settled(proposing, ({ hasRested, decided }) => hasRested ? true : decided);
}

/** Settles when something is defined, and with it. */
function settled(
  proposing: Proposing,
  look: (proposing: Proposing) => boolean | undefined,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const watcher = () => {
    const found = look(proposing);
    if (found === undefined) return;
    proposing.watchers.delete(watcher);
    resolve(found);
  };
  proposing.watchers.add(watcher);
  watcher();
  return promise;
}

/** Settles when all that has happened at a node so far is kept, so that it can be told. */
export function allKept(node: Pick<Node, "whenKept">): Promise<void> {
  return new Promise((resolve) => node.whenKept(resolve));
}
