/**
 * `hetpaxos graph what-if`: who still decides and agrees when acceptors are down or lie.
 *
 * @module
 */

import { membersOf } from "../../lib/core/acceptor_set.ts";
import { readGraphFile } from "../../lib/config/graph_file.ts";
import type { PreparedGraph } from "../../lib/graph/prepared.ts";
import { type WhatIf, whatIf, type WhatIfPair } from "../../lib/graph/what_if.ts";
import { listNames } from "../../lib/wire/names.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { drive, EFFORT_FLAGS } from "../graph/drive.ts";
import { acceptorsNamed, GRAPH_POSITIONAL, preparedOf } from "../graph/files.ts";
import { makeOutput, type Output, OUTPUT_FLAGS, type Span } from "../output.ts";

/** Says what becomes of learners when acceptors fail. */
export const graphWhatIf: Command = defineCommand({
  name: "what-if",
  summary: "say who still decides and agrees when acceptors are down or lie",
  description:
    "Says for each learner whether it can still decide while some acceptors are silent and some " +
    "lie, and for each pair whether its promise holds and whether the two can be made to decide " +
    "differently. It also names the acceptors that have become critical: one more of them down, " +
    "or lying, and it is so no more.",
  flags: [
    ...OUTPUT_FLAGS,
    ...EFFORT_FLAGS,
    {
      name: "down",
      kind: "list",
      value: "NAME",
      help: "it is silent; several with commas or again",
    },
    { name: "lying", kind: "list", value: "NAME", help: "it does anything; several likewise" },
  ],
  positionals: [GRAPH_POSITIONAL],
  examples: [{ args: "--down Bob --lying Carol cluster.json", does: "one crash and one liar" }],
  exits: [
    { status: EXIT.ok, means: "all learners decide, and no two can be made to disagree" },
    { status: EXIT.usage, means: "a flag or argument is wrong" },
    { status: EXIT.configuration, means: "the graph is wrong" },
    { status: EXIT.resource, means: "the file cannot be read" },
    { status: EXIT.disagreement, means: "learners that must agree can be made to disagree" },
    { status: EXIT.timeout, means: "some learner cannot decide, or not all was found out in time" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const file = await readGraphFile(positionals[0]!);
  const down = acceptorsNamed(file, flags.down, "--down");
  const lying = acceptorsNamed(file, flags.lying, "--lying");
  const [both] = membersOf(down & lying);
  if (both !== undefined) {
    const name = file.spec.acceptors[both];
    throw new OperatorError(
      EXIT.usage,
      `${name} is down already; who lies may be silent too`,
      "--lying",
    );
  }
  const prepared = preparedOf(file);
  const { value } = await drive(
    (effort) => whatIf(prepared, down, lying, effort),
    flags["time-limit"],
  );
  print(makeOutput(flags, stdout), prepared, value);
  if (value.pairs.some(({ split }) => typeof split === "object")) return EXIT.disagreement;
  const sure = value.learners.every(({ decides }) => decides === "yes") &&
    value.pairs.every(({ split }) => split === false);
  return sure ? EXIT.ok : EXIT.timeout;
});

const DECIDES = {
  yes: { paint: "green", text: "decides" },
  "with liars": { paint: "yellow", text: "decides only if liars help" },
  no: { paint: "red", text: "cannot decide" },
} as const;

function print(output: Output, prepared: PreparedGraph, { learners, pairs }: WhatIf): void {
  const { spec } = prepared.graph;
  const names = (set: bigint) => membersOf(set).map((index) => spec.acceptors[index]!);
  for (const { learner, decides, critical } of learners) {
    const name = spec.learners[learner]!;
    const needs = critical === 0n ? "" : `; now it needs ${listNames(names(critical), 16)}`;
    output.emit({ event: "learner", learner: name, decides, critical: names(critical) }, [
      `${name} `,
      DECIDES[decides],
      needs,
    ]);
  }
  for (const pair of pairs) {
    const [a, b] = [spec.learners[pair.a]!, spec.learners[pair.b]!];
    const { split, promised, critical } = pair;
    output.emit({
      event: "pair",
      learners: [a, b],
      promised,
      agree: split === "unknown" ? split : split === false,
      ...typeof split === "object" ? { quorums: [names(split.quorumA), names(split.quorumB)] } : {},
      critical: names(critical),
    }, pairSpans(a, b, pair, names));
  }
}

function pairSpans(
  a: string,
  b: string,
  { split, promised, critical }: WhatIfPair,
  names: (set: bigint) => string[],
): Span[] {
  const who = a === b ? `${a} with itself` : `${a} and ${b}`;
  if (split === "unknown") return [`${who}: `, { paint: "yellow", text: "not found out" }];
  if (split !== false) {
    const quorums = `${listNames(names(split.quorumA), 16)} and ${
      listNames(names(split.quorumB), 16)
    }`;
    const though = promised ? ", though it is promised: the graph is not valid" : "";
    return [
      `${who} `,
      { paint: "red", text: "may decide differently" },
      `: by ${quorums}${though}`,
    ];
  }
  const kept = promised ? "agree" : "cannot disagree, though no safe set is left to promise it";
  const needs = critical === 0n
    ? ""
    : `; not if one more lies of ${listNames(names(critical), 16)}`;
  return [`${who} `, { paint: "green", text: kept }, needs];
}
