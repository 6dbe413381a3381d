/**
 * Proves on small worlds that of what a Byzantine acceptor may send, the exploration leaves out
 * twins only: messages that differ from one it has in that refs of theirs are in the past of others.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { AcceptorMessage } from "../../lib/core/types.ts";
import { type Exploration, explore } from "../../lib/explore/explore.ts";
import { SCENARIOS } from "../../lib/explore/scenarios.ts";
import { read } from "../../lib/explore/store.ts";
import type { ByzantineBounds, Scenario } from "../../lib/explore/types.ts";
import { CORE } from "../core/core_under_test.ts";

/** Small enough to explore all that a liar might refer to, without any other reduction. */
const WORLDS: readonly (readonly [name: string, changes: Partial<Scenario>])[] = [
  ["overlapping", { bounds: { messages: 2, refs: 2 } }],
  ["overlapping", { bounds: { messages: 3, refs: 2 }, prefix: [["p1", 0], ["p1", 1], ["p1", 3]] }],
  ["unsafe", { bounds: { messages: 3, refs: 1 }, prefix: [["p1", 0], ["p2", 1]] }],
];

function run(name: string, { bounds, ...changes }: Partial<Scenario>, twins: boolean): Exploration {
  const scenario = SCENARIOS.find((each) => each.name === name)!;
  const reduced: ByzantineBounds = { ...bounds!, twins };
  const options = { ...changes, bounds: reduced, symmetry: false };
  const exploration = explore(CORE, { ...scenario, ...options }, { statesMax: 2_000_000 });
  assert(exploration.complete, `${name} is too large`);
  return exploration;
}

/**
 * By message: what it is but for its id. Twins have one shape: the signer, the shape of `prev`, the
 * 1as referred to, and the shapes of the other refs that are in no other's past.
 *
 * @param known Names of the shapes met so far; added to.
 */
function shapesOf({ world: { messages } }: Exploration, known: Map<string, string>): string[] {
  const shapes: string[] = [];
  const pasts: Set<number>[] = [];
  messages.entries.forEach(({ message }, number) => {
    pasts[number] = new Set([number]);
    if (message.kind === "1a") return shapes.push(`p${number}`);
    const { signer, prev, refs } = message as AcceptorMessage;
    const numbers = refs.map((ref) => messages.numbers.get(ref)!);
    for (const ref of numbers) for (const past of pasts[ref]!) pasts[number]!.add(past);
    const first = prev === undefined ? -1 : messages.numbers.get(prev)!;
    const others = numbers.filter((ref) => ref !== first)
      .filter((ref) =>
        ref < messages.offerCount || !numbers.some((by) => by !== ref && pasts[by]!.has(ref))
      );
    const text = `${signer} ${shapes[first]} ${others.map((ref) => shapes[ref]).sort()}`;
    if (!known.has(text)) known.set(text, `m${known.size}`);
    shapes.push(known.get(text)!);
  });
  return shapes;
}

/** The states, by shapes of what everybody knows and has sent; those with two twins only counted. */
function statesOf(
  exploration: Exploration,
  known: Map<string, string>,
): { withTwins: number; without: string[] } {
  const { world, store } = exploration;
  const { honest, locals, pools, messages } = world;
  const shapes = shapesOf(exploration, known);
  const state = world.start.slice();
  const without: string[] = [];
  let withTwins = 0;
  for (let number = 0; number < store.size; number++) {
    read(store, number, state);
    const sent = pools.all[state[honest.length]!]!.map((message) => shapes[message]!).sort();
    if (new Set(sent).size < sent.length) {
      withTwins++;
      continue;
    }
    const delivered = honest.map((_, position) => {
      const { dag } = locals.all[state[position]!]!.instance;
      return Array.from(dag.keys(), (id) => shapes[messages.numbers.get(id)!]!).sort().join(";");
    });
    without.push([...delivered, sent.join(";")].join("|"));
  }
  return { withTwins, without };
}

/** All combinations of decisions met in some state. */
function decisionsOf({ verdicts }: Exploration): string[] {
  return [...new Set([...verdicts.values()].map(({ decided }) => JSON.stringify(decided)))].sort();
}

let twinsSeen = 0;

for (const [name, changes] of WORLDS) {
  const { messages, refs } = changes.bounds!;
  Deno.test(`twins: nothing else is left out of ${name}, ${messages} messages, ${refs} refs`, () => {
    const [few, all] = [false, true].map((twins) => run(name, changes, twins));
    const known = new Map<string, string>();
    const [reduced, full] = [statesOf(few!, known), statesOf(all!, known)];
    assertEquals(reduced.withTwins, 0);
    assertEquals(new Set(reduced.without).size, few!.store.size, "equal shapes of two states");
    assert(all!.store.size > few!.store.size, "a world without twins proves nothing");
    twinsSeen += full.withTwins;
    assertEquals(new Set(full.without), new Set(reduced.without));
    assertEquals(decisionsOf(all!), decisionsOf(few!));
  });
}

Deno.test("twins: states were met in which two of them had been sent", () => {
  assert(twinsSeen > 10_000, `${twinsSeen} states`);
});
