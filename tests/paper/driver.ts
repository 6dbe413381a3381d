/**
 * Instances for the tests of the acceptor's and the learner's algorithm: one message in, what came
 * of it out.
 *
 * @module
 */

import {
  type CoreContext,
  type Effect,
  type InstanceState,
  newInstance,
  step,
} from "../../lib/core/instance.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import type { AcceptorContent, AcceptorMessage, Message, Timestamp } from "../../lib/core/types.ts";
import { type NamedGraph, specOf } from "../oracle/builder.ts";
import { identify } from "../../lib/sim/ids.ts";

const LIMITS = {
  inboxRefsPerPeerMax: 1_000,
  inboxWaitMsMax: 1_000,
  futureProposalsMax: 10,
  clockSkewMsMax: 10_000,
};

/** One process in one instance. */
export class Driver {
  readonly state: InstanceState;
  /** Every draft that was given an id, that is, made ready to be signed. */
  readonly named: AcceptorContent[] = [];
  readonly #context: CoreContext;

  /** An acceptor by name, or an observer without one. */
  constructor(named: NamedGraph, self?: string) {
    const spec = specOf(named);
    this.#context = {
      graph: makeLearnerGraph(spec),
      limits: LIMITS,
      self: self === undefined ? undefined : spec.acceptors.indexOf(self),
    };
    this.state = newInstance(this.#context, (content) => {
      this.named.push(content);
      return identify(content);
    });
  }

  /** Receives messages one after the other; all that is to be done then. */
  receive(...messages: readonly Message[]): Effect[] {
    return messages.flatMap((message) => this.receiveAt({ seconds: 1_000, nanos: 0 }, message));
  }

  /** Receives a message at a time. */
  receiveAt(now: Timestamp, message: Message): Effect[] {
    return step(this.#context, this.state, { kind: "message", message, source: "peer", now });
  }

  /** Time passes. */
  tick(now: Timestamp): Effect[] {
    return step(this.#context, this.state, { kind: "tick", now });
  }

  /** Receives messages; what is sent. */
  answers(...messages: readonly Message[]): AcceptorMessage[] {
    return sentIn(this.receive(...messages));
  }
}

/** The own messages among effects. */
export function sentIn(effects: readonly Effect[]): AcceptorMessage[] {
  return effects.flatMap((effect) =>
    effect.kind === "send" ? [effect.entry.message as AcceptorMessage] : []
  );
}

/** The messages delivered among effects. */
export function deliveredIn(effects: readonly Effect[]): Message[] {
  return effects.flatMap((effect) => effect.kind === "deliver" ? [effect.entry.message] : []);
}

/** The kinds of effects, in order, without those that ask for time. */
export function kindsOf(effects: readonly Effect[]): string[] {
  return effects.map((effect) => effect.kind).filter((kind) => kind !== "wake");
}
