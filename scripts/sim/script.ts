/**
 * Runs a script (lib/sim/script.ts), tells what happens in it, and records it.
 *
 * @module
 */

import type { ValueHash } from "../../lib/core/types.ts";
import { recording } from "../../lib/explore/recorded.ts";
import { runScript, type ScriptWatcher } from "../../lib/explore/replay.ts";
import { hashOf } from "../../lib/sim/ids.ts";
import { parseScript, ScriptError } from "../../lib/sim/script.ts";
import { Timeline } from "../../lib/sim/timeline.ts";
/**
 * Runs a script and prints its story, each line with that of the script that it comes of.
 *
 * @param traceFile Where to record it; undefined for nowhere.
 * @returns Whether all that it expects holds.
 */
export function explainScript(file: string, traceFile?: string): boolean {
  const text = Deno.readTextFileSync(file);
  const trace: string[] = [];
  const recorder = recording((line) => trace.push(line));
  let timeline: Timeline | undefined;
  const watcher: ScriptWatcher = {
    started(node, context) {
      timeline ??= new Timeline(context.graph, namerOfValues(text));
      recorder.started?.(node, context);
    },
    reached(line) {
      timeline?.reached(`line ${line}`);
    },
    stepped(node, input, effects) {
      if (input.kind !== "restore") timeline?.tell(node, effects);
      recorder.stepped?.(node, input, effects);
    },
  };
  const wrong = complaintOf(() => runScript(text, { watcher }));
  for (const line of timeline?.lines ?? []) console.log(line);
  if (traceFile !== undefined) Deno.writeTextFileSync(traceFile, `${trace.join("\n")}\n`);
  console.log(`${file}: ${wrong ?? "everything is as expected"}`);
  return wrong === undefined;
}

/** Names values as the script does. */
function namerOfValues(text: string): (hash: ValueHash) => string {
  const offers = parseScript(text).filter((line) => line.kind === "propose");
  const names = new Map(offers.map(({ value }) => [hashOf(value), value]));
  return (hash) => names.get(hash) ?? hash.slice(0, 6);
}

function complaintOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ScriptError) return error.message;
    throw error;
  }
}
