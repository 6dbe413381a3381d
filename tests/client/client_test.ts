/**
 * The client against real acceptors over TLS.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "../../lib/client/client.ts";
import { ClientError, type ClientErrorCode } from "../../lib/client/errors.ts";
import { bytes, drawing, type Name, NAMES, setStage, SILENT_PART, text } from "./stage.ts";

/** Waits for a call to fail with this code. */
async function fails(code: ClientErrorCode, call: Promise<unknown>): Promise<ClientError> {
  const error = await assertRejects(() => call, ClientError);
  assertEquals(error.code, code, error.message);
  return error;
}

Deno.test("what is proposed is decided, and whose it is is told", async () => {
  await using stage = await setStage();
  await using client = connect(stage.configuration);
  const { ours, decisions } = await client.propose(7n, bytes("blue"));
  assertEquals(ours, true);
  assertEquals(
    decisions.map(({ instance, learner, value }) => [instance, learner, text(value)]),
    [[7n, "Eve", "blue"], [7n, "Frank", "blue"]],
  );
  for (const { reportedBy } of decisions) assert(reportedBy.length >= 3, `${reportedBy}`);

  const second = await client.propose(7n, bytes("red"), { learners: ["Frank"] });
  assertEquals([second.ours, second.decisions.length], [false, 1]);
  assertEquals(text(second.decisions[0]!.value), "blue");

  const asked = await client.get(7n, { learners: ["Eve"] });
  assertEquals(asked.map(({ learner, value }) => [learner, text(value)]), [["Eve", "blue"]]);
});

Deno.test("one acceptor that is dead or silent is passed over", async () => {
  for (const part of ["dead", SILENT_PART] as const) {
    await using stage = await setStage({ Alice: part });
    // Who is asked first is drawn: here each of them is, the lost one included.
    for (const [instance, drawn] of [0n, 1n, 2n, 3n].map((i) => [i, Number(i) / 4] as const)) {
      using _ = drawing(drawn);
      await using client = connect(stage.configuration, { patienceMs: 50 });
      const { ours, decisions } = await client.propose(instance, bytes("blue"));
      assertEquals([ours, decisions.length], [true, 2]);
      assert(decisions.every(({ reportedBy }) => !reportedBy.includes("Alice")));
    }
  }
});

Deno.test("instances are watched in their order, through restarts of acceptors", async () => {
  await using stage = await setStage({ Dave: "dead" });
  await using client = connect(stage.configuration);
  const seen: string[] = [];
  const counting = function* () {
    for (let instance = 0n;; instance++) yield instance;
  };
  for (const instance of [2n, 0n, 1n]) await client.propose(instance, bytes(`v${instance}`));
  for await (const { instance, learner, value } of client.watch(counting())) {
    seen.push(`${instance} ${learner} ${text(value)}`);
    if (seen.length === 6) {
      await stage.stop("Carol");
      await stage.start("Dave", "real");
      await stage.start("Carol", "real");
      await client.propose(3n, bytes("v3"));
    }
    if (seen.length === 8) break;
  }
  assertEquals(
    seen,
    [0, 1, 2, 3].flatMap((i) => ["Eve", "Frank"].map((name) => `${i} ${name} v${i}`)),
  );
  const some: bigint[] = [];
  for await (const { instance } of client.watch([2n, 0n], { learners: ["Eve"] })) {
    some.push(instance);
  }
  assertEquals(some, [2n, 0n]);
});

Deno.test("every acceptor is asked how it is, and one that does not answer is told", async () => {
  await using stage = await setStage({ Carol: "dead", Dave: SILENT_PART });
  await using client = connect(stage.configuration);
  const answers = await client.status({ timeoutMs: 500 });
  assertEquals(answers.map(({ acceptor }) => acceptor), [...NAMES]);
  const said = answers.map((answer) =>
    "status" in answer ? answer.status.agent : `${answer.error.code}: ${answer.error.message}`
  );
  assertEquals(said, [
    "test",
    "test",
    "UNREACHABLE: connection refused",
    "TIMEOUT: no answer within 500 ms",
  ]);
});

Deno.test("what cannot be asked for is said before anybody is asked", async () => {
  await using stage = await setStage(
    { Alice: "dead", Bob: "dead", Carol: "dead", Dave: "dead" },
    { limits: { valueBytesMax: 4 } },
  );
  await using client = connect(stage.configuration);
  const learners = ["Mallory"];
  const { message } = await fails("INVALID", client.get(0n, { learners }));
  assertEquals(message, 'there is no learner "Mallory"; there are Eve, Frank');
  await fails("INVALID", client.get(-1n));
  await fails("INVALID", client.propose(1n << 64n, bytes("x")));
  await fails("INVALID", client.propose(0n, bytes("")));
  await fails("INVALID", client.propose(0n, bytes("five!")));
  await fails("INVALID", client.watch([0n], { learners })[Symbol.asyncIterator]().next());
});

Deno.test("a call ends with its time, its signal, or the client, and leaves nothing", async () => {
  await using stage = await setStage({ Carol: "dead", Dave: SILENT_PART });
  await using client = connect(stage.configuration, { patienceMs: 20 });
  const value = bytes("blue");

  const late = await fails("TIMEOUT", client.propose(0n, value, { timeoutMs: 300 }));
  assertEquals(late.failures, [{ acceptor: "Carol", reason: "connection refused" }]);
  assertEquals(
    late.message,
    "instance 0 is not decided for Eve, Frank, as far as 3 of 4 acceptors say; " +
      "Carol: connection refused",
  );
  await fails("TIMEOUT", client.get(0n, { timeoutMs: 100 }));
  const watched = client.watch([0n], { timeoutMs: 100 });
  await fails("TIMEOUT", watched[Symbol.asyncIterator]().next());

  const signal = AbortSignal.abort("enough");
  assertEquals((await fails("ABORTED", client.get(0n, { signal }))).cause, "enough");
  await fails("ABORTED", client.status({ signal }));
  for (
    const call of [
      (signal: AbortSignal) => client.propose(0n, value, { signal }),
      (signal: AbortSignal) => client.get(0n, { signal }),
      (signal: AbortSignal) => client.watch([0n], { signal })[Symbol.asyncIterator]().next(),
    ]
  ) {
    const leaving = new AbortController();
    const failing = fails("ABORTED", call(leaving.signal));
    leaving.abort();
    await failing;
    const closed = connect(stage.configuration);
    await closed.close();
  }

  const open = [
    fails("CLOSED", client.propose(0n, value)),
    fails("CLOSED", client.get(0n)),
    fails("CLOSED", client.watch([0n])[Symbol.asyncIterator]().next()),
    fails("CLOSED", client.status()),
  ];
  await client.close();
  await Promise.all(open);
  await fails("CLOSED", client.get(0n));
});

Deno.test("with nobody left who could say it, nobody is waited for", async () => {
  const dead: Partial<Record<Name, "dead">> = { Alice: "dead", Bob: "dead", Carol: "dead" };
  await using stage = await setStage({ ...dead, Dave: "dead" });
  await using client = connect(stage.configuration);
  const { message, failures } = await fails("UNREACHABLE", client.get(0n));
  assertEquals(failures.map(({ acceptor }) => acceptor), [...NAMES]);
  assert(
    message.startsWith("instance 0 is not decided for Eve, Frank, as far as 0 of 4 "),
    message,
  );
});
