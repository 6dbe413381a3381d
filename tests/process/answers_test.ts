/**
 * Answers of the service can be read by whoever may ask, and tell that somebody is there.
 *
 * @module
 */

import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { toBinary } from "@bufbuild/protobuf";
import type { Configuration } from "../../lib/config/configuration.ts";
import type { MessageId, ValueHash } from "../../lib/core/types.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import type { DecisionRecord } from "../../lib/node/decision_book.ts";
import { decisionsWithin } from "../../lib/process/answers.ts";
import { type RunningProcess, startAcceptor } from "../../lib/process/process.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import {
  DecisionSchema,
  GetStatusResponseSchema,
} from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { LIMITS } from "../../lib/wire/limits.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { callSolo, FaultyJournal, makeSolo } from "./solo.ts";

/** The least that anybody can read. */
const READABLE_BYTES = LIMITS.envelopeBytesMax.min;

function record(learner: string, text: string, value = new TextEncoder().encode(text)) {
  return {
    learner,
    instance: 1n,
    ballot: { seconds: 1, nanos: 0, valueHash: hashValue(value), proposer: 0 },
    value,
    signers: ["Alice"],
    proposal: hashValue(value) as string as MessageId,
  } satisfies DecisionRecord;
}

const VALUE = (i: number) => new Uint8Array(300_000).fill(i + 1);

async function withAcceptor(
  journal: ReturnType<typeof openMemoryJournal>,
  use: (configurations: readonly Configuration[], running: RunningProcess) => Promise<void>,
): Promise<void> {
  const configurations = await makeSolo();
  const common = { log: () => {}, agent: "test" };
  const running = await startAcceptor({ ...common, configuration: configurations[0]!, journal });
  try {
    await use(configurations, running);
  } finally {
    await running.stop();
  }
}

Deno.test("after twenty decisions of 300 kB a status is read by anybody", async () => {
  await withAcceptor(openMemoryJournal(), async (configurations) => {
    await callSolo(configurations, async (client, signal) => {
      for (let i = 0; i < 20; i++) {
        const { decisions } = await client.propose(
          { instance: BigInt(i), value: VALUE(i) },
          signal,
        );
        assertEquals(decisions[0]?.value, VALUE(i));
      }
      const status = await client.getStatus({}, signal);
      assertLessOrEqual(toBinary(GetStatusResponseSchema, status).length, READABLE_BYTES);
      // All are named; their values have no room.
      assertEquals(status.decisions.map(({ instance }) => Number(instance)), [...Array(20).keys()]);
      assert(status.decisions.every(({ value }) => value === undefined));
      await client.propose({ instance: 20n, value: new TextEncoder().encode("short") }, signal);
      const newest = (await client.getStatus({}, signal)).decisions.at(-1);
      assertEquals(newest?.value, new TextEncoder().encode("short"));
    });
  });
});

Deno.test("of ten thousand proofs a status has the newest, and how many there are", async () => {
  const journal = openMemoryJournal();
  const evidence = Array.from({ length: 10_000 }, (_, i) => ({
    acceptor: "Alice",
    instance: BigInt(i),
    first: hashValue(Uint8Array.of(1)) as string as MessageId,
    second: hashValue(Uint8Array.of(2)) as string as MessageId,
  })).map(({ first, second, ...rest }) =>
    first < second ? { ...rest, first, second } : { ...rest, first: second, second: first }
  );
  journal.commit({ messages: [], values: [], decisions: [], evidence, progress: [] }, true);
  await withAcceptor(journal, async (configurations) => {
    const status = await callSolo(
      configurations,
      (client, signal) => client.getStatus({}, signal),
    );
    assertLessOrEqual(toBinary(GetStatusResponseSchema, status).length, READABLE_BYTES);
    assertEquals([status.caughtCount, status.caught.length], [10_000n, 100]);
    assertEquals(status.caught.at(-1)?.instance, 9_999n);
  });
});

Deno.test("each value is given once before any is given twice; decisions are never left out", () => {
  const records = ["a", "b"].flatMap((text) => ["X", "Y"].map((name) => record(name, text)));
  const sizeOf = (from: readonly DecisionRecord[], bytesMax: number) =>
    decisionsWithin(from, bytesMax).map(({ value }) => value?.length ?? 0);
  const large = records.map(({ ballot, ...rest }) => ({ ...rest, ballot, value: VALUE(0) }));
  assertEquals(sizeOf(records, 10_000), [1, 1, 1, 1]);
  assertEquals(sizeOf(large, 700_000), [0, 300_000, 0, 300_000]);
  assertEquals(sizeOf(large, 1_000_000), [0, 300_000, 300_000, 300_000]);
  assertEquals(sizeOf(large, 10), [0, 0, 0, 0]);
  const few = decisionsWithin(records, 150, 0);
  const bytes = few.reduce((sum, decision) => sum + toBinary(DecisionSchema, decision).length, 0);
  assert(few.length > 0 && few.length < 4 && bytes <= 150, `${few.length}: ${bytes} bytes`);
  assertEquals(few.map(({ learner }) => learner), ["X", "Y"].slice(-few.length));
  const unknown: ValueHash = hashValue(Uint8Array.of(9));
  const without = { ...records[0]!, ballot: { ...records[0]!.ballot, valueHash: unknown } };
  assertEquals(sizeOf([{ ...without, value: undefined }], 10_000), [0]);
});

Deno.test("whatever is answered at our own address with our own key, somebody is there", async () => {
  const [alice] = await makeSolo();
  const faulty = new FaultyJournal();
  const common = { configuration: alice!, log: () => {}, agent: "test" };
  const running = await startAcceptor({ ...common, journal: faulty.journal });
  // It answers with an error.
  faulty.fails = "evidence";
  const error = await assertRejects(() => startAcceptor(common), OperatorError, "stop it first");
  assertEquals(error.exitStatus, EXIT.identityInUse);
  faulty.fails = undefined;
  await running.stop();
});
