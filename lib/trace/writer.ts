/**
 * Writes what one node does as lines of a trace.
 *
 * @module
 */

import type { Standing } from "../core/acceptor.ts";
import type { CoreContext, CoreLimits, Effect, Input } from "../core/instance.ts";
import type { ProposerEffect, ProposerState } from "../core/proposer.ts";
import type { Timestamp } from "../core/types.ts";
import { plainMessage, plainTime, tracedEffect, tracedProposerEffect } from "./effects_json.ts";
import { maskText, type ProposerSettings, TRACE_VERSION } from "./format.ts";

/** One step of a proposer, as {@linkcode TraceWriter.propose} is told of it. */
export interface ProposerStep {
  /** A copy of its state from before the step. */
  readonly before: ProposerState;
  /** As the core was given them; plain JSON. */
  readonly settings: ProposerSettings;
  /** When. */
  readonly now: Timestamp;
  /** Uniform in [0, 1). */
  readonly entropy: number;
  /** What came out. */
  readonly effects: readonly ProposerEffect[];
}

/**
 * The trace of one node. Several nodes may write to one trace, each through its own writer, in any
 * order between them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { newInstance, step } from "../core/instance.ts";
 * import { makeLearnerGraph } from "../core/learner_graph.ts";
 * import { thresholdOf } from "../core/quorum.ts";
 * import { replay } from "./replay.ts";
 * import { TraceWriter } from "./writer.ts";
 *
 * const one = thresholdOf(1, [0]);
 * const graph = makeLearnerGraph({
 *   acceptors: ["Alice"],
 *   learners: ["Eve"],
 *   quorums: [one],
 *   safety: [{ a: 0, b: 0, safe: one }],
 *   burial: "TECHNICAL_REPORT",
 * });
 * const limits = {
 *   inboxRefsPerPeerMax: 100,
 *   inboxWaitMsMax: 1000,
 *   futureProposalsMax: 10,
 *   clockSkewMsMax: 1000,
 * };
 * const context = { graph, limits, self: 0 };
 * const lines: string[] = [];
 * const writer = new TraceWriter("Alice", context, (line) => lines.push(line));
 * const state = newInstance(context, () => { throw new Error("nothing to sign") }, "asks");
 * writer.open(0n, "asks");
 * const input = { kind: "vote", allowed: true, now: { seconds: 1, nanos: 0 } } as const;
 * writer.step(0n, input, step(context, state, input));
 * assertEquals(lines.length, 3);
 * assertEquals(replay(lines), undefined);
 * ```
 */
export class TraceWriter {
  readonly #node: string;
  readonly #write: (line: string) => void;
  /** Steps so far, by open instance. */
  readonly #steps: Map<bigint, number> = new Map();

  /**
   * Writes the header.
   *
   * @param node A name that no other node of the trace has.
   * @param write Takes one line at a time, without a line break.
   */
  constructor(node: string, context: CoreContext, write: (line: string) => void) {
    this.#node = node;
    this.#write = write;
    const { self = null, graph: { spec }, limits, windows } = context;
    this.#line({
      ...{ trace: TRACE_VERSION, node, self, graph: spec },
      ...{ limits: plainLimits(limits), windows },
    });
  }

  /** An instance begins with nothing in it: it is new, or comes back to memory. */
  open(instance: bigint, standing: Standing): void {
    this.#steps.set(instance, 0);
    this.#line({ node: this.#node, instance: `${instance}`, open: standing });
  }

  /**
   * An open instance has left memory.
   *
   * @throws Error if the instance is not open.
   */
  close(instance: bigint): void {
    this.#line({ ...this.#next(instance), close: true });
    this.#steps.delete(instance);
  }

  /**
   * An open instance has made a step.
   *
   * @throws Error if the instance is not open.
   */
  step(instance: bigint, input: Input, effects: readonly Effect[]): void {
    this.#line({
      ...this.#next(instance),
      input: plainInput(input),
      effects: effects.map(tracedEffect),
    });
  }

  /**
   * A proposer of an open instance has made a step.
   *
   * @throws Error if the instance is not open.
   */
  propose(instance: bigint, { before, settings, now, entropy, effects }: ProposerStep): void {
    const proposer = {
      ...before,
      serves: maskText(before.serves),
      starved: maskText(before.starved),
      caught: maskText(before.caught),
      forGood: maskText(before.forGood),
    };
    const when = { now: plainTime(now), entropy };
    const made = effects.map(tracedProposerEffect);
    this.#line({ ...this.#next(instance), proposer, settings, ...when, effects: made });
  }

  #next(instance: bigint) {
    const step = this.#steps.get(instance);
    if (step === undefined) throw new Error(`instance ${instance} is not open in the trace`);
    this.#steps.set(instance, step + 1);
    return { node: this.#node, instance: `${instance}`, step };
  }

  #line(line: object): void {
    this.#write(JSON.stringify(line));
  }
}

function plainInput(input: Input): Input {
  const now = plainTime(input.now);
  switch (input.kind) {
    case "message": {
      const { kind, message, source, bytes = 0 } = input;
      const size = bytes === 0 ? {} : { bytes };
      return { kind, message: plainMessage(message), source, ...size, now };
    }
    case "tick":
      return { kind: input.kind, now, ...(input.setBack && { setBack: true }) };
    case "restore":
      return { kind: input.kind, message: plainMessage(input.message), now };
    case "vote":
      return { kind: input.kind, allowed: input.allowed, now };
  }
}

/** Without what a configuration bounds besides. */
function plainLimits(limits: CoreLimits): CoreLimits {
  const { inboxRefsPerPeerMax, inboxWaitMsMax, futureProposalsMax, clockSkewMsMax } = limits;
  const { futureBytesMax } = limits;
  const bytes = futureBytesMax === undefined ? {} : { futureBytesMax };
  return { inboxRefsPerPeerMax, inboxWaitMsMax, futureProposalsMax, ...bytes, clockSkewMsMax };
}
