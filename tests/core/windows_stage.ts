/**
 * One acceptor that keeps windows, and 1as to offer it.
 *
 * @module
 */

import { type CoreContext, newAccounts, newInstance, step } from "../../lib/core/instance.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import type { AcceptorMessage, Message, MessageId, Proposal } from "../../lib/core/types.ts";
import { addMs, msBetween, type Timestamp } from "../../lib/core/types.ts";
import type { WindowRule } from "../../lib/core/windows.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { hashOf, identify, proposalOf } from "../../lib/sim/ids.ts";

export const GRAPH = makeLearnerGraph(thresholds(4, [3], "TECHNICAL_REPORT"));
export const LIMITS = {
  inboxRefsPerPeerMax: 100,
  inboxWaitMsMax: 500,
  futureProposalsMax: 3,
  clockSkewMsMax: 10_000,
};
/** Windows of 100, 200, 300, ... ms from 0, 100, 300, 600, 1000, 1500, 2100: of the first, 0, 1, 2, 3, others. */
export const RULE: WindowRule = { rotation: [0, 1, 2, 3], hasOthers: true, windowMsMin: 100 };
const START: Timestamp = { seconds: 1_000, nanos: 0 };

export const at = (ms: number) => addMs(START, ms);

export const offer = (proposer: number, ms: number, value = `value ${proposer}`): Proposal =>
  proposalOf({ ...at(ms), valueHash: hashOf(value), proposer });

/** Acceptor 0, and what it does. */
export class Acceptor {
  readonly context: CoreContext;
  readonly state;
  readonly signed: AcceptorMessage[] = [];
  readonly refused: string[] = [];
  readonly requested: MessageId[] = [];
  wakeMs: number | undefined;

  constructor(rule: WindowRule | "none" = RULE) {
    const windows = rule === "none" ? undefined : rule;
    this.context = {
      graph: GRAPH,
      limits: LIMITS,
      accounts: newAccounts(),
      self: 0,
      windows,
    };
    this.state = newInstance(this.context, identify);
  }

  #step(input: Parameters<typeof step>[2]): void {
    this.wakeMs = undefined;
    for (const effect of step(this.context, this.state, input)) {
      if (effect.kind === "send") this.signed.push(effect.entry.message as AcceptorMessage);
      if (effect.kind === "reject") this.refused.push(effect.rejection.rejected);
      if (effect.kind === "request") this.requested.push(...effect.ids);
      if (effect.kind === "wake") this.wakeMs = msBetween(START, effect.at);
    }
  }

  hear(ms: number, ...messages: readonly Message[]): void {
    for (const message of messages) {
      this.#step({ kind: "message", message, source: "peer", now: at(ms) });
    }
  }

  restore(ms: number, ...messages: readonly Message[]): void {
    for (const message of messages) this.#step({ kind: "restore", message, now: at(ms) });
  }

  tick(ms: number, setBack = false): void {
    this.#step({ kind: "tick", now: at(ms), setBack });
  }

  knows({ id }: Message): boolean {
    return this.state.dag.has(id);
  }

  get originMs(): number | undefined {
    const { origin } = this.state.windows;
    return origin && msBetween(START, origin);
  }
}
