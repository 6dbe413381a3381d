/**
 * Traces that somebody has changed, or lost a part of: told at the very line.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { TraceError } from "../../lib/trace/field.ts";
import { replay } from "../../lib/trace/replay.ts";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { forEachSeed, record, type Recorded } from "./recording.ts";

const SEEDS = 15;
const TRIALS = 15;
const FILE = "tampered_test.ts";

/** The line at which a trace is found to be wrong, from 0; undefined if nothing is found. */
function foundAt(lines: readonly string[]): number | undefined {
  try {
    const difference = replay(lines);
    return difference === undefined ? undefined : difference.line - 1;
  } catch (error) {
    assert(error instanceof TraceError, `${error}`);
    return error.line - 1;
  }
}

type Json = { [key: string]: unknown };

/** Makes one effect of a line another, or leaves it out. */
function changeEffect(prng: Prng, text: string): string {
  const line = JSON.parse(text) as { effects: Json[] };
  const at = prng.below(line.effects.length);
  const what = prng.below(5);
  if (what === 0) line.effects.splice(at, 1);
  else if (what === 1) line.effects.splice(at, 0, line.effects[at]!);
  else changeMember(prng, line.effects[at]!);
  return JSON.stringify(line);
}

/**
 * Changes one leaf; a word of the format becomes one that the format does not know. The id of a draft
 * stays: it is whatever the trace says, and is told only where something refers to it.
 */
function changeMember(prng: Prng, parent: Json): void {
  const isDraft = Object.hasOwn(parent, "signer");
  const key = prng.pick(Object.keys(parent).filter((name) => name !== "id" || !isDraft))!;
  const value = parent[key];
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
    changeMember(prng, value as Json);
  } else if (typeof value === "number") parent[key] = value === 0 ? 1 : value - 1;
  else if (typeof value === "boolean") parent[key] = !value;
  else if (typeof value === "string") {
    parent[key] = value.startsWith("0x") ? `0x${(BigInt(value) ^ 1n).toString(16)}` : `${value}0`;
  } else parent[key] = ["somebody"];
}

/** Where the next line of the same node is; undefined if there is none. */
function nextOf(recorded: readonly Recorded[], at: number): number | undefined {
  const next = recorded.findIndex(({ node }, i) => i > at && node === recorded[at]!.node);
  return next < 0 ? undefined : next;
}

Deno.test("an effect that is changed, left out or doubled is told at its line", () => {
  forEachSeed(SEEDS, FILE, (seed) => {
    const prng = makePrng(seed);
    const recorded = record(seed);
    const lines = recorded.map(({ text }) => text);
    const withEffects = recorded.flatMap(({ told }, at) =>
      "effects" in told && told.effects.length > 0 ? [at] : []
    );
    for (let trial = 0; trial < TRIALS; trial++) {
      const at = prng.pick(withEffects)!;
      const changed = lines.with(at, changeEffect(prng, lines[at]!));
      assertEquals(foundAt(changed), at, changed[at]);
    }
  });
});

Deno.test("a line that is missing is told at the next one of its node", () => {
  let last = 0;
  forEachSeed(SEEDS, FILE, (seed) => {
    const prng = makePrng(seed);
    const recorded = record(seed);
    const lines = recorded.map(({ text }) => text);
    for (let trial = 0; trial < TRIALS; trial++) {
      const at = prng.below(lines.length);
      const next = nextOf(recorded, at);
      const expected = next === undefined ? undefined : next - 1;
      if (next === undefined) last++;
      assertEquals(foundAt(lines.toSpliced(at, 1)), expected, lines[at]);
    }
  });
  assert(last < SEEDS * TRIALS / 2);
});

Deno.test("two lines of a node in the wrong order are told at the first of them", () => {
  forEachSeed(SEEDS, FILE, (seed) => {
    const prng = makePrng(seed);
    const recorded = record(seed);
    const lines = recorded.map(({ text }) => text);
    for (let trial = 0; trial < TRIALS; trial++) {
      const at = prng.below(lines.length);
      const next = nextOf(recorded, at);
      if (next === undefined) continue;
      const swapped = lines.with(at, lines[next]!).with(next, lines[at]!);
      assertEquals(foundAt(swapped), at, lines[at]);
    }
  });
});
