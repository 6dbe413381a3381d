import { assert, assertEquals } from "@std/assert";
import type { MessageId } from "../../lib/core/types.ts";
import { encodeMessage, type WireAcceptorMessage } from "../../lib/wire/codec.ts";
import {
  Author,
  infiltrate,
  inventedId,
  loggedWire,
  logOf,
  made,
  TestCluster,
  type TestProcess,
} from "./harness.ts";
import { makeStage, NARROW } from "./provocations.ts";

/** Order of the base point of P-256 (SEC 2, section 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The first message that a process signed. */
function firstSigned(process: TestProcess): { id: MessageId; wire: WireAcceptorMessage } {
  for (const { id, own, wire } of logOf(process)) {
    if (own && wire.kind === "acceptor") return { id, wire };
  }
  throw new Error("nothing was signed");
}

Deno.test("a signature by somebody else is refused, and frames nobody", async () => {
  const { cluster, dave } = await makeStage();
  await cluster.decides(1n);
  const { wire } = firstSigned(cluster.get("Bob"));
  // A second message of Bob's with the same prev would get him caught.
  const forged = dave.signed({ refs: [inventedId(1)], signer: wire.content.signer });
  await dave.send(forged);
  assertEquals(dave.victim.node.rejections.get("BAD_SIGNATURE"), 1);
  await cluster.decides(2n);
  assert(cluster.processes.every(({ journal }) => journal.evidence().length === 0));
  await cluster.stop();
});

Deno.test("every changed bit of a signature spoils it", async () => {
  const { cluster, dave } = await makeStage({
    limits: { ...NARROW.limits, rejectionsPerMinuteMax: 1_000 },
  });
  const vote = dave.signed({ refs: [inventedId(1)] });
  for (let bit = 0; bit < 512; bit++) {
    const signature = vote.wire.signature.slice();
    signature[bit >> 3]! ^= 1 << (bit & 7);
    await dave.send(encodeMessage({ ...vote.wire, signature }));
  }
  assertEquals(dave.victim.node.rejections.get("BAD_SIGNATURE"), 512);
  assertEquals(dave.victim.node.instances.all.length, 0);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("an honest message says nothing in another instance", async () => {
  const { cluster, dave } = await makeStage();
  await cluster.decides(1n);
  const { wire } = firstSigned(cluster.get("Bob"));
  const before = cluster.get("Alice").node.outcomes.signed;
  await dave.send(encodeMessage({ ...wire, instance: 2n }));
  assertEquals(dave.victim.node.rejections.get("BAD_SIGNATURE"), 1);
  assertEquals(cluster.get("Alice").node.outcomes.signed, before);
  await cluster.decides(2n);
  await cluster.stop();
});

Deno.test("a 1a repeated in another instance is signed by nobody", async () => {
  const { cluster, dave } = await makeStage();
  await cluster.decides(1n, "one");
  const { wire, id } = dave.proposal({ value: "one" });
  const there = made(dave.configuration, { ...wire, instance: 2n });
  assert(id !== there.id);
  await dave.send(there);
  assertEquals(dave.victim.node.rejections.get("BAD_SIGNATURE"), 1);
  await cluster.decides(2n);
  await cluster.stop();
});

Deno.test("a signature for another configuration is worth nothing here", async () => {
  const { cluster, dave } = await makeStage();
  const elsewhere = await TestCluster.start({ ...NARROW, rules: "HP2" }, []);
  const other = new Author(elsewhere, "Dave");
  assertEquals(other.configuration.self.certificate.pem, dave.configuration.self.certificate.pem);
  const proposal = dave.proposal();
  await dave.send(proposal, other.signed({ refs: [proposal.id] }));
  assertEquals(dave.victim.node.rejections.get("BAD_SIGNATURE"), 1);
  await dave.send(dave.signed({ refs: [proposal.id] }));
  assertEquals(dave.victim.node.rejections.get("BAD_SIGNATURE"), 1);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("nobody proposes in another's name, nor in that of nobody", async () => {
  const { cluster, dave } = await makeStage();
  const { proposers } = dave.configuration;
  await dave.send(dave.proposal({ proposer: 0 }));
  assertEquals(dave.victim.node.rejections.get("BAD_SIGNATURE"), 1);
  await dave.send(dave.proposal({ proposer: proposers.length }));
  assertEquals(dave.victim.node.rejections.get("UNKNOWN_SIGNER"), 1);
  assertEquals(cluster.get("Alice").node.outcomes.signed, 0);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("an honest message says nothing in another cluster", async () => {
  const { cluster, dave } = await makeStage();
  const elsewhere = await TestCluster.start({ ...NARROW, rules: "HP2" });
  await elsewhere.decides(1n);
  const { wire } = firstSigned(elsewhere.get("Bob"));
  await dave.send(encodeMessage(wire));
  assertEquals(dave.victim.node.rejections.get("BAD_SIGNATURE"), 1);
  await cluster.decides(1n);
  await elsewhere.stop();
  await cluster.stop();
});

Deno.test("an acceptor number beyond the last is nobody's", async () => {
  const { cluster, dave } = await makeStage();
  for (const signer of [4, 63, 64, 2 ** 31, 2 ** 32 - 1]) {
    await dave.send(dave.signed({ refs: [inventedId(1)], signer }));
  }
  assertEquals(dave.victim.node.rejections.get("UNKNOWN_SIGNER"), 5);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("a client's key signs for no acceptor", async () => {
  const { cluster } = await makeStage();
  const client = await infiltrate(cluster, cluster.get("Alice"), "client_1");
  const proposal = client.proposal();
  await client.send(proposal, client.signed({ refs: [proposal.id], signer: 3 }));
  assertEquals(client.victim.node.rejections.get("BAD_SIGNATURE"), 1);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("a re-encoded ECDSA signature makes no second message: nobody is framed", async () => {
  const { cluster, dave } = await makeStage({ ...NARROW, keyKind: "p256" });
  await cluster.decides(1n);
  const bob = cluster.get("Bob");
  const { id, wire } = firstSigned(bob);
  const s = BigInt(`0x${wire.signature.slice(32).toHex()}`);
  const other = (P256_ORDER - s).toString(16).padStart(64, "0");
  const signature = new Uint8Array([...wire.signature.slice(0, 32), ...Uint8Array.fromHex(other)]);
  const again = made(bob.configuration, { ...wire, signature });
  assertEquals(again.id, id);
  // To somebody who knows the message, and to somebody who has never seen it.
  await dave.send(again);
  const late = cluster.add("client_1");
  const liar = await infiltrate(cluster, late, "Dave");
  const { refs } = wire.content;
  const proposals = refs.map((ref) => made(bob.configuration, loggedWire(bob, 1n, ref)));
  const value = new TextEncoder().encode("value 1");
  await liar.send(
    ...proposals.map((one) =>
      one.wire.kind === "1a" ? encodeMessage({ ...one.wire, value }) : one.message
    ),
    again,
  );
  assert(late.node.ledger.has({ instance: 1n, id }), "the other signature is as good");
  cluster.join(late);
  await cluster.decides(2n);
  assertEquals(cluster.decided(late, 1n), ["Eve=value 1"]);
  assert(cluster.processes.every(({ journal }) => journal.evidence().length === 0));
  assertEquals(dave.victim.node.rejections.size, 0);
  assertEquals(late.node.rejections.size, 0);
  await cluster.stop();
});
