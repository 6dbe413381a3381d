/**
 * An acceptor that has forgotten messages of its own, since its disk was restored from a backup or
 * lost: it takes them back from its peers before it votes, and is never caught.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { copyFolder, Durable } from "./durable.ts";
import { type Decided, Load, tellsOf } from "./load.ts";
import { e2e, type Stage } from "./stage.ts";

/** Instances decided after the backup and before it is restored. */
const FORGOTTEN = 20;

const TOOK_BACK = /^Bob votes from now on: took back (\d+) messages of our own from peers/;

/** Runs load while Bob is stopped, loses what `lose` loses, and starts again. */
async function restore(
  durable: Durable,
  lose: (dataDir: string) => Promise<void>,
  before: (load: Load) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly adopted: number; readonly line: string }> {
  const { cluster } = durable;
  // What it forgets it has signed, so it must not be stopped while that happens.
  const load = await Load.start(durable, { from: 1_000, to: ["Alice", "Carol", "Dave"] });
  await load.more(FORGOTTEN);
  const signed = Number((await cluster.status("Bob")).messagesSigned);
  assertGreater(signed, 0);
  await durable.kill("Bob");
  await lose(durable.dataDir("Bob"));
  await before(load);
  durable.start("Bob");
  const line = await durable.votes("Bob");
  assertMatch(line, TOOK_BACK);
  const adopted = Number(TOOK_BACK.exec(line)![1]);
  await load.more(FORGOTTEN);
  const decided = await load.stop();
  await tellsOf(durable, "Bob", decided);
  await goesOnVoting(durable, decided);
  return { adopted, line };
}

/** Without Alice there is no quorum but with Bob. */
async function goesOnVoting(durable: Durable, decided: Decided): Promise<void> {
  if (durable.up.includes("Alice")) await durable.stop("Alice");
  const load = await Load.start(durable, { from: 100_000, to: ["Carol", "Dave"] });
  await load.more(5);
  for (const [instance, hash] of await load.stop()) decided.set(instance, hash);
  await tellsOf(durable, "Bob", decided);
  await durable.assertNobodyCaught(durable.up);
}

async function decideFirst(durable: Durable, count: number): Promise<void> {
  const load = await Load.start(durable);
  await load.more(count);
  await load.stop();
}

/** Stops Bob, copies his journal away and starts him again. */
async function backUp(stage: Stage, durable: Durable): Promise<string> {
  const copy = `${stage.folder}/backup`;
  await durable.stop("Bob");
  await copyFolder(durable.dataDir("Bob"), copy);
  durable.start("Bob");
  await durable.votes("Bob");
  return copy;
}

async function replace(dataDir: string, copy: string): Promise<void> {
  await Deno.remove(dataDir, { recursive: true });
  await copyFolder(copy, dataDir);
}

Deno.test(e2e(
  import.meta.url,
  "an acceptor restored from a backup takes its own messages back and is never caught",
  async (stage) => {
    const durable = await Durable.make(stage);
    await durable.startAll();
    await decideFirst(durable, 10);
    const copy = await backUp(stage, durable);
    const { adopted, line } = await restore(durable, (dataDir) => replace(dataDir, copy));
    assertGreater(adopted, FORGOTTEN);
    assert(!line.includes("not heard from"), line);
    console.log(`took back ${adopted} messages`);
  },
));

Deno.test(e2e(
  import.meta.url,
  "an acceptor whose data is gone takes its own messages back and is never caught",
  async (stage) => {
    const durable = await Durable.make(stage);
    await durable.startAll();
    await decideFirst(durable, 10);
    const { adopted } = await restore(
      durable,
      (dataDir) => Deno.remove(dataDir, { recursive: true }),
    );
    assertGreater(adopted, FORGOTTEN);
    console.log(`took back ${adopted} messages`);
  },
));

Deno.test(e2e(
  import.meta.url,
  "an acceptor restored from a backup while a peer is down takes its messages back from the rest",
  async (stage) => {
    const durable = await Durable.make(stage);
    await durable.startAll();
    await decideFirst(durable, 10);
    const copy = await backUp(stage, durable);
    let decidedBefore = 0;
    const { adopted, line } = await restore(
      durable,
      (dataDir) => replace(dataDir, copy),
      async (load) => {
        // With Alice and Bob down nothing is decided until Bob is back.
        await durable.kill("Alice");
        decidedBefore = load.decided.size;
      },
    );
    assertEquals(line.includes("not heard from Alice"), true, line);
    assertGreater(adopted, decidedBefore === 0 ? 0 : FORGOTTEN);
    durable.start("Alice");
    await durable.votes("Alice");
    const load = await Load.start(durable, { from: 200_000 });
    await load.more(20);
    const decided = await load.stop();
    for (const name of durable.names) await tellsOf(durable, name, decided);
    await durable.assertNobodyCaught();
    console.log(`took back ${adopted} messages without Alice`);
  },
));
