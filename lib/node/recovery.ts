/**
 * When an acceptor may vote: not before it has asked its peers which messages of its own they know,
 * for it may have forgotten some (a disk restored from a backup, or lost).
 *
 * @module
 */

import type { AcceptorIndex, AcceptorSet } from "../core/types.ts";
import type { Cancel } from "./clock.ts";
import type { Node } from "./node.ts";

/** Asks once, at the start of a process. */
export class Recovery {
  readonly #node: Node;
  readonly #self: AcceptorIndex;
  /** Acceptors, this one included, from which nothing more can be learned. */
  #heard: AcceptorSet;
  #patient = true;
  #done = false;
  #cancel: Cancel;

  /** @param graceMs How long to wait for peers that do not answer, if the others suffice. */
  constructor(node: Node, self: AcceptorIndex, graceMs: number) {
    this.#node = node;
    this.#self = self;
    this.#heard = 1n << BigInt(self);
    this.#cancel = node.options.clock.after(graceMs, () => {
      this.#patient = false;
      this.#check();
    });
    this.#check();
  }

  /** A peer has shown all that it knew when the link came up. */
  heardFrom(name: string): void {
    const index = this.#node.context.graph.spec.acceptors.indexOf(name);
    if (index < 0 || this.#done) return;
    this.#heard |= 1n << BigInt(index);
    this.#check();
  }

  /** Votes no more. */
  close(): void {
    this.#done = true;
    this.#cancel();
  }

  /**
   * Everybody has answered; or those who have, with this acceptor, are a quorum of some learner.
   * With fewer it could not help anybody to decide anyway.
   */
  #check(): void {
    const { graph } = this.#node.context;
    const all = (1n << BigInt(graph.acceptorCount)) - 1n;
    const enough = this.#heard === all ||
      (!this.#patient && graph.quorums.some((quorums) => quorums.satisfiedBy(this.#heard)));
    if (!enough || this.#done) return;
    this.close();
    const names = graph.spec.acceptors;
    const silent = names.filter((_, i) => ((this.#heard >> BigInt(i)) & 1n) === 0n);
    const count = this.#node.outcomes.adopted;
    const found = count === 0
      ? "peers know no message of ours that we do not"
      : `took back ${count} messages of our own from peers`;
    const unheard = silent.length === 0 ? "" : `; not heard from ${silent.join(", ")}`;
    this.#node.options.log(
      count === 0 ? "info" : "warn",
      `${names[this.#self]} votes from now on: ${found}${unheard}`,
      { adopted: count },
    );
    this.#node.startVoting();
  }
}
