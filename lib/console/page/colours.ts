/**
 * Colours of what is drawn, for a picture that stands alone; the page has the same in its own style.
 *
 * @module
 */

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

/** Rules for ballots. */
export const BALLOT_STYLE: string = BALLOTS.map(([fill, text], i) =>
  `.message.b${i} .shape{fill:${fill}}.message.b${i} .kind{fill:${text}}.ref.b${i}{stroke:${fill}}.decision.b${i}{fill:${fill}}`
).join("");

/** Everything a picture needs that is saved. */
export const SVG_STYLE: string = `svg{font:12px ui-monospace,Menlo,Consolas,monospace}` +
  `.names{fill:#fff}.name{fill:#1a202c}.name.caught{fill:#b3261e}.lane{stroke:#d5dce6}` +
  `.lane.caught{stroke:#b3261e}.ref{fill:none;stroke-opacity:.35}.ref.chosen{stroke-opacity:1}` +
  `.prev{fill:none;stroke:#8a94a6;stroke-width:2}.kind{font-size:10px;text-anchor:middle}` +
  `.whom{font-size:9px;text-anchor:middle;fill:#1a202c}.shape{stroke:#fff}` +
  `.quorum .shape{stroke:#1a202c;stroke-width:3}.deciding .shape{stroke:#1a202c;stroke-width:4}` +
  `.selected .shape{stroke:#1a202c;stroke-width:3;stroke-dasharray:3 2}` +
  `.lane.learner{stroke-dasharray:2 4}.decision{stroke:#1a202c;stroke-width:1.5}` +
  `.evidence .shape{stroke:#b3261e;stroke-width:4}` + BALLOT_STYLE;
