import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { encodeMessage } from "../../lib/wire/codec.ts";
import { infiltrate, knows } from "./harness.ts";
import { makeStage } from "./provocations.ts";

Deno.test("a 1a without its value is not voted for until the value has been got", async () => {
  const { cluster, dave } = await makeStage();
  const bare = dave.proposal({ withValue: false, value: "later" });
  await dave.send(bare);
  await cluster.clock.advance(200);
  const asked = dave.wantedValues;
  assertEquals(new Set(asked), new Set([bare.id]));
  assertEquals(dave.victim.node.ledger.length, 0);
  const value = new TextEncoder().encode("later");
  await dave.send(encodeMessage({ ...bare.wire, value }));
  assert(knows(dave.victim, bare));
  assertEquals(dave.victim.node.instances.get(1n)!.wires.size, 0);
  assertEquals(await cluster.agree(1n), ["Eve=later"]);
  await cluster.stop();
});

Deno.test("1as without values are bounded, expire, and are then not asked about", async () => {
  const { cluster, dave } = await makeStage();
  for (let i = 0; i < 10; i++) await dave.send(dave.proposal({ withValue: false, value: `${i}` }));
  assertEquals(dave.victim.node.rejections.get("FUTURE_FULL"), 6);
  assertEquals(dave.victim.node.instances.get(1n)!.wires.size, 0);
  const asked = () => dave.wantedValues.length;
  await cluster.clock.advance(7_000);
  const before = asked();
  assert(before >= 4);
  assertLessOrEqual(before, 4 * 10);
  await cluster.clock.advance(60_000);
  assertEquals(asked(), before, "goes on asking for values that nobody waits for");
  await cluster.decides(1n);
  await dave.send(dave.proposal({ withValue: false, value: "once more" }));
  assertEquals(dave.victim.node.rejections.get("FUTURE_FULL"), 6);
  await cluster.stop();
});

Deno.test("one peer's 1as without values do not use up the room of others", async () => {
  const { cluster, dave } = await makeStage();
  for (let i = 0; i < 10; i++) await dave.send(dave.proposal({ withValue: false, value: `${i}` }));
  const other = await infiltrate(cluster, dave.victim, "client_1");
  await other.send(other.proposal({ withValue: false, value: "other" }));
  assertEquals(dave.victim.node.rejections.get("FUTURE_FULL"), 6);
  await other.send(other.proposal({ value: "other", atMs: 1 }));
  await cluster.clock.advance(50);
  assertEquals(await cluster.agree(1n), ["Eve=other"]);
  await cluster.stop();
});

Deno.test("a value that comes with another 1a serves all that wait for it", async () => {
  const { cluster, dave } = await makeStage();
  const bare = dave.proposal({ withValue: false, value: "same" });
  await dave.send(bare);
  await cluster.clock.advance(1);
  await dave.send(dave.proposal({ value: "same", instance: 2n }));
  assert(knows(dave.victim, bare));
  assertEquals(await cluster.agree(1n), ["Eve=same"]);
  assertEquals(await cluster.agree(2n), ["Eve=same"]);
  await cluster.stop();
});

Deno.test("a value that does not hash to its ballot's hash releases nothing", async () => {
  const { cluster, dave } = await makeStage();
  const bare = dave.proposal({ withValue: false, value: "true" });
  await dave.send(bare);
  await dave.send(encodeMessage({ ...bare.wire, value: new TextEncoder().encode("false") }));
  assertEquals(dave.victim.node.rejections.get("VALUE_MISMATCH"), 1);
  assertEquals(dave.victim.node.ledger.length, 0);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("a value is asked for even if its 1a was asked for first", async () => {
  const { cluster, dave } = await makeStage();
  const bare = dave.proposal({ withValue: false, value: "late" });
  await dave.send(dave.signed({ refs: [bare.id] }));
  await cluster.clock.advance(200);
  assert(dave.wanted.includes(bare.id), "1a is not wanted");
  await dave.send(bare);
  await cluster.clock.advance(1_000);
  const asked = dave.wantedValues;
  assert(asked.includes(bare.id), "the value is never wanted");
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("the empty value and values at the limit are values", async () => {
  const { cluster, dave } = await makeStage();
  await dave.send(
    dave.proposal({ value: "" }),
    dave.proposal({ instance: 2n, value: "x".repeat(100) }),
  );
  assertEquals(await cluster.agree(1n), ["Eve="]);
  assertEquals(await cluster.agree(2n), [`Eve=${"x".repeat(100)}`]);
  await cluster.stop();
});
