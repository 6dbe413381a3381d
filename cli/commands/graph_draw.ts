/**
 * `hetpaxos graph draw`: pictures of a learner graph.
 *
 * @module
 */

import { readGraphFile } from "../../lib/config/graph_file.ts";
import {
  drawnEdges,
  type Membership,
  memberships,
  toDot,
  toMermaid,
} from "../../lib/graph/picture.ts";
import type { GraphReport } from "../../lib/graph/report.ts";
import { toSvg } from "../../lib/graph/svg.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { EFFORT_FLAGS } from "../graph/drive.ts";
import { GRAPH_POSITIONAL } from "../graph/files.ts";
import { toHtml } from "../graph/html.ts";
import { writeNewText } from "../graph/write.ts";
import { escapeText, writeText } from "../output.ts";
import { reportOn } from "./graph_check.ts";

const MAKERS = {
  table: (report: GraphReport) => toTable(report),
  svg: (report: GraphReport) => toSvg(report),
  dot: (report: GraphReport) => toDot(report),
  mermaid: (report: GraphReport) => toMermaid(report),
  html: (report: GraphReport, source: string) => toHtml(report, source),
} as const;

const FORMATS = ["table", "svg", "dot", "mermaid", "html"] as const;

/** Draws a learner graph. */
export const graphDraw: Command = defineCommand({
  name: "draw",
  summary: "make a picture: SVG, DOT, Mermaid, or a table",
  description:
    "Draws who must agree with whom, and which acceptors each learner's quorums rest on, with those " +
    "marked whose absence stops it. The table is for a terminal: ! is an acceptor without which the " +
    "learner cannot decide, x one that with others can stop it, . one that its quorums name.",
  flags: [
    ...EFFORT_FLAGS,
    {
      name: "format",
      kind: "choice",
      value: "FORMAT",
      choices: FORMATS,
      default: "table",
      help: "what to make",
    },
    {
      name: "out",
      kind: "text",
      value: "FILE",
      offers: "file",
      help: "where to write it, replacing what is there; standard output if left out",
    },
  ],
  positionals: [GRAPH_POSITIONAL],
  examples: [
    { args: "cluster.json", does: "a table" },
    { args: "--format svg --out graph.svg graph.json", does: "a picture for a page" },
  ],
  exits: [
    { status: EXIT.ok, means: "drawn, whether the graph is valid or not" },
    { status: EXIT.usage, means: "a flag or argument is wrong" },
    { status: EXIT.configuration, means: "the file is wrong" },
    { status: EXIT.resource, means: "a file cannot be read or written" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const file = await readGraphFile(positionals[0]!);
  const { report } = await reportOn(file, flags["time-limit"]);
  const text = MAKERS[flags.format](report, file.source);
  if (flags.out === undefined) writeText(stdout, text);
  else writeNewText(flags.out, text);
  return EXIT.ok;
});

const MARKS: Readonly<Record<NonNullable<Membership>, string>> = {
  critical: "!",
  blocking: "x",
  used: ".",
};

/** Learners as rows, acceptors as columns with numbers that a list below explains. */
export function toTable(report: GraphReport): string {
  const { spec } = report.prepared.graph;
  const names = spec.learners.map(escapeText);
  const width = Math.max(...names.map((name) => name.length));
  const digits = `${spec.acceptors.length}`.length;
  const head = spec.acceptors.map((_, i) => `${i + 1}`.padStart(digits)).join(" ");
  const edges = drawnEdges(report);
  const rows = memberships(report).map((row, learner) => {
    const cells = row.map((what) => (what === undefined ? " " : MARKS[what]).padStart(digits));
    const others = edges.filter(({ a, b }) => a !== b && (a === learner || b === learner))
      .map(({ a, b, kind }) =>
        (a === learner ? names[b]! : names[a]!) + (kind === "broken" ? "(!)" : "")
      );
    const self = edges.find(({ a, b }) => a === learner && b === learner);
    const itself = self === undefined ? [] : [`itself${self.kind === "broken" ? "(!)" : ""}`];
    const shown = [...itself, ...others];
    const cut = shown.length > 6 ? [...shown.slice(0, 6), `${shown.length - 6} more`] : shown;
    return `${names[learner]!.padEnd(width)}  ${cells.join(" ")}  agrees with ${
      cut.join(", ") || "nobody"
    }`;
  });
  const list = spec.acceptors.map((name, i) =>
    `${`${i + 1}`.padStart(width)}  ${escapeText(name)}`
  );
  return [`${" ".repeat(width)}  ${head}`, ...rows, "", ...list].join("\n") + "\n";
}
