/**
 * When an acceptor may vote: not before it has asked its peers which messages of its own they know,
 * for it may have forgotten some (a disk restored from a backup, or lost).
 *
 * @module
 */

import type { AcceptorIndex, AcceptorSet } from "../core/types.ts";
import type { Cancel } from "./clock.ts";
import type { Node } from "./node.ts";

/** After how long it is said for whom an acceptor waits before it votes, and how rarely in the end. */
const SAID_MS = { first: 3_000, most: 60_000 };

/** Asks once, at the start of a process. */
export class Recovery {
  readonly #node: Node;
  readonly #self: AcceptorIndex;
  /** Acceptors, this one included, from which nothing more can be learned. */
  #heard: AcceptorSet;
  #patient = true;
  #done = false;
  #cancel: Cancel;
  #cancelSaying: Cancel = () => {};

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
    this.#saySoon(SAID_MS.first);
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
    this.#cancelSaying();
  }

  /** Says, from time to time, for whom it waits, and for how much. */
  #saySoon(waitMs: number): void {
    if (this.#done) return;
    const { clock, log } = this.#node.options;
    this.#cancelSaying = clock.after(waitMs, () => {
      const { lacking } = this.#node.fetcher;
      const names = this.#silent.map((name) => {
        const count = lacking.get(name);
        return count === undefined ? name : `${name} (${count} messages that it offers)`;
      });
      const self = this.#node.context.graph.spec.acceptors[this.#self]!;
      log("warn", `${self} does not vote yet: it waits to hear from ${names.join(", ")}`);
      this.#saySoon(Math.min(2 * waitMs, SAID_MS.most));
    });
  }

  /** Those from whom it waits to hear; nobody once it votes. */
  get waitsFor(): string[] {
    return this.#done ? [] : this.#silent;
  }

  /** Those who have not told what they know. */
  get #silent(): string[] {
    const { acceptors } = this.#node.context.graph.spec;
    return acceptors.filter((_, i) => ((this.#heard >> BigInt(i)) & 1n) === 0n);
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
    const silent = this.#silent;
    const count = this.#node.outcomes.adopted;
    const found = count === 0
      ? "peers know no message of ours that we do not"
      : `took back ${count} messages of our own from peers`;
    const { lostCount } = this.#node.voting;
    const lost = lostCount === 0
      ? ""
      : `; but not in ${lostCount} instances, where some cannot be taken in`;
    const unheard = silent.length === 0 ? "" : `; not heard from ${silent.join(", ")}`;
    this.#node.options.log(
      count === 0 ? "info" : "warn",
      `${names[this.#self]} votes from now on: ${found}${lost}${unheard}`,
      { adopted: count },
    );
    this.#node.startVoting();
  }
}
