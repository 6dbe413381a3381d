/**
 * A learner graph as one picture: learners in a column, an arc for each pair that must agree, and
 * beside it which acceptors each learner's quorums rest on.
 *
 * Every name has a line of its own, level for learners and upright for acceptors, so no two can
 * overlap, however many there are.
 *
 * @module
 */

import { drawnEdges, type Membership, memberships } from "./picture.ts";
import type { GraphReport } from "./report.ts";

const ROW = 22;
const CHARACTER = 7.6;
const NAME_MAX = 28;
const ARC_MAX = 240;

const COLOURS = {
  given: "#2b6cb0",
  added: "#8a94a6",
  broken: "#c53030",
  critical: "#c53030",
  blocking: "#2b6cb0",
  used: "#b6c2d4",
  text: "#1a202c",
  line: "#e2e8f0",
} as const;

const LEGEND: readonly (readonly [keyof typeof COLOURS, string])[] = [
  ["given", "arc: the two must agree; ring: with itself"],
  ["added", "dashed: this follows from other promises"],
  ["broken", "red arc or ring: the promise cannot be kept"],
  ["critical", "red square: without it alone the learner cannot decide"],
  ["blocking", "blue square: with others its absence stops the learner"],
  ["used", "grey square: named by the quorums"],
];

/** The picture as a document of its own. */
export function toSvg(report: GraphReport): string {
  const { spec } = report.prepared.graph;
  const edges = drawnEdges(report);
  const names = spec.learners.map(shortened);
  const heads = spec.acceptors.map(shortened);
  const span = Math.max(0, ...edges.map(({ a, b }) => b - a));
  const left = 24 + arcWidth(span);
  const cells = left + 18 + widest(names);
  const top = 16 + widest(heads);
  const bottom = top + ROW * names.length;
  const legendWidth = 40 + Math.max(...LEGEND.map(([, text]) => text.length * 7));
  const width = Math.max(cells + ROW * heads.length + 16, legendWidth);
  const height = bottom + 20 + 18 * LEGEND.length;
  const y = (row: number) => top + ROW * (row + 0.5);
  const parts = [
    ...names.map((_, row) =>
      `<line x1="${left}" x2="${cells + ROW * heads.length}" y1="${y(row) + ROW / 2}" y2="${
        y(row) + ROW / 2
      }" stroke="${COLOURS.line}"/>`
    ),
    ...edges.flatMap(({ a, b, kind }) => a === b ? [] : [arc(left, y(a), y(b), b - a, kind)]),
    ...names.map((name, row) => {
      const self = edges.find(({ a, b }) => a === row && b === row)?.kind;
      return dot(left, y(row), self) +
        label(left + 12, y(row) + 4, name, spec.learners[row]!, "learner");
    }),
    ...heads.map((name, column) => {
      const [x, at] = [cells + ROW * (column + 0.5) + 4, top - 8];
      return label(x, at, name, spec.acceptors[column]!, "acceptor", `rotate(-90 ${x} ${at})`);
    }),
    ...memberships(report).flatMap((row, r) =>
      row.map((what, c) => cell(cells + ROW * c, y(r) - ROW / 2, what))
    ),
    ...LEGEND.map(([colour, text], i) => legend(20, bottom + 24 + 18 * i, colour, text)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12" role="img" ` +
    `aria-label="Learner graph of ${names.length} learners and ${heads.length} acceptors">\n` +
    `<rect width="100%" height="100%" fill="#ffffff"/>\n${
      parts.filter((part) => part !== "").join("\n")
    }\n</svg>\n`;
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length <= NAME_MAX ? name : `${characters.slice(0, NAME_MAX - 1).join("")}…`;
}

/** Room for the longest of the names; wide characters may take two places. */
function widest(names: readonly string[]): number {
  const places = (name: string) =>
    [...name].reduce((sum, char) => sum + (char.codePointAt(0)! < 0x1100 ? 1 : 2), 0);
  return Math.max(...names.map(places)) * CHARACTER + 12;
}

function arcWidth(span: number): number {
  return Math.min(ARC_MAX, 10 * span + (span > 0 ? 16 : 0));
}

function arc(
  x: number,
  from: number,
  to: number,
  span: number,
  kind: keyof typeof COLOURS,
): string {
  const bend = x - arcWidth(span) * 4 / 3;
  const dash = kind === "added" ? ' stroke-dasharray="4 3"' : "";
  return `<path d="M ${x} ${from} C ${bend} ${from} ${bend} ${to} ${x} ${to}" fill="none" ` +
    `stroke="${COLOURS[kind]}" stroke-opacity="0.75"${dash}/>`;
}

function dot(x: number, y: number, self: "given" | "added" | "broken" | undefined): string {
  const ring = self === undefined
    ? ""
    : `<circle cx="${x}" cy="${y}" r="6.5" fill="none" stroke="${COLOURS[self]}"${
      self === "added" ? ' stroke-dasharray="3 2"' : ""
    }/>`;
  return `<circle cx="${x}" cy="${y}" r="3" fill="${COLOURS.text}"/>${ring}`;
}

function label(
  x: number,
  y: number,
  shown: string,
  name: string,
  what: "learner" | "acceptor",
  transform?: string,
): string {
  const turned = transform === undefined ? "" : ` transform="${transform}"`;
  return `<text class="${what}" x="${x}" y="${y}" fill="${COLOURS.text}"${turned}>${
    escapeXml(shown)
  }<title>${escapeXml(name)}</title></text>`;
}

function cell(x: number, y: number, what: Membership): string {
  if (what === undefined) return "";
  return `<rect x="${x + 4}" y="${y + 4}" width="${ROW - 8}" height="${ROW - 8}" rx="2" fill="${
    COLOURS[what]
  }"/>`;
}

function legend(x: number, y: number, colour: keyof typeof COLOURS, text: string): string {
  return `<rect x="${x}" y="${y - 9}" width="10" height="10" rx="2" fill="${COLOURS[colour]}"/>` +
    `<text class="legend" x="${x + 18}" y="${y}" fill="${COLOURS.text}" font-size="11">${
      escapeXml(text)
    }</text>`;
}

/** A text as it may stand in XML and HTML, in attributes too. */
export function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (char) => names[char]!);
}
