/**
 * Acceptors that lie to the client, over TLS, with keys of their own.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "../../lib/client/client.ts";
import { ClientError } from "../../lib/client/errors.ts";
import type { ConnectOptions } from "../../lib/client/types.ts";
import { bytes, claim, claiming, ended, setStage, type Stage, text } from "./stage.ts";

/** What a client is told of instance 0, or the code of its failure, with what it believes then. */
async function told({ configuration }: Stage, options: ConnectOptions = {}): Promise<string[]> {
  await using client = connect(configuration, options);
  try {
    const decided = await client.get(0n);
    return decided.map(({ learner, value }) => `${learner} ${text(value)}`);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return [error.code, ...error.decisions.map(({ value }) => text(value))];
  }
}

Deno.test("one acceptor that answers another value is not believed", async () => {
  await using stage = await setStage({ Alice: claiming("red") });
  // Whichever is asked first to propose: sometimes it is the liar.
  for (let instance = 0n; instance < 6n; instance++) {
    await using client = connect(stage.configuration, { patienceMs: 50 });
    const { ours, decisions } = await client.propose(instance, bytes("blue"));
    assertEquals(ours, true);
    for (const { value, reportedBy } of decisions) {
      assertEquals(text(value), "blue");
      assert(!reportedBy.includes("Alice"));
    }
    const seen: string[] = [];
    for await (const { value } of client.watch([instance])) seen.push(text(value));
    assertEquals(seen, ["blue", "blue"]);
  }
  assertEquals(await told(stage), ["Eve blue", "Frank blue"]);
});

Deno.test("liars that are no quorum are not believed; a quorum of liars is", async () => {
  // They go when they have spoken: then it is known that they were heard.
  const liar = claiming("red", "goes");
  {
    await using stage = await setStage({ Alice: liar, Bob: liar, Carol: "dead", Dave: "dead" });
    assertEquals(await told(stage), ["UNREACHABLE"]);
    // Two liars are more than any promise of these learners tolerates: then nothing is left to keep.
    assertEquals(await told(stage, { belief: "promise" }), ["Eve red", "Frank red"]);
  }
  {
    await using stage = await setStage({ Alice: liar, Bob: "dead", Carol: "dead", Dave: "dead" });
    assertEquals(await told(stage, { belief: "promise" }), ["UNREACHABLE"]);
  }
  await using stage = await setStage({ Alice: liar, Bob: liar, Carol: liar, Dave: "dead" });
  assertEquals(await told(stage), ["Eve red", "Frank red"]);
});

Deno.test("a value that does not hash to what is said counts for nothing", async () => {
  const liar = {
    async *watchDecisions() {
      const names = ["Eve", "Frank", "Mallory"];
      for (const name of names) {
        yield claim(0n, name, "red", "blue");
        yield claim(1n, name, "red");
      }
      for (const name of names) yield claim(0n, name, "green");
    },
  };
  await using stage = await setStage({ Alice: liar, Bob: liar, Carol: liar, Dave: "dead" });
  assertEquals(await told(stage), ["Eve green", "Frank green"]);
});

Deno.test("who reports without end is not listened to any more", async () => {
  const chatty = {
    async *watchDecisions() {
      for (let i = 0;; i++) yield claim(0n, "Eve", `value ${i}`);
    },
  };
  await using stage = await setStage({ Alice: chatty, Bob: "dead", Carol: "dead", Dave: "dead" });
  await using client = connect(stage.configuration);
  const error = await assertRejects(() => client.get(0n), ClientError);
  assertEquals(error.code, "UNREACHABLE");
  assertEquals(error.failures[0], {
    acceptor: "Alice",
    reason: "it says more than an honest acceptor would",
  });
});

Deno.test("learners that were to agree and did not are told of", async () => {
  const claims = {
    async *watchDecisions(_request: unknown, { signal }: { readonly signal: AbortSignal }) {
      yield claim(0n, "Eve", "red");
      yield claim(0n, "Frank", "blue");
      await ended(signal);
    },
  };
  await using stage = await setStage({ Alice: claims, Bob: claims, Carol: claims, Dave: "dead" });
  assertEquals(await told(stage), ["DISAGREEMENT", "red", "blue"]);
  await using client = connect(stage.configuration);
  const next = () => client.watch([0n])[Symbol.asyncIterator]().next();
  assertEquals((await assertRejects(next, ClientError)).code, "DISAGREEMENT");
});

Deno.test("that a learner can decide no more is believed of a quorum, not of one", async () => {
  const starved = { propose: () => Promise.resolve({ decisions: [] }) };
  {
    await using stage = await setStage({ Alice: starved });
    for (let instance = 0n; instance < 4n; instance++) {
      await using client = connect(stage.configuration, { patienceMs: 50 });
      assertEquals((await client.propose(instance, bytes("blue"))).ours, true);
    }
  }
  await using stage = await setStage({
    Alice: starved,
    Bob: starved,
    Carol: starved,
    Dave: "dead",
  });
  await using client = connect(stage.configuration);
  const error = await assertRejects(() => client.propose(0n, bytes("blue")), ClientError);
  assertEquals([error.code, error.message], [
    "STARVED",
    "Eve, Frank can decide no more in instance 0",
  ]);
});
