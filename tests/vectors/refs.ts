/**
 * The history of tests/vectors/refs.json: what acceptor 0 receives, and what it must answer.
 *
 * @module
 */

import { newInstance, step } from "../../lib/core/instance.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { thresholdOf } from "../../lib/core/quorum.ts";
import type { AcceptorContent, Message, MessageId } from "../../lib/core/types.ts";
import { acceptorMessageId, hashValue, proposalId, sha3 } from "../../lib/crypto/hash.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** To which all ids of the history belong. */
export const SCOPE = { configDigest: sha3(utf8("a configuration")), instance: 7n };

/** Four acceptors; a learner with any three. */
const GRAPH = makeLearnerGraph({
  acceptors: ["A", "B", "C", "D"],
  learners: ["X"],
  quorums: [thresholdOf(3, [0, 1, 2, 3])],
  safety: [{ a: 0, b: 0, safe: thresholdOf(3, [0, 1, 2, 3]) }],
  burial: "TECHNICAL_REPORT",
});

/** One message received, and what is sent because of it. */
export interface Exchange {
  readonly received: Message;
  readonly sent: readonly Message[];
}

/** Runs the history. */
export function refsHistory(): Exchange[] {
  const identify = (content: AcceptorContent) => acceptorMessageId(SCOPE, content);
  const context = {
    graph: GRAPH,
    limits: {
      inboxRefsPerPeerMax: 100,
      inboxWaitMsMax: 1_000,
      futureProposalsMax: 10,
      clockSkewMsMax: 1_000,
    },
    self: 0,
  };
  const state = newInstance(context, identify);
  const now = { seconds: 100, nanos: 0 };
  const exchanges: Exchange[] = [];
  const receive = (received: Message): MessageId[] => {
    const effects = step(context, state, { kind: "message", message: received, source: "", now });
    const sent = effects.flatMap((effect) => effect.kind === "send" ? [effect.entry.message] : []);
    if (!effects.some(({ kind }) => kind === "deliver")) throw new Error("not delivered");
    exchanges.push({ received, sent });
    return sent.map(({ id }) => id);
  };
  const propose = (seconds: number, value: string) => {
    const ballot = { seconds, nanos: 0, valueHash: hashValue(utf8(value)), proposer: 0 };
    const id = proposalId(SCOPE, ballot);
    return { id, answers: receive({ kind: "1a", id, ballot }) };
  };
  const send = (signer: number, prev: MessageId | undefined, ...others: MessageId[]): MessageId => {
    const refs = [...(prev === undefined ? [] : [prev]), ...others].sort();
    const content = { signer, prev, refs };
    const id = identify(content);
    receive({ kind: "acceptor", id, ...content });
    return id;
  };
  // A answers, and with B and C sends a 2a; nothing is in anybody's past.
  const first = propose(1, "red");
  const b1 = send(1, undefined, first.id);
  const c1 = send(2, undefined, first.id);
  // A is bound, so its 1b is not fresh; B's 2a has all the 1bs of the ballot in its past, A's too.
  const second = propose(2, "green");
  const b2 = send(1, b1, second.id);
  const d1 = send(3, undefined, second.id);
  const c2 = send(2, c1, second.id);
  send(1, b2, c2, d1, second.answers[0]!);
  // D has another first message.
  send(3, undefined, first.id, second.id);
  // Refs now: prev, though it is in the past of B's 2a; that; D's second branch; the 1a.
  propose(3, "green");
  return exchanges;
}
