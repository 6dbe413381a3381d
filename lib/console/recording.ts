/**
 * A trace as something to look at: for each node and instance what was known after which step, and
 * the state of the core as it was then.
 *
 * @module
 */

import type { Standing } from "../core/acceptor.ts";
import type { Entry } from "../core/dag.ts";
import type { Effect } from "../core/effects.ts";
import type { CoreContext, InstanceState } from "../core/instance.ts";
import type { LearnerGraphSpec } from "../core/learner_graph.ts";
import { visible } from "../wire/printable.ts";
import type { Decision } from "../core/learner.ts";
import type { AcceptorIndex, MessageId, Timestamp } from "../core/types.ts";
import { contextOf, openAgain, type Replayed, stepAgain } from "../trace/again.ts";
import { TraceError } from "../trace/field.ts";
import type { StepLine } from "../trace/format.ts";
import { readLine } from "../trace/reader.ts";

/** A message that became known. */
export interface Known {
  /** With its facts. */
  readonly entry: Entry;
  /** Position among those of the instance: a causal order. */
  readonly place: number;
  /** The step that made it known, from 0. */
  readonly step: number;
  /** Who handed it over; empty if the node itself did. */
  readonly source: string;
}

/** A decision, and the step that made it. */
export interface Decided {
  /** By whom, on what. */
  readonly decision: Decision;
  /** From 0. */
  readonly step: number;
}

/** An acceptor whose two messages prove that it equivocated. */
export interface Caught {
  /** Who. */
  readonly acceptor: AcceptorIndex;
  /** Neither follows the other. */
  readonly evidence: readonly [MessageId, MessageId];
  /** The step that found out. */
  readonly step: number;
}

/**
 * One instance of one node, from when it was opened. What waits in other instances is not counted
 * against its limits here: where a limit was met, more may be known than was then.
 */
export class RecordedInstance {
  /** In the order in which they became known. */
  readonly known: Known[] = [];
  /** In the order of their steps. */
  readonly decided: Decided[] = [];
  /** In the order of their steps. */
  readonly caught: Caught[] = [];
  /** By id. */
  readonly byId: Map<MessageId, Known> = new Map();
  readonly #context: CoreContext;
  readonly #standing: Standing;
  readonly #lines: StepLine[] = [];
  readonly #latest: Replayed;
  #past: { readonly replayed: Replayed; steps: number } | undefined;

  /** Nothing has happened. */
  constructor(context: CoreContext, standing: Standing) {
    this.#context = context;
    this.#standing = standing;
    this.#latest = openAgain(context, standing);
  }

  /** How many steps there are. */
  get steps(): number {
    return this.#lines.length;
  }

  /** When a step was made. */
  timeOf(step: number): Timestamp {
    return this.#lines[step]!.input.now;
  }

  /** Number of messages that are known after so many steps. Costs O(log messages). */
  knownAfter(steps: number): number {
    let [low, high] = [0, this.known.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.known[middle]!.step < steps) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The state after so many steps; to be read at once, since the next call may change it. Going
   * forward costs the steps between, going back costs all of them.
   */
  stateAfter(steps: number): InstanceState {
    if (steps === this.steps) return this.#latest.state;
    if (this.#past === undefined || this.#past.steps > steps) {
      this.#past = { replayed: openAgain(this.#context, this.#standing), steps: 0 };
    }
    const past = this.#past;
    while (past.steps < steps) {
      stepAgain(this.#context, past.replayed, this.#lines[past.steps++]!);
    }
    return past.replayed.state;
  }

  /** The next step. @throws what the core throws. */
  take(line: StepLine): void {
    const step = this.#lines.push(line) - 1;
    for (const effect of stepAgain(this.#context, this.#latest, line)) this.#note(effect, step);
  }

  #note(effect: Effect, step: number): void {
    if (effect.kind === "deliver") this.#add(effect.entry, step, visible(effect.source, NAME_MAX));
    else if (effect.kind === "send") this.#add(effect.entry, step, "");
    else if (effect.kind === "decide") this.decided.push({ decision: effect.decision, step });
    else if (effect.kind === "caught") {
      const [one, other] = effect.evidence;
      const evidence = [one.message.id, other.message.id] as const;
      this.caught.push({ acceptor: effect.acceptor, evidence, step });
    }
  }

  #add(entry: Entry, step: number, source: string): void {
    const { id } = entry.message;
    if (this.byId.has(id)) return;
    const known = { entry, place: this.known.length, step, source };
    this.known.push(known);
    this.byId.set(id, known);
  }
}

/** A process that was recorded. */
export interface RecordedNode {
  /** Its name. */
  readonly name: string;
  /** Its graph, and which acceptor it is. */
  readonly context: CoreContext;
  /** By number; the last that was opened, if one was opened again. */
  readonly instances: Map<bigint, RecordedInstance>;
}

/** Takes the lines of a trace in order, and keeps all that can be looked at. */
export class Recording {
  /** By name; what a node did before it started anew is gone. */
  readonly nodes: Map<string, RecordedNode> = new Map();
  /** By number: what was recorded, whether it is kept or not. */
  readonly instances: Set<bigint> = new Set();
  /** Lines taken. */
  lines = 0;
  readonly #only: bigint | undefined;

  /** @param only Keeps this instance alone; all if left out. */
  constructor(only?: bigint) {
    this.#only = only;
  }

  /** Takes the next line. @throws TraceError if it is not a line of a trace. */
  take(text: string): void {
    const line = readLine(text, ++this.lines);
    const name = visible(line.node, NAME_MAX);
    if (line.kind === "header") {
      const context = contextOf({ ...line, graph: shownNames(line.graph) });
      this.nodes.set(name, { name, context, instances: new Map() });
      return;
    }
    const node = this.nodes.get(name);
    if (node === undefined) {
      throw new TraceError(this.lines, "$.node", `no header of ${name} comes before`);
    }
    this.instances.add(line.instance);
    if (this.#only !== undefined && line.instance !== this.#only) return;
    if (line.kind === "open") {
      node.instances.set(line.instance, new RecordedInstance(node.context, line.standing));
      return;
    }
    const instance = node.instances.get(line.instance);
    if (instance === undefined) {
      const what = `instance ${line.instance} of ${name} is not open`;
      throw new TraceError(this.lines, "$.instance", what);
    }
    if (line.kind === "step") instance.take(line);
  }
}

/** Longest name that is shown, in UTF-16 units. */
const NAME_MAX = 100;

/** A graph whose names can be shown, whoever chose them: still told apart if they were. */
function shownNames(graph: LearnerGraphSpec): LearnerGraphSpec {
  const shown = (names: readonly string[]) => {
    const all = names.map((name) => visible(name, NAME_MAX));
    return new Set(all).size === all.length ? all : all.map((name, index) => `${name} ${index}`);
  };
  return { ...graph, acceptors: shown(graph.acceptors), learners: shown(graph.learners) };
}

/** The node with most messages; of two, one that only observes. Undefined if there is none. */
export function busiest(nodes: readonly RecordedNode[]): RecordedNode | undefined {
  const seen = ({ context, instances }: RecordedNode) =>
    [...instances.values()].reduce((sum, { known }) => sum + known.length, 0) +
    (context.self === undefined ? 0.5 : 0);
  let best: RecordedNode | undefined;
  for (const each of nodes) if (best === undefined || seen(each) > seen(best)) best = each;
  return best;
}
