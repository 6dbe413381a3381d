/**
 * One way to be refused for each reason there is.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import type { RejectionCode } from "../../lib/core/rejection.ts";
import { newInstance, step } from "../../lib/core/instance.ts";
import type { MessageId } from "../../lib/core/types.ts";
import { encodeMessage } from "../../lib/wire/codec.ts";
import { ConsensusMessageSchema } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { fromHex } from "../../lib/wire/hex.ts";
import {
  HostilePeer,
  infiltrate,
  inventedId,
  logOf,
  TestCluster,
  type TestPlan,
} from "./harness.ts";

/** Narrow enough to be reached soon. */
export const NARROW: TestPlan = {
  limits: {
    valueBytesMax: 100,
    refsMax: 16,
    inboxRefsPerPeerMax: 40,
    inboxWaitMsMax: 5_000,
    futureProposalsMax: 4,
    clockSkewMsMax: 10_000,
    instancesMax: 8,
    proposalsPerSecondMax: 5,
    rejectionsPerMinuteMax: 30,
  },
  // Who makes the first 1a of an instance has time for a few.
  proposer: { windowMsMin: 500 },
};

/** With a log, whose codes cannot be had without one. */
export const WITH_LOG: TestPlan = { log: { windowMax: 16, spreadMax: 16, checkpointEvery: 8 } };

/** Three honest acceptors, a learner, and Dave, who is connected to Alice alone. */
export interface Stage {
  readonly cluster: TestCluster;
  readonly dave: HostilePeer;
}

/** Sets up a {@linkcode Stage}. */
export async function makeStage(plan: TestPlan = NARROW): Promise<Stage> {
  const cluster = await TestCluster.start(plan, ["Alice", "Bob", "Carol"]);
  cluster.join(cluster.add("client_0"));
  const dave = await infiltrate(cluster, cluster.get("Alice"), "Dave");
  return { cluster, dave };
}

/** Gets a message refused, by a process of the cluster; or tells how often something else did. */
export type Provocation = (stage: Stage) => Promise<void> | RejectionCode | Promise<RejectionCode>;

/** Dave's 1b for a 1a that all acceptors know. Instance 1. */
async function vote({ cluster, dave }: Stage) {
  const proposal = dave.proposal();
  const vote = dave.signed({ refs: [proposal.id] });
  await dave.send(proposal, vote);
  await cluster.clock.advance(200);
  return { proposal, vote };
}

/** The acceptors' messages of instance 1 that refer to a 1a, by name of acceptor. */
function votesFor({ cluster }: Stage, proposal: MessageId): MessageId[] {
  return cluster.acceptors.map((process) => {
    const vote = logOf(process).find(({ own, refs }) => own && refs.includes(proposal));
    if (vote === undefined) throw new Error("an acceptor has not voted");
    return vote.id;
  });
}

/** For each reason, what is refused for it. */
export const PROVOCATIONS: Readonly<Record<RejectionCode, Provocation>> = {
  MALFORMED: ({ dave }) => dave.send(create(ConsensusMessageSchema, { instance: 1n })),
  BAD_LENGTH: ({ dave }) => {
    const { wire } = dave.signed({ refs: [inventedId(1)] });
    return dave.send(encodeMessage({ ...wire, signature: new Uint8Array(63) }));
  },
  NOT_CANONICAL: ({ dave }) => {
    const { wire } = dave.signed({ refs: [inventedId(1)] });
    const [ref] = wire.content.refs;
    const content = { ...wire.content, refs: [ref!, ref!] };
    return dave.send(encodeMessage({ ...wire, content }));
  },
  TOO_MANY_REFS: ({ dave }) =>
    dave.send(dave.signed({ refs: Array.from({ length: 17 }, (_, i) => inventedId(i)) })),
  TOO_LARGE: ({ dave }) => dave.send(dave.proposal({ value: "x".repeat(101) })),
  BAD_TIMESTAMP: ({ dave }) => {
    const timestamp = { seconds: -1n, nanos: 0 };
    const ballot = { timestamp, valueHash: fromHex(inventedId(1)) };
    const body = { case: "proposal" as const, value: { ballot } };
    return dave.send(create(ConsensusMessageSchema, { instance: 1n, body }));
  },
  FAR_FUTURE: ({ dave }) => dave.send(dave.proposal({ atMs: 10_500 })),
  UNKNOWN_SIGNER: ({ dave }) => dave.send(dave.signed({ refs: [inventedId(1)], signer: 4 })),
  BAD_SIGNATURE: ({ dave }) => dave.send(dave.signed({ refs: [inventedId(1)], signer: 1 })),
  VALUE_MISMATCH: ({ dave }) => {
    const { wire } = dave.proposal();
    return dave.send(encodeMessage({ ...wire, value: new TextEncoder().encode("other") }));
  },
  INBOX_FULL: ({ dave }) => {
    const waiting = Array.from({ length: 21 }, (_, i) => dave.signed({ refs: [inventedId(i)] }));
    return dave.send(...waiting);
  },
  REFS_TIMEOUT: async ({ cluster, dave }) => {
    await dave.send(dave.signed({ refs: [inventedId(1)] }));
    await cluster.clock.advance(5_100);
  },
  FUTURE_FULL: ({ dave }) => {
    const future = [1, 2, 3, 4, 5].map((i) => dave.proposal({ atMs: 1_000 * i }));
    return dave.send(...future);
  },
  // All have decided before its window comes.
  OVERTAKEN: async ({ cluster, dave }) => {
    await cluster.decides(1n);
    await dave.send(dave.proposal());
  },
  // Every message that can be referred to has a 1a in its past, and decoding refuses a message
  // without refs: no peer gets as far as this.
  NO_BALLOT: ({ cluster, dave }) => {
    const { context, instances } = cluster.get("Alice").node;
    const instance = newInstance(
      context,
      instances.all[0]?.state.identify ?? (() => inventedId(0)),
    );
    const { id } = dave.signed({ refs: [inventedId(1)] });
    const message = { kind: "acceptor" as const, id, signer: 3, prev: undefined, refs: [] };
    const now = cluster.clock.now();
    const effects = step(context, instance, { kind: "message", message, source: "Dave", now });
    return effects.find((effect) => effect.kind === "reject")!.rejection.rejected;
  },
  BAD_PREV: async (stage) => {
    const { vote: first } = await vote(stage);
    const next = stage.dave.proposal({ value: "next" });
    await stage.dave.send(next, stage.dave.signed({ refs: [first.id, next.id] }));
  },
  BAD_1B: async (stage) => {
    const { proposal, vote: first } = await vote(stage);
    await stage.dave.send(stage.dave.signed({ prev: first.id, refs: [proposal.id] }));
  },
  BAD_2A: async (stage) => {
    const { vote: first } = await vote(stage);
    await stage.dave.send(stage.dave.signed({ prev: first.id, refs: [] }));
  },
  REPEATED_2A: async (stage) => {
    const { dave } = stage;
    const { proposal, vote: first } = await vote(stage);
    const [alice, bob, carol] = votesFor(stage, proposal.id);
    const good = dave.signed({ prev: first.id, refs: [alice!, bob!] });
    await dave.send(good, dave.signed({ prev: good.id, refs: [carol!] }));
  },
  CONFIG_MISMATCH: async ({ cluster }) => {
    const stranger = new HostilePeer(cluster, cluster.get("Bob"), "client_1");
    await stranger.say({ hello: { ...stranger.hello(), configDigest: undefined } });
  },
  DUPLICATE_IDENTITY: async ({ cluster, dave }) => {
    const again = () => new HostilePeer(cluster, dave.victim, "Dave");
    const hello = { ...dave.hello(), incarnation: 4_712n };
    await again().say({ hello });
    await cluster.clock.advance(1);
    await dave.say({ pong: 1n });
    await cluster.clock.advance(dave.configuration.network.pingTimeoutMs);
    await again().say({ hello });
  },
  RATE_LIMITED: ({ dave }) => {
    const many = Array.from({ length: 11 }, (_, i) => dave.proposal({ value: `${i}` }));
    return dave.send(...many);
  },
  TOO_MANY_INSTANCES: ({ dave }) => {
    const instances = Array.from({ length: 9 }, (_, i) => BigInt(i));
    return dave.send(...instances.map((instance) => dave.proposal({ instance })));
  },
  OUTSIDE_WINDOW: ({ dave }) => dave.send(dave.proposal({ instance: 16n })),
  SETTLED: async ({ cluster, dave }) => {
    await cluster.decides(1n);
    await dave.send(dave.proposal({ value: "too late" }));
  },
  PROTOCOL_VIOLATION: ({ dave }) => dave.say({ hello: dave.hello() }),
};
