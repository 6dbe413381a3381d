/**
 * `hetpaxos graph derive`: safe sets from quorums, or a whole graph from what is to be tolerated.
 *
 * @module
 */

import { type GraphFile, graphFileJson, readGraphFile } from "../../lib/config/graph_file.ts";
import { describeRule } from "../../lib/config/rule_text.ts";
import type { LearnerGraphSpec } from "../../lib/core/learner_graph.ts";
import { type DerivedSafety, deriveSafety, deriveTolerance } from "../../lib/graph/derive.ts";
import { simplify } from "../../lib/graph/simplify.ts";
import { compareNames, nameFault } from "../../lib/wire/names.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { quote } from "../../lib/wire/place.ts";
import { type Command, defineCommand } from "../command.ts";
import { drive, EFFORT_FLAGS } from "../graph/drive.ts";
import { writeNewText } from "../graph/write.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";

const COUNT = { kind: "integer", value: "NUMBER", min: 0, max: 1_000, default: 0 } as const;

/** Derives quorums and safe sets from what is to be tolerated. */
export const graphDerive: Command = defineCommand({
  name: "derive",
  summary: "make safe sets of quorums, or a graph of what is to be tolerated",
  description:
    "From a file with quorums makes the largest safe sets that they allow and that keep the graph " +
    "valid; safe sets in the file are not looked at. From --among and how many are to be tolerated " +
    "makes quorums and safe sets. Writes a graph without addresses or keys, whose learners and " +
    "safetySets may be copied into a configuration.",
  flags: [
    ...OUTPUT_FLAGS,
    ...EFFORT_FLAGS,
    {
      name: "out",
      kind: "text",
      value: "FILE",
      offers: "file",
      required: true,
      help: "where to write the graph; it is replaced",
    },
    {
      name: "among",
      kind: "list",
      value: "NAME",
      help: "an acceptor; several with commas or again",
    },
    { ...COUNT, name: "liars", help: "how many of them may do anything" },
    { ...COUNT, name: "crashes", help: "how many more of them may stop" },
    {
      name: "learner",
      kind: "list",
      value: "NAME",
      help: "a learner with such quorums; one, named everybody, if left out",
    },
  ],
  positionals: [{
    name: "FILE",
    help: "a configuration or a graph with the quorums; not with --among",
    offers: "file",
    optional: true,
  }],
  examples: [
    { args: "--out safe.json quorums.json", does: "the largest safe sets of these quorums" },
    {
      args: "--among Alice,Bob,Carol,Dave --liars 1 --out graph.json",
      does: "any three of four, while any three are safe",
    },
  ],
  exits: [
    { status: EXIT.ok, means: "written" },
    { status: EXIT.usage, means: "a flag or argument is wrong, or too few acceptors are given" },
    { status: EXIT.configuration, means: "the file is wrong" },
    { status: EXIT.resource, means: "a file cannot be read or written" },
    { status: EXIT.timeout, means: "written without the pairs that were not found out in time" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const [name] = positionals;
  if ((name === undefined) === (flags.among.length === 0)) {
    throw new OperatorError(EXIT.usage, "give either a FILE with quorums, or --among", "FILE");
  }
  if (name === undefined) {
    const spec = tolerating(flags.among, flags.liars, flags.crashes, flags.learner);
    return write(output, flags.out, { spec, impossible: [], leftOut: [], unknown: [] }, []);
  }
  const file = await readGraphFile(name);
  const { value } = await drive(
    (effort) => deriveSafety(file.spec, effort, file.demands),
    flags["time-limit"],
  );
  return write(output, flags.out, value, file.demands);
});

function tolerating(
  among: readonly string[],
  liars: number,
  crashes: number,
  named: readonly string[],
): LearnerGraphSpec {
  const acceptors = namesIn(among, "--among");
  const learners = named.length === 0 ? ["everybody"] : namesIn(named, "--learner");
  const indices = acceptors.map((_, index) => index);
  const rules = deriveTolerance(indices, liars, crashes);
  if (rules === undefined) {
    const least = 3 * liars + 2 * crashes + 1;
    throw new OperatorError(
      EXIT.usage,
      `${acceptors.length} acceptors cannot tolerate ${liars} liars and ${crashes} crashes; that ` +
        `takes ${least}`,
      "--among",
    );
  }
  const safety = learners.flatMap((_, a) =>
    learners.slice(a).map((_, i) => ({ a, b: a + i, safe: rules.safe }))
  );
  const quorums = learners.map(() => rules.quorums);
  return { acceptors, learners, quorums, safety, burial: "TECHNICAL_REPORT" };
}

function namesIn(given: readonly string[], flag: string): string[] {
  const names = given.flatMap((each) => each.split(","));
  names.forEach((name, i) => {
    const fault = names.indexOf(name) !== i ? "is given twice" : nameFault(name);
    if (fault !== undefined) throw new OperatorError(EXIT.usage, `${quote(name)} ${fault}`, flag);
  });
  return names.sort(compareNames);
}

function write(
  output: Output,
  out: string,
  { spec, impossible, leftOut, unknown }: DerivedSafety,
  demands: GraphFile["demands"],
): number {
  writeNewText(out, JSON.stringify(graphFileJson(spec, demands), undefined, 2) + "\n");
  const { learners, acceptors } = spec;
  const names = (pairs: DerivedSafety["unknown"]) =>
    pairs.map(([a, b]) => [learners[a]!, learners[b]!]);
  output.emit({
    event: "derived",
    file: out,
    impossible: names(impossible),
    leftOut: names(leftOut),
    unknown: names(unknown),
  }, [`${out}: written`]);
  for (const { a, b, safe } of spec.safety) {
    const who = a === b ? `${learners[a]} with itself` : `${learners[a]} with ${learners[b]}`;
    output.say([`  agree     ${who}, while safe: ${describeRule(simplify(safe), acceptors)}`]);
  }
  const tell = (term: string, pairs: DerivedSafety["unknown"], why: string) => {
    for (const [a, b] of names(pairs)) output.say([`  ${term.padEnd(10)}${a} with ${b}: ${why}`]);
  };
  tell("never", impossible, "they may decide differently though nobody lies");
  tell("left out", leftOut, "with it, by transitivity, others would be promised too much");
  tell("unknown", unknown, "too many kinds of safe sets, or not found out in time");
  return unknown.length > 0 ? EXIT.timeout : EXIT.ok;
}
