import { assert, assertEquals } from "@std/assert";
import { makeHandlers } from "../../lib/process/service.ts";
import type { GetStatusResponse } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { Author, infiltrate, TestCluster, type TestProcess } from "./harness.ts";
import { makeStage, NARROW } from "./provocations.ts";

/** What a process answers to GetStatus. */
function statusOf({ node, peers, role }: TestProcess): Promise<GetStatusResponse> {
  const handlers = makeHandlers({ node, peers, role, incarnation: 1n, agent: "test" });
  const signal = new AbortController().signal;
  const context = {
    peer: "client_1",
    signal,
    remoteAddress: "here",
    receivedBytes: () => 0,
    onWorthy: () => {},
  };
  return handlers.getStatus({ $typeName: "hetpaxos.v1.GetStatusRequest" }, context) as Promise<
    GetStatusResponse
  >;
}

Deno.test("an acceptor that says different things to different peers is caught by all", async () => {
  const { cluster, dave } = await makeStage();
  const toBob = await infiltrate(cluster, cluster.get("Bob"), "Dave");
  const [first, second] = [dave.proposal({ value: "a" }), dave.proposal({ value: "b" })];
  const one = dave.signed({ refs: [first.id] });
  const other = dave.signed({ refs: [second.id] });
  await dave.send(first, one);
  await toBob.send(second, other);
  await cluster.decides(1n);
  await cluster.clock.advance(1_000);
  const [low, high] = [one.id, other.id].toSorted();
  for (const process of cluster.processes) {
    assertEquals(process.journal.evidence(), [
      { acceptor: "Dave", instance: 1n, first: low!, second: high! },
    ]);
    assert(process.logged.includes("error: Dave equivocated in instance 1"));
    const { caught } = await statusOf(process);
    assertEquals(
      caught.map(({ name, firstId, secondId }) => [
        name,
        firstId.toHex(),
        secondId.toHex(),
      ]),
      [["Dave", low, high]],
    );
  }
  await cluster.decides(2n);
  await cluster.stop();
});

Deno.test("an equivocator that votes for two values makes nobody decide both", async () => {
  const { cluster, dave } = await makeStage();
  const peers = [
    dave,
    await infiltrate(cluster, cluster.get("Bob"), "Dave"),
    await infiltrate(cluster, cluster.get("Carol"), "Dave"),
  ];
  const proposals = ["a", "b", "c"].map((value, i) => dave.proposal({ value, atMs: i }));
  await cluster.clock.advance(3);
  // To each acceptor another ballot first, voted for, then the others in another order.
  for (const [i, peer] of peers.entries()) {
    const order = [0, 1, 2].map((k) => proposals[(i + k) % 3]!);
    await peer.send(...order.flatMap((p) => [p, dave.signed({ refs: [p.id] })]));
  }
  await cluster.decides(1n);
  await cluster.clock.advance(5_000);
  await cluster.agree(1n);
  for (const { journal } of cluster.processes) assertEquals(journal.evidence().length, 1);
  await cluster.stop();
});

Deno.test("a message in our own name that we never sent ends our voting in that instance", async () => {
  const cluster = await TestCluster.start(NARROW);
  cluster.join(cluster.add("client_0"));
  const alice = cluster.get("Alice");
  const thief = new Author(cluster, "Alice");
  const client = await infiltrate(cluster, alice, "client_1");
  const proposal = client.proposal({ value: "stolen" });
  await client.send(proposal);
  await cluster.agree(1n);
  const before = alice.node.outcomes.signed;
  const next = client.proposal({ value: "next" });
  await client.send(next, thief.signed({ refs: [next.id] }));
  assertEquals(alice.estranged, [1n]);
  // The answer to `next` was signed before the stolen message came.
  assert(alice.node.outcomes.signed <= before + 1);
  const after = alice.node.outcomes.signed;
  await client.send(client.proposal({ value: "after" }));
  await cluster.clock.advance(1_000);
  assertEquals(alice.node.outcomes.signed, after);
  assertEquals(alice.estranged, [1n]);
  // All others have caught Alice, and decide without her; elsewhere she votes as ever.
  for (const { journal } of cluster.processes) {
    assertEquals(journal.evidence().map((c) => c.acceptor), ["Alice"]);
  }
  await cluster.agree(1n);
  await cluster.decides(2n);
  assert(alice.node.outcomes.signed > after);
  await cluster.stop();
});
