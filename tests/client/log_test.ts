/**
 * The client's calls of the log, against acceptors of which one lies or is not there.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connect } from "../../lib/client/client.ts";
import { ClientError, type ClientErrorCode } from "../../lib/client/errors.ts";
import type { Client } from "../../lib/client/types.ts";
import type { AppendedRecord, ReadEntry, ReadOptions } from "../../lib/client/log_types.ts";
import { encodeBatch } from "../../lib/log/record.ts";
import { certificateJson } from "../../lib/log/proof_json.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import { logFault, type LogHandlers } from "../../lib/net/log_rpc.ts";
import { makeLogHandlers } from "../../lib/process/log_service.ts";
import {
  LogFault_Reason as Reason,
  ReadResponseSchema,
} from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { fromHex } from "../../lib/wire/hex.ts";
import { recordsOf, setLogStage } from "../process/log_stage.ts";
import { drawing, ended } from "./stage.ts";

async function fails(code: ClientErrorCode, call: Promise<unknown>): Promise<ClientError> {
  const error = await assertRejects(() => call, ClientError);
  assertEquals(error.code, code, error.message);
  return error;
}

/** All that is read, in words. */
async function told(client: Client, options: ReadOptions, count = Infinity): Promise<string[]> {
  const entries: string[] = [];
  for await (const entry of client.read(options)) {
    entries.push(inWords(entry));
    if (entries.length >= count) break;
  }
  return entries;
}

function inWords({ position, records, repeated }: ReadEntry): string {
  const each = records.map(({ client, sequence }) => `${client} ${sequence}`);
  return `${position}: ${each.join(", ")}${repeated > 0 ? ` (${repeated} again)` : ""}`;
}

function placesOf(appended: readonly AppendedRecord[]): string[] {
  return appended.map(({ places }) =>
    places.map(({ learner, position }) => `${learner} ${position}`).join(", ")
  );
}

const WRONG = encodeBatch(recordsOf("mallory", 1));

/** Says of everything what is not true. */
const LIAR: Partial<LogHandlers> = {
  append: ({ records, learners }) =>
    Promise.resolve({
      records: records.map(({ client, sequence }) => ({
        client,
        sequence,
        delivered: learners.map((learner) => ({
          learner,
          position: 77n,
          valueHash: fromHex(hashValue(WRONG)),
        })),
      })),
    }),
  async *read({ from }, { signal }) {
    for (let position = from; !signal.aborted && position < from + 50n; position++) {
      const valueHash = fromHex(hashValue(WRONG));
      yield create(ReadResponseSchema, { entries: [{ position, valueHash, value: WRONG }] });
    }
    await ended(signal);
  },
  getProof: () => ({ document: '{"format":"hetpaxos-log-proof","version":1}' }),
  getCheckpoint: () => ({ position: 1_000n, certificate: "{}", sessions: new Uint8Array(3) }),
};

Deno.test("log: what is appended is read by everybody, whoever lies or is away", async () => {
  const silent: Partial<LogHandlers> = {
    async append(_request, { signal }) {
      await ended(signal);
      return {};
    },
    async *read(_request, { signal }) {
      await ended(signal);
      yield* [];
    },
  };
  const casts: Record<number, Partial<LogHandlers>>[] = [{}, { 0: LIAR }, { 0: silent }, {
    3: LIAR,
  }];
  for (const lies of casts) {
    await using stage = await setLogStage({ lies });
    await using client = connect(stage.configuration, { patienceMs: 30 });
    const appended = await client.append(recordsOf("till 4", 1, 2));
    assertEquals(placesOf(appended), ["Eve 0, Frank 0", "Eve 1, Frank 1"]);
    for (const { reportedBy } of appended[0]!.places) assert(reportedBy.length >= 3);
    const options = { learner: "Eve", follow: true };
    assertEquals(await told(client, options, 2), ["0: till 4 1", "1: till 4 2"]);
  }
});

Deno.test("log: appending goes on without the coordinator, and again is not twice", async () => {
  await using stage = await setLogStage();
  await using client = connect(stage.configuration, { patienceMs: 50 });
  await stage.stop(0);
  const sequences = [1, 2, 3, 4];
  // Who is asked first is drawn: each of them is, the one that is away included.
  for (const sequence of sequences) {
    using _ = drawing((sequence - 1) / 4);
    const record = recordsOf("till 4", sequence);
    const [once, again] = await Promise.all([client.append(record), client.append(record)]);
    assertEquals(placesOf(once), placesOf(again));
    assertEquals(placesOf(await client.append(record)), placesOf(once));
  }
  const read = await told(client, { learner: "Eve" });
  assertEquals(read, sequences.map((sequence) => `${sequence - 1}: till 4 ${sequence}`));
});

Deno.test("log: a reader follows, also from a checkpoint, and leaves repetitions out", async () => {
  await using stage = await setLogStage();
  await using client = connect(stage.configuration);
  const { logs } = stage;
  for (let sequence = 1; sequence <= 6; sequence++) {
    await client.append(recordsOf("till 4", sequence));
  }
  const checkpoint = await client.checkpoint({ learner: "Eve" });
  assertEquals(checkpoint.position, 4);
  // Another coordinator puts a record in once more.
  logs.propose(6, encodeBatch(recordsOf("till 4", 2, 7)));
  const following = told(client, { from: checkpoint, follow: true }, 4);
  const fromBeginning = told(client, { learner: "Frank", follow: true }, 8);
  await client.append(recordsOf("till 4", 8));
  const last = ["6: till 4 7 (1 again)", "7: till 4 8"];
  assertEquals(await following, ["4: till 4 5", "5: till 4 6", ...last]);
  assertEquals((await fromBeginning).slice(6), last);
  assertEquals(await told(client, { learner: "Eve", from: 7 }), ["7: till 4 8"]);

  const proof = await client.proof(2, { learner: "Eve" });
  const verified = client.verify(JSON.parse(JSON.stringify(proof)));
  assertEquals([verified.learner, verified.position, verified.kind], ["Eve", 2, "decided"]);
  assertEquals(verified.records, recordsOf("till 4", 3));
  assert(verified.signers.length >= 3);
  const forged = { ...proof, position: 1 };
  const { message } = assertThrows(() => client.verify(forged), ClientError);
  assertEquals(
    message,
    "proves nothing: the outcomes do not lead from the entry to the certificate",
  );
});

Deno.test("log: a reader goes on with one that keeps no more what others have told it", async () => {
  await using stage = await setLogStage();
  const bob = makeLogHandlers(stage.logs.members[1]!, { envelopeBytesMax: 1 << 20 });
  stage.lies[1] = {
    read(request, context) {
      if (request.from < 3n) throw logFault(Reason.NOT_RETAINED, "what is begins at 3", 3);
      return bob.read(request, context);
    },
  };
  await using client = connect(stage.configuration, { patienceMs: 30 });
  const entries = client.read({ learner: "Eve", follow: true, timeoutMs: 20_000 })
    [Symbol.asyncIterator]();
  for (const sequence of [1, 2, 3]) await client.append(recordsOf("till 4", sequence));
  for (const _ of [0, 1, 2]) await entries.next();
  // Now the quorum needs Bob.
  await stage.stop(3);
  await client.append(recordsOf("till 4", 4));
  assertEquals(inWords((await entries.next()).value!), "3: till 4 4");
  await entries.return?.();
});

Deno.test("log: what cannot be done is told, with what can", async () => {
  await using stage = await setLogStage({ appending: { pendingMax: 2 } });
  await using client = connect(stage.configuration, { patienceMs: 30 });
  const { logs } = stage;
  const next = (options: ReadOptions) => client.read(options)[Symbol.asyncIterator]().next();
  await fails("INVALID", client.append([]));
  await fails("INVALID", client.append(recordsOf("a", 1, 65)));
  await fails("INVALID", client.append(recordsOf("a", 1), { learners: ["Mallory"] }));
  await fails("INVALID", next({}));
  await fails("INVALID", next({ learner: "Mallory" }));
  await fails("INVALID", next({ learner: "Eve", from: -1 }));
  await fails("INVALID", client.proof(0.5, { learner: "Eve" }));
  assertEquals((await fails("NOT_YET", next({ learner: "Eve", from: 3 }))).begins, 0);
  assertEquals((await fails("NOT_YET", client.proof(0, { learner: "Eve" }))).begins, 0);
  assertEquals(await told(client, { learner: "Eve" }), []);
  await client.append(recordsOf("a", 1));
  assertEquals((await fails("NOT_CERTIFIED", client.proof(0, { learner: "Eve" }))).begins, 0);

  logs.conditions.isHeld = true;
  const late = client.append(recordsOf("b", 1, 2), { timeoutMs: 200 });
  await fails("TIMEOUT", late);
  await fails("FULL", client.append(recordsOf("c", 1), { timeoutMs: 300 }));
  logs.release();
  await client.append(recordsOf("b", 1, 2));
  await client.append(recordsOf("a", 100));
  await fails("TOO_OLD", client.append(recordsOf("a", 36)));

  for (let sequence = 101; sequence < 140; sequence++) {
    await client.append(recordsOf("a", sequence));
  }
  const { begins } = await fails("FORGOTTEN", next({ learner: "Eve" }));
  assert(begins! > 0);
  assert((await told(client, { learner: "Eve", from: begins! })).length > 0);
  const { configuration } = stage;
  await using logless = connect({ ...configuration, log: undefined });
  await fails("NO_LOG", logless.append(recordsOf("a", 1)));
  await fails("NO_LOG", logless.checkpoint());
});

Deno.test("log: calls end with their time, their signal, or the client, and leave nothing", async () => {
  await using stage = await setLogStage();
  await using client = connect(stage.configuration);
  stage.logs.conditions.isHeld = true;
  const next = (options: ReadOptions) => client.read(options)[Symbol.asyncIterator]().next();
  await fails("TIMEOUT", next({ learner: "Eve", follow: true, timeoutMs: 100 }));
  await fails("ABORTED", client.append(recordsOf("a", 1), { signal: AbortSignal.timeout(20) }));
  const signal = AbortSignal.timeout(20);
  await fails("ABORTED", next({ learner: "Eve", follow: true, signal }));
  const open = [
    fails("CLOSED", client.append(recordsOf("a", 1))),
    fails("CLOSED", next({ learner: "Eve", follow: true })),
  ];
  await client.close();
  await Promise.all(open);
});

Deno.test("log: certificates that are forged, mixed, partial or of elsewhere begin nothing", async () => {
  await using honest = await setLogStage();
  await using appending = connect(honest.configuration);
  for (let i = 1; i <= 9; i++) await appending.append(recordsOf("till", i));
  const [eve, frank] = ["Eve", "Frank"].map((learner) => {
    const at = honest.configuration.graph.spec.learners.indexOf(learner);
    const { certificate, sessions } = honest.logs.members[0]!.checkpoint(at);
    return { certificate: certificateJson(honest.configuration.graph, certificate!), sessions };
  });
  const { statements, ...rest } = eve!.certificate;
  const [first, ...others] = statements;
  const wrong: Record<string, readonly [unknown, Uint8Array?]> = {
    "no quorum": [{ ...rest, statements: others.slice(0, 2) }],
    "a signer occurs twice": [{ ...rest, statements: [first, first, ...others.slice(0, 2)] }],
    "is not its signer's": [{
      ...rest,
      statements: [{ ...first!, signature: "00".repeat(64) }, ...others],
    }],
    "signer's": [{ ...rest, position: rest.position - 4, statements }],
    "something else of the log": [{ ...rest, chain: frank!.certificate.chain, statements }],
    "not the certified ones": [eve!.certificate, new Uint8Array(40)],
    "cannot be read": [{ ...rest, statements: [{ signer: "Mallory" }] }],
  };
  for (const [words, [certificate, sessions = eve!.sessions]] of Object.entries(wrong)) {
    const lie: Partial<LogHandlers> = {
      getCheckpoint: () => ({
        position: BigInt(rest.position),
        certificate: JSON.stringify(certificate),
        sessions: new Uint8Array(sessions),
      }),
    };
    Object.assign(honest.lies, { 0: lie, 1: lie, 2: lie, 3: lie });
    const { message } = await fails("UNREACHABLE", appending.checkpoint({ learner: "Eve" }));
    assert(message.includes(words), `${words}: ${message}`);
    // One that is honest is enough.
    delete honest.lies[2];
    const { position } = await appending.checkpoint({ learner: "Eve" });
    assertEquals(position, rest.position);
  }
});
