/**
 * Proves that the exploration sees what it looks for: small worlds are explored with mutated copies
 * of lib/core, and each mistake must end in a violation or change what is reached.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { explore } from "../../lib/explore/explore.ts";
import { coverageOf } from "../../lib/explore/coverage.ts";
import { scriptTo } from "../../lib/explore/path.ts";
import { runScript } from "../../lib/explore/replay.ts";
import { type Pinned, SCENARIOS } from "../../lib/explore/scenarios.ts";
import { ScriptError } from "../../lib/sim/script.ts";
import type { ExploredCore, Scenario } from "../../lib/explore/types.ts";
import { CORE } from "../core/core_under_test.ts";
import { MUTATIONS } from "../core/mutations.ts";
import { loadMutant } from "./mutants.ts";

/** A mutant that reaches more than this has differed long before. */
const STATES_MAX = 30_000;

function pinned(name: string): Pinned {
  return SCENARIOS.find((scenario) => scenario.name === name)!;
}

/** A is bound to v1 by ballot 1, and nobody else knows; B and C have answered ballot 2. */
const LOCKED: Scenario["prefix"] = [
  ...[["p1", 0], ["p1", 1], ["B.1", 0], ["p2", 1], ["p2", 2]] as const,
];

/** Then B and C have sent 2as for v2, A knows, and C has answered ballot 3. */
const UNSEEN: Scenario["prefix"] = [
  ...[...LOCKED, ["C.1", 1], ["p1", 2], ["B.1", 2], ["B.2", 2]] as const,
  ...[["p2", 0], ["B.2", 0], ["C.1", 0], ["B.3", 0], ["p3", 2], ["p3", 1]] as const,
];

/** C is bound to v1 by a 2a for Y alone. */
const BOUND: Scenario["prefix"] = [
  ...[["p1", 1], ["p1", 2], ["B.1", 2], ["p2", 1], ["p2", 0]] as const,
];

/** Small enough to be explored again and again; each sees what others do not. */
const WORLDS = {
  anyOrder: pinned("pair-out-of-order"),
  overlapping: { ...pinned("overlapping"), bounds: { messages: 2, refs: 2 } },
  locked: { ...pinned("majority"), prefix: LOCKED },
  bound: { ...pinned("nested"), prefix: BOUND },
  majority: pinned("majority"),
  burial: { ...pinned("burial"), prefix: UNSEEN, skipFinished: true },
  burialHp2: { ...pinned("burial-hp2"), prefix: UNSEEN, skipFinished: true },
  unsafe: {
    ...pinned("unsafe"),
    bounds: { messages: 2, refs: 1 },
    prefix: [["p1", 0], ["p2", 1]],
  },
} as const satisfies Record<string, Scenario>;

/** Whatever is not what the core itself comes to. */
const DIFFERENT = /^\d+ states/;

/** Mistakes, the world that shows each, and how it shows. */
const NOTICED: readonly (readonly [string, keyof typeof WORLDS, RegExp])[] = [
  ["1b: an earlier acceptor message of the same ballot is no obstacle", "unsafe", DIFFERENT],
  ["2a: the signer need not be in q", "locked", DIFFERENT],
  ["2a: never a second one in a ballot, not even for another learner", "overlapping", DIFFERENT],
  ["prev: need not be the latest", "unsafe", /one thing to its signer and another to others$/],
  ["Caught: of two branches only the later one is kept", "unsafe", DIFFERENT],
  ["Caught: not by two messages that meet in this one", "unsafe", /one-tip-unless-caught/],
  ["Buried: w need not know m", "burial", DIFFERENT],
  ["Buried: TR's rule taken for HP2's", "burial", DIFFERENT],
  ["Buried: HP2's rule taken for TR's", "burialHp2", DIFFERENT],
  [
    "fresh: only 2as for the learner who asks bind, not those for connected learners",
    "bound",
    DIFFERENT,
  ],
  ["q: counts 1bs that are not fresh", "majority", /^X decides twice$/],
  [
    "Decision: the message that completes the quorum does not count",
    "locked",
    /^the observer's decisions/,
  ],
  ["Decision: 2as of different ballots count together", "locked", /^the observer's decisions/],
  ["acceptor: the own last message is not referred to", "locked", /is refused by others/],
  ["acceptor: a stale 1a stays recent", "anyOrder", DIFFERENT],
  ["inbox: one ref that has come is enough", "anyOrder", /^throws/],
];

/** What an exploration comes to, in one line. */
function outcomeOf(core: ExploredCore, scenario: Scenario): string {
  try {
    const exploration = explore(core, scenario, { statesMax: STATES_MAX });
    const { violation, store, world } = exploration;
    if (violation !== undefined) return violation.fault;
    const coverage = [...coverageOf(exploration)].map((each) => each.join(" "));
    return `${store.size} states, ${world.messages.entries.length} messages, ${coverage}`;
  } catch (error) {
    return `throws: ${error instanceof Error ? error.message : error}`;
  }
}

Deno.test("exploration notices these mistakes in lib/core", async (t) => {
  const root = await Deno.makeTempDir({ prefix: "hetpaxos-explored-" });
  try {
    for (const [index, [mistake, name, expected]] of NOTICED.entries()) {
      await t.step(mistake, async () => {
        const { edits } = MUTATIONS.find((mutation) => mutation.mistake === mistake)!;
        const directory = `${root}/${index}`;
        await Deno.mkdir(directory);
        const outcome = outcomeOf(await loadMutant(directory, edits), WORLDS[name]);
        assert(expected.test(outcome), `${outcome}\ndoes not match ${expected}`);
        assert(outcome !== outcomeOf(CORE, WORLDS[name]), `unnoticed: ${outcome}`);
      });
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("exploration: if every 1b were fresh, X would decide twice, and a script shows how", async () => {
  const directory = await Deno.makeTempDir({ prefix: "hetpaxos-explored-" });
  try {
    const from = "if ((connected & locked) === 0n) fresh";
    const careless = await loadMutant(directory, [{ file: "fresh.ts", from, to: "fresh" }]);
    const exploration = explore(careless, pinned("majority"), { statesMax: STATES_MAX });
    assertEquals(exploration.violation?.fault, "X decides twice");
    const script = scriptTo(exploration, exploration.violation!.state, "every 1b is fresh");
    runScript(script, { core: careless });
    assertThrows(() => runScript(script), ScriptError, "expected");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("control: an unchanged copy of lib/core comes to what the core itself comes to", async () => {
  const directory = await Deno.makeTempDir({ prefix: "hetpaxos-explored-" });
  try {
    const copy = await loadMutant(directory, []);
    for (const scenario of Object.values(WORLDS)) {
      assertEquals(outcomeOf(copy, scenario), outcomeOf(CORE, scenario), scenario.name);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
