/**
 * Proves on small worlds that what the exploration leaves out changes nothing that matters.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { newInbox } from "../../lib/core/inbox.ts";
import type { MessageId } from "../../lib/core/types.ts";
import { type Exploration, explore } from "../../lib/explore/explore.ts";
import { keyOf } from "../../lib/explore/key.ts";
import { SCENARIOS } from "../../lib/explore/scenarios.ts";
import type { Scenario } from "../../lib/explore/types.ts";
import { CORE } from "../core/core_under_test.ts";

function run(name: string, changes: Partial<Scenario>): Exploration {
  const scenario = SCENARIOS.find((each) => each.name === name)!;
  const exploration = explore(CORE, { ...scenario, ...changes }, { statesMax: 2_000_000 });
  assert(exploration.complete, `${name} is too large`);
  return exploration;
}

/** Few enough Byzantine messages to do without any reduction. */
const FEW = { bounds: { messages: 2, refs: 2 } };

/** Ids of all messages sent in any state. */
function messagesOf({ world }: Exploration): MessageId[] {
  return world.messages.entries.map(({ message }) => message.id).sort();
}

/** All combinations of decisions met in some state. */
function decisionsOf({ verdicts }: Exploration): string[] {
  return [...new Set([...verdicts.values()].map(({ decided }) => JSON.stringify(decided)))].sort();
}

Deno.test("symmetry: one state of each class stands for exactly the states of the class", () => {
  for (const name of ["majority", "equivocation", "pair-out-of-order", "out-of-order"]) {
    const reduced = run(name, { ...FEW, symmetry: true });
    const full = run(name, { ...FEW, symmetry: false });
    assert(reduced.store.size < full.store.size);
    assertEquals(reduced.statesWithNames, full.store.size, name);
    assertEquals(messagesOf(reduced), messagesOf(full), name);
    assertEquals(decisionsOf(reduced), decisionsOf(full), name);
  }
});

Deno.test("finished acceptors: what they receive makes nobody send or decide anything else", () => {
  // With symmetry, which names a message is met by depends on the states met.
  const plain = { ...FEW, symmetry: false };
  for (const name of ["majority", "equivocation", "overlapping"]) {
    const skipping = run(name, { ...plain, skipFinished: true });
    const full = run(name, { ...plain, skipFinished: false });
    assert(skipping.store.size < full.store.size);
    assertEquals(messagesOf(skipping), messagesOf(full), name);
    assertEquals(decisionsOf(skipping), decisionsOf(full), name);
  }
});

Deno.test("out of order: but for what waits, acceptors reach the same states as in order", () => {
  for (const name of ["out-of-order", "pair-out-of-order"]) {
    const inOrder = run(name, { outOfOrder: false });
    const anyOrder = run(name, { outOfOrder: true });
    assertEquals(messagesOf(anyOrder), messagesOf(inOrder), name);
    assertEquals(decisionsOf(anyOrder), decisionsOf(inOrder), name);
    assertEquals(statesWithoutInbox(anyOrder, inOrder), statesWithoutInbox(inOrder, inOrder), name);
    assert(anyOrder.world.locals.all.length > inOrder.world.locals.all.length);
  }
});

/** The states of single acceptors with empty inboxes; messages are named as in `naming`. */
function statesWithoutInbox({ world }: Exploration, naming: Exploration): string[] {
  const { numbers } = naming.world.messages;
  const keys = world.locals.all.map(({ acceptor, instance }) => {
    const emptied = { ...instance, inbox: newInbox() };
    return `${acceptor} ${keyOf(emptied, (id) => numbers.get(id)!)}`;
  });
  return [...new Set(keys)].sort();
}
