/**
 * `hetpaxos graph check`: everything there is to say about a learner graph.
 *
 * @module
 */

import { type GraphFile, readGraphFile } from "../../lib/config/graph_file.ts";
import { writeNewText } from "../graph/write.ts";
import { fillReport, type GraphReport, newReport, REPORT_OPTIONS } from "../../lib/graph/report.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { drive, EFFORT_FLAGS } from "../graph/drive.ts";
import { differences, GRAPH_POSITIONAL, preparedOf } from "../graph/files.ts";
import { toHtml } from "../graph/html.ts";
import { recordOf } from "../graph/record.ts";
import { sectionsOf } from "../graph/words.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";

/** Checks a learner graph, and says what it tolerates. */
export const graphCheck: Command = defineCommand({
  name: "check",
  summary: "say whether a graph is valid, and who can stop or deceive whom",
  description:
    "Says of each file whether every promise of the closed graph can be kept, and if not, which " +
    "quorums and safe set fail and what the smallest repair is; whose absence stops each learner; " +
    "which liars let learners decide differently; which promises follow from others; who may starve " +
    "whom; and what is redundant. Of several files it also checks that they say the same. What is " +
    "not found out in time is said to be unknown.",
  flags: [
    ...OUTPUT_FLAGS,
    ...EFFORT_FLAGS,
    {
      name: "sets",
      kind: "integer",
      value: "NUMBER",
      min: 1,
      max: 1_000_000,
      default: REPORT_OPTIONS.patternsMax,
      help:
        "minimal sets looked for in each question; those that differ only in like acceptors are one",
    },
    {
      name: "html",
      kind: "text",
      value: "FILE",
      offers: "file",
      help: "also write a report as one self-contained page; only with one FILE",
    },
  ],
  positionals: [{ ...GRAPH_POSITIONAL, many: true }],
  examples: [
    { args: "cluster.json", does: "judges a cluster before it runs" },
    { args: "--time-limit 30s --html report.html graph.json", does: "a page to show to others" },
  ],
  exits: [
    { status: EXIT.ok, means: "every graph is valid, and they are the same" },
    { status: EXIT.usage, means: "a flag or argument is wrong" },
    { status: EXIT.configuration, means: "a graph is wrong or not valid, or the files differ" },
    { status: EXIT.resource, means: "a file cannot be read or written" },
    { status: EXIT.timeout, means: "not everything was looked at in time" },
  ],
}, async ({ flags, positionals, stdout }) => {
  if (flags.html !== undefined && positionals.length > 1) {
    throw new OperatorError(EXIT.usage, "goes with one file only", "--html");
  }
  const output = makeOutput(flags, stdout);
  let status: number = EXIT.ok;
  let first: GraphFile | undefined;
  const worse = (next: number) => status = status === EXIT.configuration ? status : next;
  for (const name of positionals) {
    const file = await readGraphFile(name);
    const { report, stoppedBy } = await reportOn(file, flags["time-limit"], flags.sets);
    print(output, report, file.source);
    if (stoppedBy !== undefined) {
      output.say([`  ended by ${stoppedBy}: what is not said is unknown`]);
    }
    if (report.valid === false) worse(EXIT.configuration);
    else if (report.valid === "unknown" || !report.finished) worse(EXIT.timeout);
    if (flags.html !== undefined) writeNewText(flags.html, toHtml(report, file.source));
    first ??= file;
    const differing = differences(first, file);
    if (first === file) continue;
    const same = differing.length === 0;
    output.emit({ event: "compared", files: [first.source, file.source], same, differing }, [
      same ? { paint: "green", text: `${file.source} says the same as ${first.source}` } : {
        paint: "red",
        text: `${file.source} differs from ${first.source}: ${differing.join("; ")}`,
      },
    ]);
    if (!same) worse(EXIT.configuration);
  }
  return status;
});

/** A report on the graph of a file, as far as the time allows. */
export async function reportOn(
  file: GraphFile,
  timeLimitMs: number | undefined,
  patternsMax: number = REPORT_OPTIONS.patternsMax,
): Promise<{ readonly report: GraphReport; readonly stoppedBy: string | undefined }> {
  const report = newReport(preparedOf(file));
  const options = { ...REPORT_OPTIONS, patternsMax };
  const { stoppedBy } = await drive(
    (effort, tell) => fillReport(report, options, effort, tell),
    timeLimitMs,
  );
  return { report, stoppedBy };
}

function print(output: Output, report: GraphReport, source: string): void {
  const { spec } = report.prepared.graph;
  const counts = `${spec.acceptors.length} acceptors, ${spec.learners.length} learners`;
  output.emit(recordOf(report, source), [{ paint: "bold", text: source }, `: ${counts}`]);
  for (const { sentences } of sectionsOf(report)) {
    for (const { term, text, grave } of sentences) {
      const head = `  ${term.padEnd(10)}`;
      output.say([
        { paint: "dim", text: head },
        grave ? { paint: "red", text } : text,
      ]);
    }
  }
}
