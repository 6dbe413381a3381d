/**
 * The campaign of known faults, on a repository of three files.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { campaign } from "../../scripts/mutants.ts";
import type { Detector, Fault } from "../../scripts/mutants/campaign.ts";

const FILES = {
  "lib/sum.ts": "export function sum(a: number, b: number) {\n  return a + b;\n}\n",
  "tests/sum_test.ts": `
    import { sum } from "../lib/sum.ts";
    const expect = (sum: number, expected: number) => {
      if (sum !== expected) throw new Error(\`\${sum}, not \${expected}\`);
    };
    Deno.test("zero", () => expect(sum(0, 0), 0));
    Deno.test("adds (a+b), that is", () => expect(sum(1, 2), 3));
    Deno.test("adds (a+b), that is all", () => expect(sum(1, 2), 4));
    Deno.test("in steps", async (t) => {
      await t.step("one", () => expect(sum(1, 2), 3));
    });`,
  "scripts/sim.ts": `
    import { sum } from "../lib/sum.ts";
    const [, seeds] = Deno.args;
    for (let seed = 0; seed < Number(seeds); seed++) {
      if (sum(seed, seed) !== 2 * seed) {
        console.log("seed " + seed);
        Deno.exit(1);
      }
    }`,
};

function test(test: string): Detector {
  return { path: "tests/sum_test.ts", test };
}

const ADDS = test("adds (a+b), that is");

function fault(to: string, caughtBy: Detector = ADDS, from = "a + b;"): Fault {
  const edits = [{ file: "lib/sum.ts", from, to }];
  return { name: `${from} is ${to}`, origin: "", edits, caughtBy };
}

function attempt(...faults: Fault[]) {
  return attemptWithin(60, faults);
}

/** Tries faults; returns the exit status, what was printed, and why each that survived did. */
async function attemptWithin(secondsMax: number, faults: readonly Fault[]) {
  const root = await Deno.makeTempDir({ prefix: "hetpaxos-faults-" });
  const lines: string[] = [];
  try {
    for (const [file, text] of Object.entries(FILES)) {
      await Deno.mkdir(`${root}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${root}/${file}`, text);
    }
    const source = { root, files: Object.keys(FILES) };
    const status = await campaign(faults, source, (line) => lines.push(line), { secondsMax });
    for (const [file, text] of Object.entries(FILES)) {
      assertEquals(await Deno.readTextFile(`${root}/${file}`), text, "the source has changed");
    }
    return { status, lines, survivors: lines.filter((line) => line.startsWith("  ")) };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("faults that their tests notice are caught, one after the other", async () => {
  const { status, lines } = await attempt(
    fault("a - b;"),
    fault("a * b;"),
    fault("a;", test("in steps")),
  );
  assertEquals([status, lines.at(-1)], [0, "3 caught, 0 survived"]);
  const cells = lines.map((line) => line.split("|").map((cell) => cell.trim()));
  assertEquals(cells[0], ["fault", "caught by", "seconds"]);
  assertEquals(cells[1]!.slice(0, 2), [
    "a + b; is a - b;",
    "tests/sum_test.ts: adds (a+b), that is",
  ]);
  assertEquals(cells.length, 5);
});

Deno.test("a survivor is reported", async () => {
  const { status, lines, survivors } = await attempt(
    fault("a - b;", test("zero")),
    fault("a - b;"),
  );
  assertEquals([status, lines.at(-1)], [1, "1 caught, 1 survived"]);
  assertEquals(survivors, ["  tests/sum_test.ts: zero: the detector passed"]);
  assertStringIncludes(lines[1]!, "SURVIVED");
});

Deno.test("nothing tried is nothing caught", async () => {
  const { status, lines } = await attempt();
  assertEquals([status, lines.at(-1)], [1, "0 caught, 0 survived"]);
});

Deno.test("an edit that does not fit is reported, and nothing is tried", async () => {
  const nowhere = fault("", ADDS, "nowhere");
  const elsewhere: Fault = { ...nowhere, edits: [{ file: "lib/no.ts", from: "a", to: "" }] };
  const { status, lines } = await attempt(
    fault("a - b;"),
    fault("n", ADDS, "a"),
    nowhere,
    elsewhere,
  );
  assertEquals([status, lines], [1, [
    "a is n: lib/sum.ts has not one but 2 of: a",
    "nowhere is : lib/sum.ts has not one but 0 of: nowhere",
    "nowhere is : lib/no.ts has not one but 0 of: a",
  ]]);
});

Deno.test("a mutant that does not load, or does not run, is not caught", async () => {
  const { lines, survivors } = await attempt(
    fault("a +;"),
    fault("a - b;\n}\nimport './nowhere.ts';\nif (0) {"),
    fault("a - b;\n}\nif (1) {\nthrow new Error('while loading');"),
    fault("a - c;"),
    fault("a.b();"),
    fault("a.b();", test("in steps")),
  );
  assertEquals(lines.at(-1), "0 caught, 6 survived");
  for (const why of survivors) assertStringIncludes(why, "the detector broke: ");
  assertStringIncludes(survivors[3]!, "ReferenceError: c is not defined");
  assertStringIncludes(survivors[4]!, "TypeError: a.b is not a function");
});

Deno.test("a detector that is not there, or notices nothing new, catches nothing", async () => {
  const { lines, survivors } = await attempt(
    fault("a - b;", test("adds")),
    fault("a - b;", { ...ADDS, path: "tests/none_test.ts" }),
    fault("a - b;", test("adds (a+b), that is all")),
  );
  assertEquals(lines.at(-1), "0 caught, 3 survived");
  for (const why of survivors) assertStringIncludes(why, "without it, too, the detector ");
  assertStringIncludes(survivors[2]!, "the detector failed");
});

Deno.test("a mutant that hangs is not caught", async () => {
  const { lines, survivors } = await attemptWithin(3, [fault("(() => { for (;;); })();")]);
  assertEquals(lines.at(-1), "0 caught, 1 survived");
  assert(survivors[0]!.endsWith("the detector hung"), survivors[0]);
});

Deno.test("the simulator catches what it finds in the seeds it has, and no more", async () => {
  const { lines, survivors } = await attempt(
    fault("a < 5 ? a + b : 0;", { sim: 10 }),
    fault("a < 5 ? a + b : 0;", { sim: 5 }),
    fault("a.b();", { sim: 10 }),
  );
  assertEquals(lines.at(-1), "1 caught, 2 survived");
  assertEquals(survivors[0], "  the simulator, 5 seeds: the detector passed");
  assertStringIncludes(survivors[1]!, "TypeError: a.b is not a function");
});
