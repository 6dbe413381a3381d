/**
 * Calls of the log, as an acceptor answers them.
 *
 * @module
 */

import { LogFault_Reason as Reason } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { create } from "@bufbuild/protobuf";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { LogRecord } from "../../lib/log/record.ts";
import { decodeBatch } from "../../lib/log/record.ts";
import { logFaultIn } from "../../lib/net/log_rpc.ts";
import {
  AppendRecordSchema,
  AppendRequestSchema,
  ReadRequestSchema,
  type ReadResponse,
} from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { makeLogHandlers } from "../../lib/process/log_service.ts";
import type { MemoryLog } from "../log/memory_logs.ts";
import { recordsOf, setLogStage } from "./log_stage.ts";

const { signal } = new AbortController();

/** As they are sent. */
function sent(records: readonly LogRecord[]) {
  return records.map(({ sequence, payload, ...rest }) => ({
    ...rest,
    sequence: BigInt(sequence),
    payload: new Uint8Array(payload),
  }));
}

/** That a call is refused for this reason; where what can be had begins or ends. */
async function refused(reason: Reason, call: Promise<unknown>): Promise<number> {
  const fault = logFaultIn(await assertRejects(() => call));
  assertEquals(Reason[fault!.reason], Reason[reason]);
  return Number(fault!.begins);
}

async function all(answers: AsyncIterable<ReadResponse>): Promise<string[]> {
  const told: string[] = [];
  for await (const { entries } of answers) {
    for (const { position, value } of entries) {
      const records = decodeBatch(value!).map(({ client, sequence }) => `${client} ${sequence}`);
      told.push(`${position}: ${records.join(", ")}`);
    }
  }
  return told;
}

Deno.test("log: what is appended at one acceptor is read from another, with its place", async () => {
  await using stage = await setLogStage();
  const [alice, bob] = [stage.call(0), stage.call(1)];
  const { records } = await alice.append({ records: sent(recordsOf("till 4", 1, 2)) }, signal);
  assertEquals(
    records.map(({ client, sequence, delivered }) => [
      ...[client, sequence],
      ...delivered.map(({ learner, position }) => `${learner} ${position}`),
    ]),
    [["till 4", 1n, "Eve 0", "Frank 0"], ["till 4", 2n, "Eve 1", "Frank 1"]],
  );
  const read = await all(bob.read({ learner: "Frank", from: 0n }, signal));
  assertEquals(read, ["0: till 4 1", "1: till 4 2"]);
  // The same again is in the log already, and somebody who only waits is told so, too.
  const again = await bob.append({ records: sent(recordsOf("till 4", 2)) }, signal);
  assertEquals(again.records[0]!.delivered.map(({ position }) => position), [1n, 1n]);
  const waited = { client: "till 4", sequence: 3n };
  const waiting = bob.append({ records: [waited], learners: ["Eve"] }, signal);
  await alice.append({ records: sent(recordsOf("till 4", 3)) }, signal);
  const { delivered } = (await waiting).records[0]!;
  assertEquals(delivered.map(({ learner, position }) => `${learner} ${position}`), ["Eve 2"]);
});

Deno.test("log: calls that cannot be answered are refused with a reason", async () => {
  await using stage = await setLogStage({ appending: { pendingMax: 2 } });
  const { logs } = stage;
  const alice = stage.call(0);
  const append = (records: readonly LogRecord[], learners: string[] = []) =>
    alice.append({ records: sent(records), learners }, signal);
  await refused(Reason.UNKNOWN_LEARNER, append(recordsOf("a", 1), ["Mallory"]));
  await refused(
    Reason.UNFIT,
    append([{ ...recordsOf("a", 1)[0]!, payload: new Uint8Array(5_000) }]),
  );
  await refused(Reason.UNFIT, append(recordsOf("a", 0)));
  await refused(Reason.UNFIT, append(recordsOf("", 1)));
  await refused(Reason.UNFIT, append(recordsOf("a", 1, 65)));
  await assertRejects(() => append([]), Error, "there is no record");
  logs.conditions.isHeld = true;
  const waiting = append(recordsOf("a", 1, 2));
  await refused(Reason.FULL, append(recordsOf("b", 1)));
  logs.release();
  await waiting;
  await append(recordsOf("a", 100));
  await refused(Reason.TOO_OLD, append(recordsOf("a", 36)));
  assertEquals(logs.members[0]!.prefixOf(0), 3);

  const read = (from: bigint, learner = "Eve") => all(alice.read({ learner, from }, signal));
  await refused(Reason.UNKNOWN_LEARNER, read(0n, "Mallory"));
  assertEquals(await refused(Reason.NOT_YET, read(4n)), 3);
  assertEquals(await read(3n), []);
  const proof = (position: bigint) => alice.getProof({ learner: "Eve", position }, signal);
  assertEquals(await refused(Reason.NOT_CERTIFIED, proof(2n)), 0);
  assertEquals(await refused(Reason.NOT_YET, proof(3n)), 3);
  for (let i = 101; i < 140; i++) await append(recordsOf("a", i));
  const begins = await refused(Reason.NOT_RETAINED, read(0n));
  assert(begins > 0 && begins === logs.members[0]!.retainedOf(0));
  assertEquals(await refused(Reason.NOT_RETAINED, proof(0n)), begins);
  assertEquals((await read(BigInt(begins))).length, 42 - begins);
});

Deno.test("log: a stream of records has one answer, and waits where there is no room", async () => {
  await using stage = await setLogStage({ appending: { pendingMax: 8 } });
  const alice = stage.call(0);
  const requests = async function* () {
    for (let i = 0; i < 20; i++) {
      yield {
        records: sent(recordsOf("till", ...Array.from({ length: 10 }, (_, k) => 10 * i + k + 1))),
      };
      await Promise.resolve();
    }
  };
  const { count, last } = await alice.appendStream(requests(), signal);
  assertEquals([count, last?.client], [200n, "till"]);
  const delivered: number[] = [];
  const { logs } = stage;
  for (const [sequence, position] of placesIn(logs.members[1]!)) {
    delivered.push(sequence);
    assert(position >= 0);
  }
  assertEquals(delivered, delivered.toSorted((a, b) => a - b));
  const unknown = async function* () {
    yield { records: sent(recordsOf("till", 201)), learners: ["Mallory"] };
    await Promise.resolve();
  };
  await refused(Reason.UNKNOWN_LEARNER, alice.appendStream(unknown(), signal));
  const late = async function* () {
    yield { records: sent(recordsOf("till", 1)) };
    await Promise.resolve();
  };
  await refused(Reason.TOO_OLD, alice.appendStream(late(), signal));
});

/** What a log still keeps of one client's records, in its order: number and position. */
function placesIn({ state }: MemoryLog): [sequence: number, position: number][] {
  const { entries } = state.learners[0]!;
  return [...entries].toSorted(([a], [b]) => a - b).flatMap(([position, { value }]) =>
    decodeBatch(value!).map(({ sequence }): [number, number] => [sequence, position])
  );
}

Deno.test("log: one identity's records leave room for those of others", async () => {
  await using stage = await setLogStage();
  const { logs } = stage;
  const handlers = makeLogHandlers(logs.members[0]!, { envelopeBytesMax: 1 << 20 }, 2);
  const call = (peer: string, sequence: number) => {
    const records = sent(recordsOf(peer, sequence)).map((record) =>
      create(AppendRecordSchema, record)
    );
    const context = { peer, signal, remoteAddress: "", receivedBytes: () => 0, onWorthy() {} };
    return handlers.append(create(AppendRequestSchema, { records }), context);
  };
  logs.conditions.isHeld = true;
  const waiting = [call("Mallory", 1), call("Mallory", 2), call("Bob", 1)];
  await refused(Reason.FULL, call("Mallory", 3));
  waiting.push(call("Bob", 2), call("Mallory", 1));
  logs.release();
  await Promise.all(waiting);
  await call("Mallory", 3);
});

Deno.test("log: a floor that passes somebody who reads is told, with where the log begins", async () => {
  await using stage = await setLogStage();
  const { logs } = stage;
  const [member] = logs.members;
  const { read } = makeLogHandlers(member!, { envelopeBytesMax: 1 << 20 });
  const request = create(ReadRequestSchema, { learner: "Eve", from: 0n, follow: true });
  const context = { peer: "", signal, remoteAddress: "", receivedBytes: () => 0, onWorthy() {} };
  const reading = read(request, context)[Symbol.asyncIterator]();
  assertEquals((await reading.next()).value?.entries, []);
  const alice = stage.call(0);
  for (let i = 1; i <= 60; i++) await alice.append({ records: sent(recordsOf("a", i)) }, signal);
  const begins = await refused(Reason.NOT_RETAINED, reading.next());
  assertEquals(begins, member!.retainedOf(0));
  assert(begins > 0);
});
