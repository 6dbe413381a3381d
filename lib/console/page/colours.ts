/**
 * Colours of the page and of the pictures in it, and of pictures that stand alone: one table for all.
 *
 * @module
 */

/** What a colour is for, in a light and in a dark page. */
const COLOURS = {
  text: ["#1a202c", "#e6eaf2"],
  quiet: ["#4a5568", "#b3bdcd"],
  ground: ["#ffffff", "#12161f"],
  raised: ["#f4f6fa", "#1c2330"],
  line: ["#d5dce6", "#3a4558"],
  link: ["#1d4f91", "#9cc4ff"],
  good: ["#17603a", "#7ddba3"],
  bad: ["#b3261e", "#ff9a90"],
  focus: ["#1d4f91", "#9cc4ff"],
} as const;

type Colour = keyof typeof COLOURS;

/** Of ballots, one after another: told apart by all kinds of sight (Okabe and Ito). */
const BALLOTS: readonly (readonly [fill: string, text: string])[] = [
  ["#0072b2", "#ffffff"],
  ["#e69f00", "#000000"],
  ["#009e73", "#000000"],
  ["#cc79a7", "#000000"],
  ["#56b4e9", "#000000"],
  ["#d55e00", "#000000"],
  ["#f0e442", "#000000"],
];

/** Rules for messages, lanes and decisions. */
const PICTURE: string = [
  ".names { fill: var(--ground) }",
  ".name, .whom { fill: var(--text) }",
  ".name.caught { fill: var(--bad) }",
  ".lane { stroke: var(--line) }",
  ".lane.caught { stroke: var(--bad) }",
  ".lane.learner { stroke-dasharray: 2 4 }",
  ".decision { stroke: var(--text); stroke-width: 1.5 }",
  ".ref { fill: none; stroke-opacity: 0.35 }",
  ".ref.chosen { stroke-opacity: 1; stroke-width: 2 }",
  ".prev { fill: none; stroke: var(--quiet); stroke-width: 2 }",
  ".shape { stroke: var(--ground) }",
  ".kind { font-size: 10px; text-anchor: middle }",
  ".whom { font-size: 9px; text-anchor: middle }",
  ".quorum .shape { stroke: var(--text); stroke-width: 3 }",
  ".deciding .shape { stroke: var(--text); stroke-width: 4 }",
  ".selected .shape { stroke: var(--text); stroke-width: 3; stroke-dasharray: 3 2 }",
  ".evidence .shape { stroke: var(--bad); stroke-width: 4 }",
  ...BALLOTS.map(([fill, text], i) =>
    `.message.b${i} .shape { fill: ${fill} } .message.b${i} .kind { fill: ${text} } ` +
    `.ref.b${i} { stroke: ${fill} } .decision.b${i} { fill: ${fill} }`
  ),
].join("\n");

function variables(index: 0 | 1): string {
  return Object.entries(COLOURS).map(([name, both]) => `--${name}: ${both[index]};`).join(" ");
}

/** For the page: its colours, light or dark, and the rules of pictures. */
export const PAGE_STYLE: string = `:root { color-scheme: light dark; ${variables(0)} }
@media (prefers-color-scheme: dark) { :root { ${variables(1)} } }
${PICTURE}`;

/** For a picture that is saved: the same rules, in light colours. */
export const SVG_STYLE: string = `svg { font: 12px ui-monospace, Menlo, Consolas, monospace }\n` +
  PICTURE.replaceAll(/var\(--(\w+)\)/g, (_, name: Colour) => COLOURS[name][0]);
