/**
 * Runs the steps of a trace again, through the core, and tells where it does not do the same.
 *
 * @module
 */

import { closeInstance, type CoreContext, newAccounts } from "../core/instance.ts";
import { type ProposerState, stepProposer } from "../core/proposer.ts";
import { contextOf, openAgain, type Replayed, stepAgain } from "./again.ts";
import { tracedEffect, tracedProposerEffect } from "./effects_json.ts";
import { TraceError } from "./field.ts";
import { canonicalJson } from "./format.ts";
import type { ProposeLine, ProposerSettings, StepLine, TraceLine } from "./format.ts";
import { readLine } from "./reader.ts";

/** Where a recording and the core part for the first time. */
export interface Difference {
  /** Number of the line, from 1. */
  readonly line: number;
  /** Whose step. */
  readonly node: string;
  /** In which instance. */
  readonly instance: bigint;
  /** Position of the first effect that differs among those of the line, from 0. */
  readonly effect: number;
  /** That effect as recorded, as JSON; undefined if there is none. */
  readonly expected: string | undefined;
  /** What the core has there: an effect as JSON, what it throws, or undefined for nothing. */
  readonly actual: string | undefined;
  /** All of this in one line. */
  readonly message: string;
}

/** What a message of a {@linkcode Difference} shows of one effect at most, in UTF-16 units. */
const SHOWN_MAX = 400;

interface ReplayedNode {
  readonly context: CoreContext;
  readonly instances: Map<bigint, Replayed>;
}

/**
 * Takes the lines of one trace in order. Keeps the nodes' open instances and nothing else, so that
 * its memory does not grow with the trace but with what the core itself remembers.
 */
export class Replayer {
  /** Lines taken. */
  lines = 0;
  /** Steps run again, those of proposers included. */
  steps = 0;
  readonly #nodes: Map<string, ReplayedNode> = new Map();

  /** Names of the nodes so far. */
  get nodes(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  /**
   * Takes the next line. Not to be called again after it has told a difference or thrown.
   *
   * @returns undefined if the core does what the line says.
   * @throws TraceError if it is not a line of a trace, or cannot come after those before it.
   */
  take(text: string): Difference | undefined {
    const line = readLine(text, ++this.lines);
    if (line.kind === "header") {
      this.#nodes.set(line.node, {
        context: { ...contextOf(line), accounts: newAccounts() },
        instances: new Map(),
      });
      return undefined;
    }
    const node = this.#nodes.get(line.node);
    if (node === undefined) this.#fail("$.node", `no header of ${line.node} comes before`);
    const { context, instances } = node;
    const { instance } = line;
    const replayed = instances.get(instance);
    const name = `instance ${instance} of ${line.node}`;
    if (line.kind === "open") {
      if (replayed !== undefined) this.#fail("$.open", `${name} is open already`);
      instances.set(instance, openAgain(context, line.standing));
      return undefined;
    }
    if (replayed === undefined) this.#fail("$.instance", `${name} is not open`);
    if (line.step !== replayed.steps) {
      const what = `is ${line.step} where ${replayed.steps} is expected`;
      this.#fail("$.step", `${what}: lines are missing, or not in order`);
    }
    if (line.kind === "close") {
      closeInstance(replayed.state);
      instances.delete(instance);
      return undefined;
    }
    replayed.steps++;
    this.steps++;
    return this.#run(context, replayed, line);
  }

  /**
   * Takes what follows the last line break.
   *
   * @returns "cut off" if there is something, but not a whole line: the writer was killed.
   * @throws TraceError as {@linkcode Replayer.take} does.
   */
  takeRest(text: string): Difference | "cut off" | undefined {
    if (text === "") return undefined;
    try {
      JSON.parse(text);
    } catch {
      return "cut off";
    }
    return this.take(text);
  }

  #run(
    context: CoreContext,
    replayed: Replayed,
    line: StepLine | ProposeLine,
  ): Difference | undefined {
    const expected = line.effects.map(canonicalJson);
    let actual: string[];
    try {
      const effects = line.kind === "step"
        ? this.#step(context, replayed, line)
        : propose(context, replayed, line);
      actual = effects.map(canonicalJson);
    } catch (error) {
      if (error instanceof TraceError) throw error;
      actual = [`an exception: ${error instanceof Error ? error.message : error}`];
    }
    const effect = firstDifference(expected, actual);
    if (effect === undefined) return undefined;
    return this.#difference(line, effect, expected[effect], actual[effect]);
  }

  #step(context: CoreContext, replayed: Replayed, line: StepLine) {
    const { input } = line;
    if (input.kind === "message" || input.kind === "restore") {
      const { message } = input;
      const { acceptorCount } = context.graph;
      if (message.kind === "acceptor" && message.signer >= acceptorCount) {
        this.#fail("$.input.message.signer", `there are ${acceptorCount} acceptors, from 0 on`);
      }
    }
    return stepAgain(context, replayed, line).map(tracedEffect);
  }

  #difference(
    line: TraceLine & { readonly instance: bigint },
    effect: number,
    expected: string | undefined,
    actual: string | undefined,
  ): Difference {
    const { node, instance } = line;
    const place = `line ${this.lines}: ${node}, instance ${instance}, effect ${effect}`;
    const message = `${place}: recorded ${shown(expected)}, now ${shown(actual)}`;
    return { line: this.lines, node, instance, effect, expected, actual, message };
  }

  #fail(path: string, what: string): never {
    throw new TraceError(this.lines, path, what);
  }
}

/**
 * Runs a whole trace again, up to the first difference.
 *
 * @returns undefined if there is none.
 * @throws TraceError if a line is not one of a trace, or cannot come where it does.
 */
export function replay(lines: Iterable<string>): Difference | undefined {
  const replayer = new Replayer();
  for (const line of lines) {
    const difference = replayer.take(line);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function propose({ graph }: CoreContext, { state }: Replayed, line: ProposeLine) {
  const { proposer, settings, now, entropy } = line;
  const proposerState = {
    ...proposer,
    serves: BigInt(proposer.serves),
    starved: BigInt(proposer.starved),
    caught: BigInt(proposer.caught),
    forGood: BigInt(proposer.forGood),
  };
  // What neither this format nor its reader looks into is as the core wrote it, or the core throws.
  return stepProposer(
    graph,
    state,
    proposerState as unknown as ProposerState,
    settings as unknown as ProposerSettings,
    now,
    entropy,
  ).map(tracedProposerEffect);
}

function firstDifference(one: readonly string[], other: readonly string[]): number | undefined {
  const longest = Math.max(one.length, other.length);
  for (let i = 0; i < longest; i++) if (one[i] !== other[i]) return i;
  return undefined;
}

function shown(effect: string | undefined): string {
  if (effect === undefined) return "nothing more";
  return effect.length <= SHOWN_MAX ? effect : `${effect.slice(0, SHOWN_MAX)}…`;
}
