/**
 * What may still happen: acceptors that go on by the rules from a known history, in an order and
 * with ballots that a test chooses. Those already caught add what helps others most: a 1b without a
 * past in every ballot.
 *
 * @module
 */

import { hasMember, membersOf } from "../../lib/core/acceptor_set.ts";
import { isAncestorOrSelf } from "../../lib/core/dag.ts";
import {
  type CoreContext,
  type InstanceState,
  newInstance,
  step,
} from "../../lib/core/instance.ts";
import { hasDecided } from "../../lib/core/learner.ts";
import { type LearnerGraph, makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import type {
  AcceptorMessage,
  AcceptorSet,
  LearnerSet,
  Message,
  MessageId,
  ValueHash,
} from "../../lib/core/types.ts";
import type { LearnerGraphSpec } from "../../lib/core/learner_graph.ts";
import { acceptorMessage, identify, proposalOf } from "../../lib/sim/ids.ts";
import type { Prng } from "../../lib/sim/prng.ts";
import { UNMET_LIMITS } from "./unmet_limits.ts";

/** Later than every ballot. */
const NOW = { seconds: 1_000_000, nanos: 0 };

/** How much of the known history the acceptors have heard of when they go on. */
export type Hearing = "everything" | "own past";

/** A history that goes on. */
export class Continuation {
  readonly observer: InstanceState;
  readonly graph: LearnerGraph;
  readonly #context: CoreContext;
  readonly #messages = new Map<MessageId, Message>();
  readonly #acceptors: { readonly context: CoreContext; readonly state: InstanceState }[] = [];
  /** Of who is caught: where its branches ended when the others went on. */
  #branches: AcceptorMessage[] = [];
  /** Who is caught and not silent. */
  #liars: AcceptorSet = 0n;
  #time = 1_000;

  /** @param known Refs come before what refers to them. */
  constructor(spec: LearnerGraphSpec, known: readonly Message[]) {
    this.graph = makeLearnerGraph(spec);
    this.#context = { graph: this.graph, limits: UNMET_LIMITS, self: undefined };
    this.observer = newInstance(this.#context, identify);
    for (const message of known) this.#publish(message);
  }

  /** Lets the acceptors that are neither caught nor silent vote from now on. */
  awaken(silent: AcceptorSet, hearing: (acceptor: number) => Hearing): void {
    const { view } = this.observer;
    this.#liars = view.caught & ~silent;
    this.#branches = membersOf(this.#liars).flatMap((liar) =>
      view.tips[liar]!.slice(0, 4).map(({ message }) => message as AcceptorMessage)
    );
    for (let self = 0; self < this.graph.acceptorCount; self++) {
      if (hasMember(view.caught | silent, self)) continue;
      const context = { ...this.#context, self };
      const state = newInstance(context, identify, "asks");
      const acceptor = { context, state };
      for (const tip of view.tips[self]!) this.#give(acceptor, tip.message.id);
      if (hearing(self) === "everything") {
        for (const id of [...this.#messages.keys()]) this.#give(acceptor, id);
      }
      this.#run(acceptor, { kind: "vote", allowed: true, now: NOW });
      this.#acceptors.push(acceptor);
    }
  }

  /** Acceptors hear of random messages, with their pasts, so many times. */
  wander(prng: Prng, steps: number): void {
    for (let i = 0; i < steps && this.#acceptors.length > 0; i++) {
      this.#give(prng.pick(this.#acceptors)!, prng.pick([...this.#messages.keys()])!);
    }
  }

  /** A 1a above all others; nobody has heard of it yet but the observer. */
  propose(valueHash: ValueHash): void {
    const proposal = proposalOf({ seconds: this.#time++, nanos: 0, valueHash, proposer: 0 });
    this.#publish(proposal);
    for (const liar of membersOf(this.#liars)) {
      this.#publish(acceptorMessage(liar, undefined, [proposal.id]));
    }
    for (const { signer, id } of this.#branches) {
      this.#publish(acceptorMessage(signer, id, [id, proposal.id]));
    }
  }

  /** Each 1b of who is caught, in the highest ballot, is followed by a 2a if there can be one. */
  lie(): void {
    const { dag, view: { highest1a } } = this.observer;
    const oneBs = [...dag.values()]
      .filter(({ facts }) => facts.kind === "1b" && facts.proposal === highest1a);
    for (const own of oneBs) {
      const { signer, id } = own.message as AcceptorMessage;
      if (!hasMember(this.#liars, signer)) continue;
      const trusting = oneBs.filter(({ facts }) =>
        facts.tips[signer]!.every((tip) => isAncestorOrSelf(tip, own))
      );
      this.#publish(
        acceptorMessage(signer, id, [id, ...trusting.map(({ message }) => message.id)]),
      );
    }
  }

  /** Everybody hears of everything until there is nothing new. */
  settle(): void {
    for (let before = -1; before !== this.#messages.size;) {
      before = this.#messages.size;
      for (const acceptor of this.#acceptors) {
        for (const id of [...this.#messages.keys()]) this.#give(acceptor, id);
      }
    }
  }

  /** The learners that have decided. */
  get decided(): LearnerSet {
    let decided = 0n;
    for (let a = 0; a < this.graph.learnerCount; a++) {
      if (hasDecided(this.observer.learner, a)) decided |= 1n << BigInt(a);
    }
    return decided;
  }

  #publish(message: Message): void {
    this.#messages.set(message.id, message);
    step(this.#context, this.observer, { kind: "message", message, source: "", now: NOW });
    if (!this.observer.dag.has(message.id)) this.#messages.delete(message.id);
  }

  #give(acceptor: { context: CoreContext; state: InstanceState }, id: MessageId): void {
    if (acceptor.state.dag.has(id)) return;
    const message = this.#messages.get(id)!;
    for (const ref of message.kind === "1a" ? [] : message.refs) this.#give(acceptor, ref);
    this.#run(acceptor, { kind: "message", message, source: "", now: NOW });
  }

  #run(
    { context, state }: { context: CoreContext; state: InstanceState },
    input: Parameters<typeof step>[2],
  ): void {
    for (const effect of step(context, state, input)) {
      if (effect.kind === "send") this.#publish(effect.entry.message as AcceptorMessage);
    }
  }
}
