/**
 * Explanations of scripted histories: the first sentence names the cause.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { explain, type Sentence } from "../../lib/explain/explain.ts";
import { runScript } from "../../lib/explore/replay.ts";

const FOUR = `
acceptors A B C D
burial TECHNICAL_REPORT
learner X 3 of A B C D
safe X X 3 of A B C D
`;

/** What is said of X after a script. */
function explained(script: string, unable: Record<string, string> = {}): Sentence[] {
  const { observer, values, learners } = runScript(script);
  return explain(
    {
      graph: observer.context.graph,
      now: { seconds: 1_000, nanos: 0 },
      unable: new Map(Object.entries(unable).map(([name, why]) => [name, [`${name} ${why}`]])),
      valueText: (hash) => `"${values.get(hash)}"`,
    },
    observer.state,
    learners.indexOf("X"),
  );
}

function texts(script: string, unable: Record<string, string> = {}): string[] {
  return explained(script, unable).map(({ text }) => text);
}

const BALLOT_1 = 'the ballot of 1970-01-01T00:00:01.000Z with "v1"';
const BALLOT_2 = 'the ballot of 1970-01-01T00:00:02.000Z with "v2"';

Deno.test("without a ballot that is what is said", () => {
  assertEquals(texts(`${FOUR}propose p1 v1 at 1\n`), [`${BALLOT_1}: no 1b from A, B, C, D`]);
  assertEquals(texts(FOUR), [
    "nobody has proposed a value in this instance: run a proposer, or Propose",
  ]);
});

Deno.test("who cannot be reached comes first, where it matters", () => {
  const down = { C: "does not answer", D: "does not answer" };
  assertEquals(texts(`${FOUR}propose p1 v1 at 1\ndeliver p1 to A B\n`, down), [
    "X cannot decide now: it needs any 3 of A, B, C, D; C does not answer; D does not answer",
    `${BALLOT_1}: no 1b from C (C does not answer), D (D does not answer)`,
  ]);
  assertEquals(
    explained(`${FOUR}propose p1 v1 at 1\nsettle A B C D\n`, down).map(({ cause }) => cause),
    ["decided"],
  );
});

Deno.test("2as that are missing are named once the 1bs are there", () => {
  const script = `${FOUR}propose p1 v1 at 1\ndeliver p1 to A B C\n`;
  assertEquals(texts(script), [
    `${BALLOT_1}: a quorum of fresh 1bs is there; no 2a from A, B, C, D`,
  ]);
  assertEquals(texts(`${script}deliver A.1 C.1 to B\n`), [
    `${BALLOT_1}: a quorum of fresh 1bs is there; no 2a from A, C, D`,
  ]);
});

Deno.test("a decision is told with its signers", () => {
  const [sentence] = explained(`${FOUR}propose p1 v1 at 1\nsettle A B C D\n`);
  assertEquals(sentence?.cause, "decided");
  assertStringIncludes(sentence!.text, `X decided "v1" in ${BALLOT_1}: 2as of `);
});

Deno.test("who stands by an older value is told by which 2a, and until when", () => {
  const script = `${FOUR}propose p1 v1 at 1
propose p2 v2 at 2
deliver p1 to A B C
deliver B.1 C.1 to A
deliver p2 to A B C D
`;
  const said = explained(script);
  assertEquals(said[0]?.cause, "2a missing", "three fresh ones are enough");
  const locked = explained(`${FOUR}propose p1 v1 at 1
propose p2 v2 at 2
deliver p1 to A B C
deliver B.1 C.1 to A
deliver A.1 C.1 to B
deliver p2 to A B C D
`);
  assertEquals(locked.map(({ cause, acceptors }) => [cause, acceptors]), [
    ["not fresh", ["A", "B"]],
  ]);
  assertEquals(
    locked[0]!.text,
    `${BALLOT_2}: the 1bs of A, B are not fresh for X: they stand by "v1" of ${BALLOT_1} for X, ` +
      'until whoever proposes offers "v1" again, or a higher ballot with another value has a 2a ' +
      "for X that any 3 of A, B, C, D know",
  );
});

Deno.test("a starved learner is told so before anything else", async () => {
  const script = await Deno.readTextFile(
    new URL("../explore/scripts/starved.txt", import.meta.url),
  );
  const [first] = explained(script);
  assertEquals(first?.cause, "starved");
  assertStringIncludes(first!.text, "X is starved in this instance");
});

Deno.test("missing links, troubles and windows are told in their place", () => {
  const script = `${FOUR}propose p1 v1 at 1\ndeliver p1 to A B\n`;
  const { observer, values } = runScript(script);
  const first = (more: Partial<Parameters<typeof explain>[0]>) =>
    explain(
      {
        graph: observer.context.graph,
        now: { seconds: 1_000, nanos: 0 },
        unable: new Map(),
        valueText: (hash) => `"${values.get(hash)}"`,
        ...more,
      },
      observer.state,
      0,
    )[0]!;
  const apart = "no links between A, B | C, D (A to C: connection refused)";
  assertEquals(first({ parts: [0b0011n, 0b1100n], apart }), {
    cause: "cannot decide now",
    text: `X cannot decide now: it needs any 3 of A, B, C, D; ${apart}`,
    acceptors: [],
  });
  assertEquals(first({ parts: [0b0111n, 0b1000n], apart }).cause, "1b missing");
  const troubles = [{ text: "the disk of C is slow", names: ["C"] }];
  assertEquals(first({ troubles }), {
    cause: "trouble",
    text: "the disk of C is slow",
    acceptors: ["C"],
  });
  const windows = ["A", "B", "C"].map((acceptor) => ({
    ...{ acceptor, owner: "p0", leftMs: 300 },
    held: acceptor === "C" ? [] : ["p1"],
  }));
  assertEquals(
    first({ windows }).text,
    "A for 300 ms more, B for 300 ms more hold back the ballots of p1, for it is the window of p0",
  );
});

Deno.test("a promise that a liar has voided is told first, and with a decision too", () => {
  const script = `
acceptors A B C D
byzantine D
burial TECHNICAL_REPORT
learner X 3 of A B C D
learner Y 3 of A B C D
safe X X 3 of A B C D
safe X Y 4 of A B C D
safe Y Y 3 of A B C D
propose p1 v1 at 1
propose p2 v2 at 2
send D.one prev none refs p1
send D.two prev none refs p2
`;
  const [first] = explained(script);
  assertEquals([first?.cause, first?.acceptors], ["promise void", ["D"]]);
  assertEquals(
    first?.text,
    "D was caught lying in this instance, which voids the promise that X and Y agree: keep the " +
      "evidence, do not wait for it, and use another instance",
  );
  const after = explained(`${script}settle A B C\n`).map(({ cause }) => cause);
  assertEquals(after, ["decided", "promise void"]);
});
