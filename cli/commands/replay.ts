/**
 * `hetpaxos replay`: runs the steps of a trace again.
 *
 * @module
 */

import { type Difference, Replayer } from "../../lib/trace/replay.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS, writeText } from "../output.ts";
import { nameOfTrace, readTrace } from "./trace_lines.ts";

/** How often a person at a terminal is told how far it is, in milliseconds. */
const PROGRESS_MS = 2_000;

/** Longest effect shown in text, in characters; JSON has it whole. */
const EFFECT_TEXT_MAX = 1_000;

/** Runs a trace again, and tells the first difference. */
export const replay: Command = defineCommand({
  name: "replay",
  summary: "Run recorded steps again and tell what differs",
  description:
    "Reads traces that acceptors, learners and proposers wrote with --trace, runs every step again " +
    "through the core of this program, and tells for each file the first step that does not do " +
    "what was recorded. No keys, configuration or network are needed: a trace holds everything, " +
    "and values only as hashes. A last line that was cut off when its writer was killed is left " +
    "out, and said to be. Memory does not grow with the file.",
  flags: OUTPUT_FLAGS,
  positionals: [{ name: "FILE", help: "a trace; - is standard input", many: true, offers: "file" }],
  examples: [
    { args: "alice.trace", does: "run again what Alice recorded" },
    { args: "--json *.trace", does: "several, one JSON object for each" },
    {
      args: "- < alice.trace",
      does: "from standard input, for example out of an archive",
    },
  ],
  exits: [
    { status: EXIT.ok, means: "everything is the same" },
    { status: EXIT.internal, means: "a fault of this program: please report it" },
    { status: EXIT.usage, means: "a flag or argument is wrong" },
    { status: EXIT.configuration, means: "a file is no trace, or a part is missing within it" },
    { status: EXIT.resource, means: "a file cannot be read" },
    { status: EXIT.difference, means: "at least one step does something else than recorded" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  let status: number = EXIT.ok;
  for (const file of positionals) {
    const replayer = new Replayer();
    const found = await replayFile(file, replayer);
    if (found !== undefined && found !== "cut off") status = EXIT.difference;
    print(output, nameOfTrace(file), replayer, found);
  }
  return status;
});

type Found = Difference | "cut off" | undefined;

/** Replays a file up to its first difference. */
async function replayFile(file: string, replayer: Replayer): Promise<Found> {
  return await readTrace<Difference>(file, {
    take: (line) => replayer.take(line),
    takeRest: (rest) => replayer.takeRest(rest),
    tell: progressOf(nameOfTrace(file), sizeOf(file), replayer),
  });
}

/** In bytes; undefined if it cannot be known. */
function sizeOf(file: string): number | undefined {
  if (file === "-") return undefined;
  try {
    const { isFile, size } = Deno.statSync(file);
    return isFile ? size : undefined;
  } catch {
    return undefined;
  }
}

/** Tells now and then on standard error how far it is, if a person is likely to be looking. */
function progressOf(
  name: string,
  size: number | undefined,
  replayer: Replayer,
): (bytes: number) => void {
  if (!Deno.stderr.isTerminal()) return () => {};
  let toldMs = performance.now();
  let taken = 0;
  return (bytes) => {
    taken += bytes;
    if (performance.now() - toldMs < PROGRESS_MS) return;
    toldMs = performance.now();
    const share = size === undefined ? "" : `${Math.floor(taken / size * 100)} %, `;
    writeText(Deno.stderr, `${name}: ${share}${replayer.steps} steps the same so far\n`);
  };
}

function print(output: Output, file: string, replayer: Replayer, found: Found): void {
  const { steps, lines, nodes } = replayer;
  if (found === undefined || found === "cut off") {
    const cutOff = found === "cut off";
    output.emit({ event: "same", file, nodes, steps, lines, cutOff }, [
      `${file}: `,
      { paint: "green", text: "the same" },
      `: ${steps} steps of ${nodes.join(", ")}`,
      cutOff ? `; line ${lines + 1} is cut off and was left out` : "",
    ]);
    return;
  }
  const { line, node, instance, effect, expected, actual } = found;
  const place = { file, line, node, instance, effect };
  output.emit({ event: "different", ...place, recorded: expected, now: actual }, [
    `${file}:${line}: `,
    { paint: "red", text: "different" },
    `: ${node} in instance ${instance}, effect ${effect} of the step, after ${steps - 1} steps ` +
    "that are the same",
  ]);
  output.say([`  recorded: ${shown(expected)}`]);
  output.say([`  now:      ${shown(actual)}`]);
}

function shown(effect: string | undefined): string {
  if (effect === undefined) return "nothing more";
  return effect.length <= EFFECT_TEXT_MAX ? effect : `${effect.slice(0, EFFECT_TEXT_MAX)}…`;
}
