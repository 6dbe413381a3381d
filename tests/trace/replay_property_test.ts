/**
 * Recorded histories: every line says all that it was made from, and the core does the same again.
 *
 * `HETPAXOS_SEED=n` runs the history of one seed only.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { tracedEffect, tracedProposerEffect } from "../../lib/trace/effects_json.ts";
import { readLine } from "../../lib/trace/reader.ts";
import { replay } from "../../lib/trace/replay.ts";
import { forEachSeed, record, type Told } from "./recording.ts";

const SEEDS = 60;
const FILE = "replay_property_test.ts";

const KINDS = [
  ...["message", "tick", "restore", "vote"],
  ...["deliver", "send", "reject", "request", "wake", "estranged", "decide", "caught", "disagree"],
  ...["propose", "done", "open", "close", "header"],
];

Deno.test("every kind of input and effect survives being written and read", () => {
  const seen = new Set<string>();
  forEachSeed(SEEDS, FILE, (seed) => {
    record(seed).forEach(({ node, text, told }, index) => {
      const line = readLine(text, index + 1);
      assertEquals(line.node, node);
      assertEquals(line.kind, told.kind);
      for (const kind of kindsOf(told)) seen.add(kind);
      if (line.kind === "header" && told.kind === "header") {
        const { graph, limits, self } = told.context;
        assertEquals(line, {
          ...{ kind: "header", node, self, graph: graph.spec, limits },
          windows: undefined,
        });
      } else if (line.kind === "step" && told.kind === "step") {
        assertEquals(line.input, told.input);
        assertEquals(line.effects, told.effects.map(tracedEffect));
      } else if (line.kind === "propose" && told.kind === "propose") {
        const { before, settings, now, entropy, effects } = told.step;
        const { serves, starved, caught, forGood, ...proposer } = line.proposer;
        const sets = {
          serves: BigInt(serves),
          starved: BigInt(starved),
          caught: BigInt(caught),
          forGood: BigInt(forGood),
        };
        assertEquals({ ...proposer, ...sets }, withoutUndefined(before));
        assertEquals(line.settings, { ...settings });
        assertEquals(line.now, now);
        assertEquals(line.entropy, entropy);
        assertEquals(line.effects, effects.map(tracedProposerEffect));
      }
    });
  });
  if (Deno.env.get("HETPAXOS_SEED") === undefined) {
    assertEquals(KINDS.filter((kind) => !seen.has(kind)), []);
  }
});

Deno.test("a recording is replayed without a difference", () => {
  let lines = 0;
  forEachSeed(SEEDS, FILE, (seed) => {
    const recorded = record(seed);
    lines += recorded.length;
    assertEquals(replay(recorded.map(({ text }) => text)), undefined);
  });
  assert(lines > 0);
});

function kindsOf(told: Told): string[] {
  if (told.kind === "step") {
    return [told.input.kind, ...told.effects.map(({ kind }) => kind)];
  }
  return told.kind === "propose" ? told.step.effects.map(({ kind }) => kind) : [told.kind];
}

function withoutUndefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
