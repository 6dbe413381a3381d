/**
 * "It does not decide" in OPERATIONS: each row of its table is a branch, and each is made to happen
 * here; what is said first is what the row says.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { troublesOf } from "../../lib/client/troubles.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import type { Timestamp } from "../../lib/core/types.ts";
import { type Cause, explain, type Surroundings } from "../../lib/explain/explain.ts";
import type { Explained } from "../../lib/explain/votes.ts";
import { runScript } from "../../lib/explore/replay.ts";
import { ROOT } from "../../scripts/lint/paths.ts";

const FOUR = `
acceptors Alice Bob Carol Dave
byzantine Dave
burial TECHNICAL_REPORT
learner X 3 of Alice Bob Carol Dave
learner Y 3 of Alice Bob Carol Dave
safe X X 3 of Alice Bob Carol Dave
safe X Y 4 of Alice Bob Carol Dave
safe Y Y 3 of Alice Bob Carol Dave
`;
const OFFERED = `${FOUR}propose p v at 1\n`;

/** What happens, and what is known beside it. */
interface Scene {
  readonly script: string;
  readonly beside?: Partial<Surroundings>;
  readonly future?: Timestamp;
}

/** An acceptor that has refused what a client sent. */
const REFUSES = ["Alice", "Bob"].map((acceptor) => ({
  acceptor,
  status: {
    refusedFrom: [{ name: "client_1", code: "TOO_LARGE", count: 1n, agoMs: 0n, detail: "" }],
  },
})) as unknown as StatusAnswer[];

/** By cause: how it comes about. */
const SCENES: Readonly<Record<Exclude<Cause, "decided">, Scene>> = {
  "cannot decide now": {
    script: OFFERED,
    beside: {
      unable: new Map([["Carol", ["Carol does not answer"]], ["Dave", ["Dave does not vote yet"]]]),
    },
  },
  "promise void": {
    script: `${FOUR}propose p v at 1
propose q w at 2
send Dave.one prev none refs p
send Dave.two prev none refs q
`,
  },
  "starved": {
    script: await Deno.readTextFile(new URL("../explore/scripts/starved.txt", import.meta.url)),
  },
  "trouble": {
    script: OFFERED,
    beside: { troubles: troublesOf({ clockSkewMsMax: 1 }, REFUSES) },
  },
  "window": {
    script: OFFERED,
    beside: {
      windows: [{ acceptor: "Alice", owner: "client_0", leftMs: 300, held: ["client_1"] }],
    },
  },
  "ahead of clock": { script: FOUR, future: { seconds: 5_000, nanos: 0 } },
  "no ballot": { script: FOUR },
  "1b missing": { script: `${OFFERED}deliver p to Alice\n` },
  "not fresh": {
    script: `${OFFERED}propose q w at 2
deliver p to Alice Bob Carol
deliver Bob.1 Carol.1 to Alice
deliver q to Alice Bob Carol
`,
  },
  "2a missing": { script: `${OFFERED}deliver p to Alice Bob Carol\n` },
};

/** What is said of X. */
function said({ script, beside, future }: Scene) {
  const { observer, values, learners } = runScript(script);
  const ballot = { ...future, valueHash: [...values.keys()][0], proposer: 0 };
  const ahead = [{ proposal: { ballot } }] as unknown as Explained["future"];
  const state = future === undefined ? observer.state : { ...observer.state, future: ahead };
  return explain(
    {
      ...{ graph: observer.context.graph, now: { seconds: 1_000, nanos: 0 }, unable: new Map() },
      valueText: (hash) => `"${values.get(hash)}"`,
      ...beside,
    },
    state,
    learners.indexOf("X"),
  )[0]!;
}

/** The rows of the table: the cause, and how the first sentence may go. */
async function rows(): Promise<Map<string, RegExp>> {
  const page = await Deno.readTextFile(`${ROOT}/docs/OPERATIONS.md`);
  const section = page.slice(page.indexOf("## It does not decide"));
  const found = section.matchAll(/^\| (?!the first|-)(.+?) *\| `([^`]+)` *\|/gm);
  return new Map(
    [...found].map(([, sentence, cause]) => {
      const plain = sentence!.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const pattern = plain.replaceAll("…", ".+").replaceAll(/_\w+_/g, "\\w+");
      // Several sentences of one cause stand side by side.
      const any = cause === "trouble" ? pattern.split("; ").join("|") : pattern;
      return [cause!, new RegExp(`^(${any})`)];
    }),
  );
}

const ROWS = await rows();

Deno.test("the table has a row for each cause, and no other", () => {
  assertEquals([...ROWS.keys()].sort(), Object.keys(SCENES).sort());
});

for (const [cause, scene] of Object.entries(SCENES)) {
  Deno.test(`it does not decide: ${cause}`, () => {
    const first = said(scene);
    assertEquals(first.cause, cause);
    assertMatch(first.text, ROWS.get(cause)!);
  });
}
