/**
 * Calls of the log, as an acceptor answers them.
 *
 * @module
 */

import { LogFault_Reason as Reason } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { LogRecord } from "../../lib/log/record.ts";
import { decodeBatch } from "../../lib/log/record.ts";
import { logFaultIn } from "../../lib/net/log_rpc.ts";
import type { ReadResponse } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
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
