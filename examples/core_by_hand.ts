/**
 * The protocol alone: four acceptors and a learner in one program, without keys, clock or network.
 * Whatever an acceptor says is handed to everybody, in order, until nobody has anything to say.
 *
 * `deno run examples/core_by_hand.ts`
 *
 * @module
 */

import {
  type AcceptorContent,
  type CoreContext,
  type InstanceState,
  makeLearnerGraph,
  type Message,
  type MessageId,
  newInstance,
  step,
  thresholdOf,
  type ValueHash,
} from "@hetpaxos/hetpaxos/core";

const names = ["Alice", "Bob", "Carol", "Dave"];
const anyThree = thresholdOf(3, [0, 1, 2, 3]);
const graph = makeLearnerGraph({
  acceptors: names,
  learners: ["Eve"],
  quorums: [anyThree],
  safety: [{ a: 0, b: 0, safe: anyThree }],
  burial: "TECHNICAL_REPORT",
});
const limits = {
  inboxRefsPerPeerMax: 1_000,
  inboxWaitMsMax: 60_000,
  futureProposalsMax: 10,
  clockSkewMsMax: 10_000,
};

// Ids are hashes of canonical bytes in the real programs. To the core they are only names, so here
// they are counted up.
let count = 0;
const nextId = () => (++count).toString(16).padStart(64, "0") as MessageId;
const identify = (_content: AcceptorContent) => nextId();

const processes: { name: string; context: CoreContext; state: InstanceState }[] = [
  ...names.map((name, self) => ({ name, context: { graph, limits, self } })),
  { name: "observer", context: { graph, limits, self: undefined } },
].map(({ name, context }) => ({ name, context, state: newInstance(context, identify) }));

const now = { seconds: 2, nanos: 0 };
const ballot = { seconds: 1, nanos: 0, valueHash: "ab".repeat(32) as ValueHash, proposer: 0 };
const queue: Message[] = [{ kind: "1a", id: nextId(), ballot }];
for (const message of queue) {
  for (const { name, context, state } of processes) {
    for (const effect of step(context, state, { kind: "message", message, source: "", now })) {
      if (effect.kind === "send") {
        const { facts } = effect.entry;
        console.log(`${name} signs a ${facts.kind}`);
        queue.push(effect.entry.message);
      }
      if (effect.kind === "decide" && context.self === undefined) {
        const value = effect.decision.ballot.valueHash.slice(0, 8);
        console.log(`Eve decides the value with hash ${value}…`);
      }
    }
  }
}
