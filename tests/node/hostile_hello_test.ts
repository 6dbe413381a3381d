import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  Goodbye_Reason as Reason,
  type Hello,
  Role,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { HostilePeer } from "./harness.ts";
import { makeStage, NARROW, type Stage } from "./provocations.ts";

const OTHER = new Uint8Array(32);

/** A Hello that is wrong in one way: who says it, how it is wrong, what comes of it. */
interface FalseHello {
  readonly by?: string;
  readonly change: Partial<Hello>;
  readonly reason: Reason;
  readonly detail: string;
}

/** Digests that differ in one part. */
function differingIn(part: "acceptors" | "learners" | "safetySets" | "rules") {
  return (hello: Hello): Partial<Hello> => ({
    configDigest: { ...hello.configDigest!, whole: OTHER, [part]: OTHER },
  });
}

const VIOLATIONS: Readonly<Record<string, FalseHello>> = {
  "another's name": {
    change: { name: "Bob" },
    reason: Reason.PROTOCOL_ERROR,
    detail: "Dave may not call itself Bob",
  },
  "a stranger's name": {
    change: { name: "Mallory" },
    reason: Reason.PROTOCOL_ERROR,
    detail: "Dave may not call itself Mallory",
  },
  "the role of an acceptor, by a client": {
    by: "client_1",
    change: { role: Role.ACCEPTOR },
    reason: Reason.PROTOCOL_ERROR,
    detail: "in role acceptor",
  },
  "no role": {
    change: { role: Role.UNSPECIFIED },
    reason: Reason.PROTOCOL_ERROR,
    detail: "in role",
  },
  "a role that does not exist": {
    change: { role: 77 as Role },
    reason: Reason.PROTOCOL_ERROR,
    detail: "in role unknown",
  },
  "a version yet to come": {
    change: { protocolVersion: 3 },
    reason: Reason.PROTOCOL_ERROR,
    detail: "and Dave version 3; Bob is older: update it",
  },
  "the version before": {
    change: { protocolVersion: 1 },
    reason: Reason.PROTOCOL_ERROR,
    detail: "Bob speaks version 2 of the conversation and Dave version 1; Dave is older",
  },
  "no version": {
    change: { protocolVersion: 0 },
    reason: Reason.PROTOCOL_ERROR,
    detail: "Dave is older",
  },
  "a name for its program that is too long": {
    change: { agent: "x".repeat(257) },
    reason: Reason.PROTOCOL_ERROR,
    detail: "has at most 256 characters",
  },
  "no digest": {
    change: { configDigest: undefined },
    reason: Reason.CONFIG_MISMATCH,
    detail: "does not say",
  },
};

async function refuses(stage: Stage, { by = "client_1", change, reason, detail }: FalseHello) {
  const { cluster } = stage;
  const peer = new HostilePeer(cluster, cluster.get("Bob"), by);
  await peer.say({ hello: { ...peer.hello(), ...change } });
  assertEquals(peer.goodbye?.reason, reason);
  assertStringIncludes(peer.goodbye!.detail, detail);
  assertEquals(peer.ended, true);
  const code = reason === Reason.CONFIG_MISMATCH ? "CONFIG_MISMATCH" : "PROTOCOL_VIOLATION";
  assertEquals(peer.victim.node.rejections.get(code), 1);
  // Nothing but Hello and goodbye was said, and nothing said after it counts.
  assertEquals(peer.heard.length, 2);
  await peer.send(peer.proposal());
  assertEquals(peer.victim.node.ledger.length, 0);
}

for (const [what, fault] of Object.entries(VIOLATIONS)) {
  Deno.test(`a Hello with ${what} ends the conversation`, async () => {
    const stage = await makeStage();
    await refuses(stage, { by: "Dave", ...fault });
    await stage.cluster.decides(1n);
    await stage.cluster.stop();
  });
}

for (
  const [part, words] of [
    ["acceptors", "the acceptors' names or keys differ"],
    ["learners", "the learners or their quorums differ"],
    ["safetySets", "the safety sets differ"],
    ["rules", "the rules differ"],
  ] as const
) {
  Deno.test(`a digest that differs in ${part} is told so`, async () => {
    const stage = await makeStage();
    const { cluster } = stage;
    const hello = new HostilePeer(cluster, cluster.get("Carol"), "client_1").hello();
    const change = differingIn(part)(hello);
    await refuses(stage, { change, reason: Reason.CONFIG_MISMATCH, detail: words });
    await cluster.decides(1n);
    await cluster.stop();
  });
}

Deno.test("whoever says anything before Hello is not talked to", async () => {
  const { cluster } = await makeStage();
  const peer = new HostilePeer(cluster, cluster.get("Bob"), "Dave");
  await peer.send(peer.proposal());
  assertEquals(peer.goodbye?.reason, Reason.PROTOCOL_ERROR);
  assertEquals(peer.victim.node.ledger.length, 0);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("false Hellos count like any other fault: one too many, and none is judged", async () => {
  const { cluster } = await makeStage({
    ...NARROW,
    limits: { ...NARROW.limits, rejectionsPerMinuteMax: 3 },
  });
  const say = async () => {
    const peer = new HostilePeer(cluster, cluster.get("Bob"), "Dave");
    await peer.say({ hello: { ...peer.hello(), agent: "x".repeat(257) } });
    return peer.goodbye?.reason;
  };
  for (let n = 0; n < 3; n++) assertEquals(await say(), Reason.PROTOCOL_ERROR);
  assertEquals(await say(), Reason.LIMIT);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("a second Hello ends the conversation", async () => {
  const { cluster, dave } = await makeStage();
  await dave.say({ hello: dave.hello() });
  assertEquals(dave.goodbye?.reason, Reason.PROTOCOL_ERROR);
  assertEquals(dave.goodbye?.detail, "a second Hello");
  await cluster.decides(1n);
  await cluster.stop();
});
