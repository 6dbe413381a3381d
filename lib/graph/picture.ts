/**
 * Pictures of a learner graph: SVG, DOT for Graphviz, Mermaid.
 *
 * @module
 */

import { hasMember } from "../core/acceptor_set.ts";
import { mentionedBy } from "../core/quorum.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";
import { joins } from "./closure.ts";
import { membersOfPattern } from "./minimal.ts";
import type { GraphReport } from "./report.ts";

/** A pair that must agree, for a picture. */
export interface DrawnEdge {
  /** One learner. */
  readonly a: LearnerIndex;
  /** The other, not before `a`; perhaps the same. */
  readonly b: LearnerIndex;
  /** Whether it is promised by the graph itself, follows from others, or cannot be kept. */
  readonly kind: "given" | "added" | "broken";
}

/** The edges of the closed graph; those not judged yet are as good as kept. */
export function drawnEdges({ prepared, pairs }: GraphReport): DrawnEdge[] {
  const { graph, edges } = prepared;
  const connected = graph.connected(0n);
  const drawn: DrawnEdge[] = [];
  for (let a = 0; a < graph.learnerCount; a++) {
    for (let b = a; b < graph.learnerCount; b++) {
      if (!hasMember(connected[a]!, b)) continue;
      const broken = pairs?.some((pair) =>
        pair.a === a && pair.b === b && typeof pair.violation === "object"
      );
      const given = edges.some((edge) => joins(edge, a, b));
      drawn.push({ a, b, kind: broken ? "broken" : given ? "given" : "added" });
    }
  }
  return drawn;
}

/** What an acceptor is to a learner: its stop alone stops it, it is in some smallest set, or used. */
export type Membership = "critical" | "blocking" | "used" | undefined;

/** By learner, then acceptor. */
export function memberships({ prepared, learners }: GraphReport): Membership[][] {
  const { graph, quorums, quorumOf } = prepared;
  return quorumOf.map((rule) => {
    const used = mentionedBy(quorums[rule]!);
    const blocking = learners.find((each) => each.rule === rule)?.blocking;
    const patterns = blocking?.patterns ?? [];
    const membersAt = (wanted: (size: number) => boolean): AcceptorSet =>
      patterns.filter(({ size }) => wanted(size))
        .reduce((set, pattern) => set | membersOfPattern(blocking!.symmetry, pattern), 0n);
    const [alone, some] = [membersAt((size) => size === 1), membersAt(() => true)];
    return Array.from(
      { length: graph.acceptorCount },
      (_, i) =>
        hasMember(alone, i)
          ? "critical"
          : hasMember(some, i)
          ? "blocking"
          : hasMember(used, i)
          ? "used"
          : undefined,
    );
  });
}

/**
 * The graph for Graphviz: learners as boxes, acceptors as circles; an edge between learners for each
 * pair that must agree, a thin line from a learner to each acceptor that its quorums name.
 */
export function toDot(report: GraphReport): string {
  const { spec } = report.prepared.graph;
  const style = { given: "", added: " [style=dashed]", broken: ' [color=red, label="invalid"]' };
  const lines = [
    "graph learners {",
    "  layout=neato; overlap=false; splines=true;",
    ...spec.learners.map((name, i) => `  L${i} [shape=box, label=${quoted(name)}];`),
    ...spec.acceptors.map((name, i) => `  A${i} [shape=ellipse, label=${quoted(name)}];`),
    ...drawnEdges(report).map(({ a, b, kind }) => `  L${a} -- L${b}${style[kind]};`),
    ...uses(report).map(([l, a]) => `  L${l} -- A${a} [color=gray, penwidth=0.5];`),
    "}",
  ];
  return lines.join("\n") + "\n";
}

/** The graph for Mermaid, as Markdown pages show it. */
export function toMermaid(report: GraphReport): string {
  const { spec } = report.prepared.graph;
  const line = { given: "---", added: "-.-", broken: "-- invalid ---" };
  const lines = [
    "graph LR",
    ...spec.learners.map((name, i) => `  L${i}["${entities(name)}"]`),
    ...spec.acceptors.map((name, i) => `  A${i}(["${entities(name)}"])`),
    ...drawnEdges(report).map(({ a, b, kind }) => `  L${a} ${line[kind]} L${b}`),
    ...uses(report).map(([l, a]) => `  L${l} --> A${a}`),
  ];
  return lines.join("\n") + "\n";
}

function uses(report: GraphReport): [number, number][] {
  return memberships(report).flatMap((row, learner) =>
    row.flatMap((what, acceptor): [number, number][] =>
      what === undefined ? [] : [[learner, acceptor]]
    )
  );
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function entities(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} ._-]/gu, (char) => `#${char.codePointAt(0)};`);
}
