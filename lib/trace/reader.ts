/**
 * Reads the lines of a trace: the one place where its text becomes values of known types.
 *
 * @module
 */

import {
  readEffect,
  readGraph,
  readInput,
  readLimits,
  readMask,
  readTime,
  readWindows,
} from "./core_json.ts";
import { Field, TraceError } from "./field.ts";
import { type Opaque, TRACE_VERSION, type TraceLine } from "./format.ts";

/** Longest line, in UTF-16 units. */
export const LINE_LENGTH_MAX = 64 * 1024 * 1024;

const INSTANCE_MAX = 2n ** 64n - 1n;

/**
 * Reads one line.
 *
 * @param number Of the line, from 1: for messages.
 * @throws TraceError that says where it is not a line of a trace: `line 17: $.input.now: …`.
 */
export function readLine(text: string, number: number): TraceLine {
  if (text.length > LINE_LENGTH_MAX) {
    throw new TraceError(number, "$", `is longer than ${LINE_LENGTH_MAX} characters`);
  }
  const line = Field.parse(number, text);
  if (line.has("trace")) return readHeader(line);
  if (line.has("open")) {
    const { node, instance, open } = line.fields(["node", "instance", "open"]);
    const standing = open.choice(["votes", "asks", "forked"]);
    return { kind: "open", node: node.text(), instance: readInstance(instance), standing };
  }
  if (line.has("close")) {
    const { node, instance, step, close } = line.fields(["node", "instance", "step", "close"]);
    if (!close.boolean()) close.fail("is not true");
    const which = { node: node.text(), instance: readInstance(instance) };
    return { kind: "close", ...which, step: readStep(step) };
  }
  if (line.has("proposer")) return readPropose(line);
  const { node, instance, step, input, effects } = line
    .fields(["node", "instance", "step", "input", "effects"]);
  return {
    kind: "step",
    node: node.text(),
    instance: readInstance(instance),
    step: readStep(step),
    input: readInput(input),
    effects: effects.items(readEffect),
  };
}

function readHeader(line: Field): TraceLine {
  const version = line.field("trace");
  if (version.value !== TRACE_VERSION) {
    version.fail(`is ${JSON.stringify(version.value)}; this program reads ${TRACE_VERSION}`);
  }
  const { node, self, graph, limits, windows } = line
    .fields(["trace", "node", "self", "graph", "limits"], ["windows"]);
  const spec = readGraph(graph);
  return {
    kind: "header",
    node: node.text(),
    self: self.value === null ? undefined : self.whole(0, spec.acceptors.length - 1),
    graph: spec,
    limits: readLimits(limits),
    windows: windows && readWindows(windows),
  };
}

function readPropose(line: Field): TraceLine {
  const { node, instance, step, proposer, settings, now, entropy, effects } = line.fields([
    ...["node", "instance", "step", "proposer", "settings", "now", "entropy", "effects"] as const,
  ]);
  const state = {
    ...proposer.members(),
    serves: readMask(proposer.field("serves")),
    starved: readMask(proposer.field("starved")),
    caught: readMask(proposer.field("caught")),
    forGood: readMask(proposer.field("forGood")),
  };
  return {
    kind: "propose",
    node: node.text(),
    instance: readInstance(instance),
    step: readStep(step),
    proposer: state,
    settings: settings.members(),
    now: readTime(now),
    entropy: entropy.number(0, 1),
    effects: effects.items((effect): Opaque => effect.members()),
  };
}

function readInstance(field: Field): bigint {
  const text = field.text();
  const instance = /^(0|[1-9][0-9]{0,19})$/.test(text) ? BigInt(text) : undefined;
  if (instance !== undefined && instance <= INSTANCE_MAX) return instance;
  field.fail(`is not a number from 0 to ${INSTANCE_MAX} in quotes`);
}

function readStep(field: Field): number {
  return field.whole(0, Number.MAX_SAFE_INTEGER);
}
