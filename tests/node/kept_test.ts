import { assertEquals, assertLessOrEqual } from "@std/assert";
import { queryObjects } from "node:v8";
import type { Journal, JournalBatch, JournalProgress } from "../../lib/store/journal.ts";
import { makeTestConfigurations, TestCluster } from "./harness.ts";

/** Proposed at a time. */
const BATCH = 100;

/** Instances decided when everything that is bounded by number is full. */
const WARM_UP = 2_500;

/**
 * Instances decided in all. What is bounded by number is forgotten by halves, powers of two, so what
 * is kept rises and falls; after so many more instances it has risen as far as before.
 */
const INSTANCES = WARM_UP + 4_096;

/** Less than one id of 64 digits, or one bucket of a rate, for each. */
const BYTES_EACH_MAX = 64;

/** Long enough for nodes to tell each other what they have. */
const SAID_MS = 100;

/** Long enough for whatever waits and whatever is unused to be let go. */
const QUIET_MS = 10_000;

/** Counts what it is given, and keeps nothing but progress: all else that is kept is the nodes'. */
class CountingJournal implements Journal {
  readonly epoch = "00".repeat(16);
  length = 0;
  decisionCount = 0;
  evidenceCount = 0;
  firstPosition = 0;
  firstDecision = 0;
  readonly #progress: Map<string, JournalProgress> = new Map();

  commit({ messages, decisions, progress }: JournalBatch): void {
    this.length += messages.length;
    this.decisionCount += decisions.length;
    for (const each of progress) this.#progress.set(each.peer, each);
  }

  progress(peer: string): JournalProgress | undefined {
    return this.#progress.get(peer);
  }

  commonLength = () => 0;
  message(): undefined {}
  value(): undefined {}
  close(): void {}
  hasInstance = () => false;
  messagesFrom = () => [];
  messagesOf = () => [];
  instancesAfter = () => [];
  decisionsFrom = () => [];
  decisionsOf = () => [];
  evidence = () => [];
  logRecords = () => [];
  logEntries = () => [];
  forget = () => false;
}

/** How many objects there are, and how many bytes they take, once nothing is garbage. */
function live(): { readonly objects: number; readonly bytes: number } {
  const objects = queryObjects(Object, { format: "count" });
  return { objects, bytes: Deno.memoryUsage().heapUsed };
}

Deno.test("what nodes keep does not grow with the number of instances decided", async () => {
  const plan = { acceptors: 2, byzantine: 0, limits: { instanceIdleMs: 100 } };
  const cluster = new TestCluster(await makeTestConfigurations(plan));
  const journals = cluster.configurations[0]!.acceptors.map(({ name }) => {
    const journal = new CountingJournal();
    cluster.join(cluster.add(name, { journal }));
    return journal;
  });
  // Once links are up, nothing is read back from a journal.
  await cluster.clock.advance(10);
  const decide = async (from: number, to: number) => {
    for (let next = from; next < to;) {
      for (let i = 0; i < BATCH && next < to; i++, next++) {
        cluster.propose(cluster.acceptors[next % 2]!, BigInt(next), `value ${next}`);
      }
      await cluster.clock.until(() => journals.every(({ decisionCount }) => decisionCount >= next));
      await cluster.clock.advance(SAID_MS);
    }
    await cluster.clock.advance(QUIET_MS);
    assertEquals(journals.map(({ decisionCount }) => decisionCount), [to, to]);
    // What the test itself keeps.
    for (const { logged } of cluster.processes) (logged as string[]).length = 0;
    return live();
  };
  const before = await decide(0, WARM_UP);
  const after = await decide(WARM_UP, INSTANCES);
  const bytesEach = (after.bytes - before.bytes) / (INSTANCES - WARM_UP);
  console.log(`${after.objects} objects, ${bytesEach.toFixed(1)} bytes more for each instance`);
  assertLessOrEqual(after.objects - before.objects, (INSTANCES - WARM_UP) / 100, "objects");
  assertLessOrEqual(bytesEach, BYTES_EACH_MAX, "bytes for each instance");
  await cluster.stop();
});
