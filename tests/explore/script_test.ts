/**
 * Scripts: the golden ones run, what happens in them can be replayed, and what is wrong with one is
 * said with its line.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { runScript } from "../../lib/explore/replay.ts";
import { ScriptError } from "../../lib/sim/script.ts";
import { replay } from "../../lib/trace/replay.ts";
import { traceOf } from "../../lib/explore/recorded.ts";

const SCRIPTS = new URL("scripts/", import.meta.url);

for (const { name } of [...Deno.readDirSync(SCRIPTS)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  Deno.test(`script: ${name}`, async () => {
    const text = await Deno.readTextFile(new URL(name, SCRIPTS));
    assert(text.includes("\nexpect "), "a script that expects nothing cannot fail");
    runScript(text);
    const trace = traceOf(text);
    assert(trace.length > 10, `${trace.length} lines`);
    assertEquals(replay(trace), undefined);
  });
}

Deno.test("script: a step that goes otherwise is told by replaying its trace", async () => {
  const trace = traceOf(await Deno.readTextFile(new URL("unsafe.txt", SCRIPTS)));
  const index = trace.findIndex((line) => line.includes('"learners":"0x1"'));
  const tampered = trace.with(index, trace[index]!.replace('"0x1"', '"0x0"'));
  assertEquals(replay(tampered)?.line, index + 1);
});

const PRELUDE = [
  "acceptors A B C",
  "byzantine C",
  "learner X 2 of A B C",
  "safe X X A+B | B+C",
  "propose p1 v1 at 1",
  "deliver p1 to A B",
  "send C.1 prev none refs p1",
  "deliver C.1 to A",
];

/** The complaint about a script that is the prelude and some more lines. */
function complaintAbout(...lines: readonly string[]): string {
  const error = assertThrows(() => runScript([...PRELUDE, ...lines].join("\n")), ScriptError);
  return error.message;
}

Deno.test("script: what cannot be read is refused with its line", () => {
  const cases: readonly (readonly [line: string, complaint: RegExp])[] = [
    ["depose p1", /^line 9: "depose" is none of acceptors, /],
    ["propose p2 v1", /^line 9: expected: propose NAME VALUE at SECONDS$/],
    ["propose p2 v1 at 1001", /^line 9: expected: propose/],
    ["deliver p1", /^line 9: expected: deliver MESSAGE\.\.\. to ACCEPTOR\.\.\.$/],
    ["send C1 prev none refs p1", /^line 9: expected: send /],
    ["refuse C.2 prev none refs p1", /^line 9: expected: refuse /],
    ["burial DEEP", /^line 9: expected: burial /],
    ["learner Y 3 of A B", /^line 9: expected: learner /],
    ["safe X X 0 of A B", /^line 9: expected: safe /],
    ["settle", /^line 9: expected: settle /],
    ["look P v1 at 2 offers", /^line 9: expected: look /],
    ["look P v1 at 2 has v1", /^line 9: expected: look /],
    ["expect", /^line 9: expected: expect /],
  ];
  for (const [line, complaint] of cases) assertMatch(complaintAbout(line), complaint);
});

Deno.test("script: what is not possible is refused with its line", () => {
  const cases: readonly (readonly [line: string, complaint: RegExp])[] = [
    ["deliver A.3 to B", /^line 9: nobody has sent A\.3 yet$/],
    ["deliver p1 to D", /^line 9: "D" is not an acceptor$/],
    ["deliver p1 to C", /^line 9: C is Byzantine: nothing is delivered to it$/],
    ["propose p1 v2 at 2", /^line 9: there is another p1$/],
    ["send A.9 prev none refs p1", /^line 9: A is not Byzantine$/],
    ["send C.2 prev none refs p1 A.1", /^line 9: C\.2 is refused as BAD_1B$/],
    ["refuse C.2 prev none refs p1 A.1 as BAD_2A", /refused as BAD_1B, not BAD_2A$/],
    ["refuse C.2 prev C.1 refs A.1 as BAD_2A", /^line 9: C\.2 is well-formed, not BAD_2A$/],
    ["safe X Y 1 of A", /^line 9: "Y" is not a learner$/],
    ["learner Y 1 of D", /^line 9: "D" is not an acceptor$/],
  ];
  for (const [line, complaint] of cases) assertMatch(complaintAbout(line), complaint);
});

Deno.test("script: an expectation that does not hold is refused with what does", () => {
  const cases: readonly (readonly [line: string, complaint: RegExp])[] = [
    ["expect A sent 1", /^line 9: expected "A sent 1", but it is "2"$/],
    ["expect A.1 is 2a for X", /but it is "1b fresh for X"$/],
    ["expect A.2 is 1b", /but it is "2a for X"$/],
    ["expect p1 is 1b", /but it is "1a"$/],
    ["expect X decided v1", /but it is "nothing"$/],
    ["expect caught C", /but it is "nobody"$/],
    ["expect starved X", /but it is "nobody"$/],
    ["look P v1 at 2 offers nothing", /^line 9: P offers v1$/],
    ["expect disagreement X X", /but it is "none"$/],
    ["expect rain", /^line 9: "rain" is nothing to expect$/],
    ["expect Z decided nothing", /^line 9: "Z" is not a learner$/],
  ];
  for (const [line, complaint] of cases) assertMatch(complaintAbout(line), complaint);
});

Deno.test("script: comments, several deliveries, and a message that waits for its refs", () => {
  const stage = runScript([
    ...PRELUDE,
    "# nothing",
    "settle A # alone",
    "deliver A.2 to B   # refers to C.1",
    "expect B sent 1",
    "deliver A.1 C.1 to B",
    "expect B.2 is 2a for X",
    "expect X decided v1",
  ].join("\n"));
  assertEquals([...stage.messages.keys()], ["p1", "A.1", "B.1", "C.1", "A.2", "B.2"]);
});

function assertMatch(text: string, pattern: RegExp): void {
  assert(pattern.test(text), `${text}\ndoes not match ${pattern}`);
}
