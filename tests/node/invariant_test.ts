import { assertEquals, assertThrows } from "@std/assert";
import type { Effect } from "../../lib/core/effects.ts";
import type { Entry } from "../../lib/core/dag.ts";
import { Composer } from "../../lib/link/composer.ts";
import { Feed } from "../../lib/link/feed.ts";
import { Haves } from "../../lib/link/haves.ts";
import { PeerKnowledge } from "../../lib/link/peer_knowledge.ts";
import type { Named } from "../../lib/node/envelopes.ts";
import type { Lack } from "../../lib/node/lack.ts";
import {
  NODE_INVARIANTS,
  type NodeInvariant,
  NodeInvariantError,
} from "../../lib/node/invariant.ts";
import { Ledger } from "../../lib/node/ledger.ts";
import type { RunningInstance } from "../../lib/node/node_types.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { makeFetcher, PromptClock } from "./fetcher_stage.ts";
import { inventedId, TestCluster, type TestProcess } from "./harness.ts";

const tripped = new Set<NodeInvariant>();

function trips(invariant: NodeInvariant, act: () => void): void {
  const error = assertThrows(act, NodeInvariantError);
  assertEquals(error.invariant, invariant);
  tripped.add(invariant);
}

function message(signer = 0) {
  const content = { signer, prev: undefined, refs: [inventedId("ref")] };
  return { kind: "acceptor", instance: 1n, content, signature: new Uint8Array(64) } as const;
}

/** What the core would have an acceptor send. */
function sending(signer: number): Effect {
  const content = { signer, prev: undefined, refs: [inventedId("ref")] };
  const entry = { message: { kind: "acceptor", id: inventedId("x"), ...content } };
  return { kind: "send", entry: entry as unknown as Entry };
}

/** Alice's node in an instance of its own. */
async function withInstance(
  act: (alice: TestProcess, running: RunningInstance) => void,
): Promise<void> {
  const cluster = await TestCluster.start({}, ["Alice"]);
  const alice = cluster.get("Alice");
  alice.node.bringBack(1n);
  act(alice, alice.node.instances.get(1n)!);
  await cluster.stop();
}

Deno.test("nothing is sent that is not in the journal", () => {
  const ledger = new Ledger(openMemoryJournal());
  const knowledge = new PeerKnowledge(ledger);
  const feed = new Feed({ ledger, knowledge, echoDelayMs: 0 });
  const composer = new Composer({ ledger, knowledge, feed, haves: new Haves(1) });
  feed.start(0);
  feed.appended(ledger.append(inventedId("early"), message(), true), 0);
  trips("kept-before-sent", () => composer.next(0));
});

Deno.test("what is signed here is not kept for now only", () => {
  const ledger = new Ledger(openMemoryJournal());
  ledger.append(inventedId("own"), message(), true);
  trips("own-kept-durably", () => ledger.flush(false));
  ledger.flush(true);
});

Deno.test("a log that somebody else writes too is noticed", () => {
  const journal = openMemoryJournal();
  const [one, two] = [new Ledger(journal), new Ledger(journal)];
  one.append(inventedId("a"), message(), false);
  two.append(inventedId("b"), message(), false);
  two.flush(false);
  trips("log-without-gaps", () => one.flush(false));
});

Deno.test("a step within a step is noticed", async () => {
  await withInstance(({ node }, running) => {
    const step = () => void node.outcomes.apply(running, [], undefined);
    const undo = node.observe({ stepped: step });
    trips("one-step-at-a-time", step);
    undo();
  });
});

Deno.test("a message of unknown form is noticed, and so is one in another's name", async () => {
  await withInstance(({ node, configuration }, running) => {
    const entry = { message: { kind: "1a", id: inventedId("nowhere") } } as unknown as Entry;
    const deliver: Effect = { kind: "deliver", entry, source: "Bob" };
    trips("delivered-has-form", () => node.outcomes.apply(running, [deliver], undefined));
    assertEquals(configuration.self.acceptorIndex, 0);
  });
  await withInstance(({ node }, running) => {
    trips("votes-in-one-name", () => node.outcomes.apply(running, [sending(1)], undefined));
  });
});

Deno.test("a message that waits here and not in the core is noticed", async () => {
  await withInstance(({ node }, running) => {
    running.wires.set(inventedId("nowhere"), message());
    trips("waits-with-its-form", () => node.outcomes.apply(running, [], undefined));
    running.wires.clear();
  });
});

Deno.test("a stretch that nobody is asked for is noticed", () => {
  const clock = new PromptClock();
  const fetcher = makeFetcher(clock, {});
  let fetched: Lack | undefined;
  const fetch = ([lack]: readonly Named[]) => void (fetched = lack as Lack);
  const supplier = { peer: "a", fetch, tookIn: () => {} };
  fetcher.offered(supplier, [{ instance: 1n, id: inventedId(1) }], 1);
  // As if it had been forgotten who was asked.
  fetched!.asked = undefined;
  trips("stretches-are-fetched", () => fetcher.lost(supplier));
  fetcher.close();
});

Deno.test("each invariant of the node has a test that trips it", () => {
  assertEquals([...tripped].toSorted(), Object.keys(NODE_INVARIANTS).toSorted());
});
