/**
 * What happens in a script, as the lines of a trace.
 *
 * @module
 */

import { TraceWriter } from "../trace/writer.ts";
import { runScript, type ScriptWatcher } from "./replay.ts";

/** Scripts have one instance. */
const INSTANCE = 0n;

/** Records what the nodes of a script do. */
export function recording(write: (line: string) => void): ScriptWatcher {
  const writers = new Map<string, TraceWriter>();
  return {
    started(node, context) {
      const writer = new TraceWriter(node, context, write);
      writer.open(INSTANCE, "votes");
      writers.set(node, writer);
    },
    stepped(node, input, effects) {
      writers.get(node)!.step(INSTANCE, input, effects);
    },
  };
}

/** Runs a script and returns what its nodes do as lines of a trace. @throws ScriptError */
export function traceOf(script: string): string[] {
  const lines: string[] = [];
  runScript(script, { watcher: recording((line) => lines.push(line)) });
  return lines;
}
