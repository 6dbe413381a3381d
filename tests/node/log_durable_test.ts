import { assert } from "@std/assert";
import { fromBinary } from "@bufbuild/protobuf";
import { StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";
import { LogKeptSchema } from "../../lib/wire/gen/hetpaxos/v1/journal_pb.ts";
import { toHex } from "../../lib/wire/hex.ts";
import { makeTestConfigurations, TestCluster } from "./harness.ts";

/** A journal that is asked what of the log is sure to survive the machine. */
class AskedJournal extends StoredJournal {
  /** Records of the log in durable batches. */
  get #durableRecords() {
    return this.batches.slice(0, this.durable).flatMap(({ log }) => log?.records ?? [])
      .map((bytes) => fromBinary(LogKeptSchema, bytes).record);
  }

  /** Whether a statement with this signature is. */
  hasStated(signature: Uint8Array): boolean {
    return this.#durableRecords.some((record) =>
      record.case === "checkpoint" && toHex(record.value.signature) === toHex(signature)
    );
  }

  /** Nothing is deleted on the word of a floor that may be lost. */
  override forget(below: bigint, count: number): boolean {
    const floors = this.#durableRecords.map((record) =>
      record.case === "base" ? record.value.floor : 0n
    );
    assert(floors.some((floor) => floor >= below), `the floor ${below} is not durable`);
    return super.forget(below, count);
  }
}

Deno.test("log: statements are durable before they are sent, floors before anything is deleted", async () => {
  const log = { checkpointEvery: 4, windowMax: 16, spreadMax: 32, retain: { entries: 8 } };
  const cluster = new TestCluster(await makeTestConfigurations({ log }));
  const journals = new Map<string, AskedJournal>();
  for (const { name } of cluster.configurations[0]!.acceptors) {
    const journal = new AskedJournal();
    journals.set(name, journal);
    cluster.join(cluster.add(name, { journal }));
  }
  let stated = 0;
  cluster.tap = (moment, { name, node }, _to, envelope) => {
    if (moment !== "sent") return;
    for (const { signer, signature, position } of envelope.log?.checkpoints ?? []) {
      if (signer !== node.context.self || position <= BigInt(node.room!.floor)) continue;
      stated++;
      assert(journals.get(name)!.hasStated(signature), `${name} states ${position} too early`);
    }
  };
  const [alice] = cluster.acceptors;
  let count = 0;
  alice!.node.log!.onDelivered(({ records }) => void (count += records.length));
  for (let sequence = 1; sequence <= 20; sequence++) {
    alice!.node.log!.append({ client: "till", sequence, payload: Uint8Array.of(sequence) });
    assert(await cluster.clock.until(() => count === sequence), `${sequence} is not delivered`);
  }
  await cluster.clock.advance(500);
  assert(stated > 0);
  for (const [, journal] of journals) assert(journal.firstPosition > 0, "nothing was deleted");
  await cluster.stop();
});
