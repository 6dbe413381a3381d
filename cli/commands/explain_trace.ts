/**
 * What a recording tells of why a learner has or has not decided.
 *
 * @module
 */

import { busiest, type RecordedNode, Recording } from "../../lib/console/recording.ts";
import { type Standing, standings } from "../../lib/console/telling.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { chosenLearners, type InstanceFlags } from "./instances.ts";
import { nameOfTrace, readTrace } from "./trace_lines.ts";

/** What is asked of a recording. */
export interface TraceFlags extends Pick<InstanceFlags, "instance" | "learner"> {
  /** The file. */
  readonly trace: string;
  /** Whose; that which has seen most if left out. */
  readonly node?: string | undefined;
  /** After how many steps; all if left out. */
  readonly at?: number | undefined;
}

/** Where learners stood. */
export interface RecordedStandings {
  /** As whom. */
  readonly node: string;
  /** After how many steps. */
  readonly steps: number;
  /** Of the learners chosen. */
  readonly standings: readonly Standing[];
}

/** Characters of a value's hash that stand for it: recordings do not have values. */
const HASH_SHOWN = 8;

/**
 * Where learners stood in an instance, as one process of a recording knew it. Keeps that instance in
 * memory, and nothing of others.
 *
 * @throws OperatorError if the file is no recording, or has nothing of what is asked for.
 */
export async function standingsIn(flags: TraceFlags): Promise<RecordedStandings> {
  const { trace, instance: number } = flags;
  const recording = new Recording(number);
  await readTrace<never>(trace, {
    take: (line) => void recording.take(line),
    takeRest: (rest) => {
      if (!isWhole(rest)) return "cut off";
      recording.take(rest);
      return undefined;
    },
  });
  const node = chosenNode(recording, flags);
  const instance = node.instances.get(number);
  if (instance === undefined) throw new OperatorError(EXIT.usage, lacking(recording), "--instance");
  const steps = Math.min(flags.at ?? instance.steps, instance.steps);
  const { graph } = node.context;
  const { names } = chosenLearners(flags, { graph });
  const valueText = (hash: string) => `value ${hash.slice(0, HASH_SHOWN)}`;
  const all = standings(graph, instance, steps, valueText, { unable: new Map() });
  return {
    ...{ node: node.name, steps },
    standings: all.filter(({ learner }) => names.includes(learner)),
  };
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function chosenNode({ nodes }: Recording, { node, trace }: TraceFlags): RecordedNode {
  const found = node === undefined ? busiest([...nodes.values()]) : nodes.get(node);
  if (found !== undefined) return found;
  if (node === undefined) {
    throw new OperatorError(EXIT.configuration, "nobody has recorded it", nameOfTrace(trace));
  }
  const what = `there is no ${JSON.stringify(node)} in it; there are ${
    [...nodes.keys()].join(", ")
  }`;
  throw new OperatorError(EXIT.usage, what, "--node");
}

/** Which instances there are instead. */
function lacking({ instances }: Recording): string {
  const all = [...instances].toSorted((a, b) => a < b ? -1 : 1);
  if (all.length === 0) return "nothing of any instance was recorded";
  const [first, last] = [all[0], all.at(-1)];
  const there = all.length === 1 ? `${first}` : `${all.length} between ${first} and ${last}`;
  return `nothing of it was recorded; there ${all.length === 1 ? "is" : "are"} ${there}`;
}
