import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compileRule, type SetRule, thresholdOf } from "../../lib/core/quorum.ts";
import { compareBytes, equalBytes, fromHex, toHex } from "../../lib/wire/hex.ts";
import { parseJson } from "../../lib/wire/json_text.ts";
import { compareNames, didYouMean, listNames } from "../../lib/wire/names.ts";
import { Place } from "../../lib/wire/place.ts";
import { encodeRule, normaliseRule } from "../../lib/config/rule.ts";
import { ruleJson, type SetJson } from "../../lib/config/rule_json.ts";
import { describeRule } from "../../lib/config/rule_text.ts";

const NAMES = ["Alice", "Bob", "Carol", "Dave"];

Deno.test("our JSON reader reads what the platform reads, keys twice apart", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 2), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      assertEquals(JSON.stringify(parseJson(text, "f")), JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 300 },
  );
});

Deno.test("our JSON reader refuses what the platform refuses", () => {
  const piece = fc.constantFrom(...'[]{},:"\\0e-+.1 tfn\n'.split(""), "true", "null", '"a"', "1e5");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join("")), (text) => {
      const ours = attempt(() => parseJson(text, "f"));
      const platform = attempt(() => JSON.parse(text));
      if (ours === platform) return;
      assert(ours.includes("is twice"), `${JSON.stringify(text)}: ${ours} but ${platform}`);
    }),
    { numRuns: 3000 },
  );
});

function attempt(read: () => unknown): string {
  try {
    return JSON.stringify(read());
  } catch (error) {
    return String(error).includes("is twice") ? "is twice" : "refused";
  }
}

Deno.test("a string as long as the longest value is read, whatever it is made of", () => {
  for (
    const [part, count] of [["a", 24_000_000], ["\\n", 1_000_000], ["\\u00e9x", 500_000]] as const
  ) {
    const text = `"${part.repeat(count)}"`;
    const value = parseJson(text, "a.json") as string;
    assertEquals([value.length, value.slice(-2)], [
      JSON.parse(text).length,
      JSON.parse(text).slice(-2),
    ]);
  }
});

Deno.test("brackets without end are refused, not overflowed on", () => {
  assertThrows(() => parseJson("[".repeat(100_000), "f"), Error, "f:1:66: more than 64 brackets");
});

Deno.test("names are compared by code points, which is the order of UTF-8", () => {
  const name = fc.string({ unit: "grapheme", maxLength: 6 });
  fc.assert(
    fc.property(name, name, (a, b) => {
      const encode = (text: string) => new TextEncoder().encode(text);
      assertEquals(
        Math.sign(compareNames(a, b)),
        Math.sign(compareBytes(encode(a), encode(b))),
      );
    }),
    { numRuns: 500 },
  );
});

Deno.test("a likely name is offered, an unlikely one is not", () => {
  assertEquals(didYouMean("alyce", NAMES), '; did you mean "Alice"?');
  assertEquals(didYouMean("Zed", NAMES), "");
  assertEquals(didYouMean("", ["A"]), "");
  assertEquals(listNames(["a", "b", "c"], 2), "a, b and 1 more");
});

Deno.test("bytes and hex", () => {
  assertEquals(toHex(fromHex("00ff10")), "00ff10");
  assertThrows(() => fromHex("0"), SyntaxError);
  assert(compareBytes(fromHex("01"), fromHex("0100")) < 0);
  assert(equalBytes(fromHex("0102"), fromHex("0102")));
  assert(!equalBytes(fromHex("0102"), fromHex("010203")));
});

Deno.test("places are paths that can be found in the file", () => {
  const place = new Place("a.json").field("learners").field("Eve 1").field("quorums").item(2);
  assertEquals(String(place), 'a.json: learners["Eve 1"].quorums[2]');
  assertEquals(String(new Place("a.json")), "a.json");
});

const leaf: fc.Arbitrary<SetRule> = fc.nat(3).map((index) => ({ kind: "acceptor", index }));

const rule: fc.Arbitrary<SetRule> = fc.letrec<{ rule: SetRule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie("rule"), { minLength: 1, maxLength: 4 }).chain((of) =>
      fc.integer({ min: 1, max: of.length }).map((threshold): SetRule => ({
        kind: "threshold",
        threshold,
        of,
      }))
    ),
  ),
})).rule;

Deno.test("the normal form of a rule means the same, and is its own normal form", () => {
  fc.assert(
    fc.property(rule, (rule) => {
      const normal = normaliseRule(rule);
      assertEquals(normaliseRule(normal), normal);
      const [before, after] = [compileRule(rule), compileRule(normal)];
      for (let set = 0n; set < 16n; set++) {
        assertEquals(after.satisfiedBy(set), before.satisfiedBy(set));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("the order of operands changes neither normal form nor bytes", () => {
  fc.assert(
    fc.property(rule, (rule) => {
      assertEquals(normaliseRule(reversed(rule)), normaliseRule(rule));
      assertEquals(encodeRule(reversed(rule), NAMES), encodeRule(rule, NAMES));
    }),
    { numRuns: 300 },
  );
});

Deno.test("a rule in JSON is read as the same rule, and however it is built it is written alike", () => {
  const indexOf = (name: string): SetRule => ({ kind: "acceptor", index: NAMES.indexOf(name) });
  const read = (set: SetJson): SetRule => {
    if ("names" in set) {
      return thresholdOf(
        set.names.length,
        set.names.map((n) => NAMES.indexOf(n)),
      );
    }
    const of = set.of.map((each) => typeof each === "string" ? indexOf(each) : read(each));
    return { kind: "threshold", threshold: set.threshold, of };
  };
  fc.assert(
    fc.property(rule, (rule) => {
      const written = ruleJson(normaliseRule(rule), NAMES);
      const again: SetRule = { kind: "threshold", threshold: 1, of: written.map(read) };
      assertEquals(normaliseRule(again), normaliseRule(rule));
      assertEquals(ruleJson(normaliseRule(reversed(rule)), NAMES), written);
    }),
    { numRuns: 300 },
  );
});

function reversed(rule: SetRule): SetRule {
  return rule.kind === "acceptor" ? rule : { ...rule, of: rule.of.map(reversed).reverse() };
}

Deno.test("rules in words", () => {
  const say = (rule: SetRule) => describeRule(normaliseRule(rule), NAMES);
  const two = (a: number, b: number) => thresholdOf(2, [a, b]);
  const any = (of: SetRule[]): SetRule => ({ kind: "threshold", threshold: 1, of });
  assertEquals(say(thresholdOf(3, [0, 1, 2, 3])), "any 3 of Alice, Bob, Carol, Dave");
  assertEquals(say(any([two(0, 1), two(0, 2), two(1, 2)])), "any 2 of Alice, Bob, Carol");
  assertEquals(say(any([two(0, 1), two(2, 3)])), "(all of Alice, Bob) or (all of Carol, Dave)");
  assertEquals(say(two(0, 1)), "all of Alice, Bob");
  assertEquals(say(thresholdOf(1, [3])), "Dave");
});
