/**
 * A report on a learner graph as one page that needs nothing else.
 *
 * @module
 */

import type { GraphReport } from "../../lib/graph/report.ts";
import { escapeXml, toSvg } from "../../lib/graph/svg.ts";
import { sectionsOf } from "./words.ts";

const STYLE = `
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1a202c; margin: 0 auto; padding: 1.5rem;
  max-width: 72rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.verdict { display: inline-block; padding: .2rem .7rem; border-radius: .4rem; color: #fff;
  font-weight: 600; }
.true { background: #2f855a; } .false { background: #c53030; } .unknown { background: #b7791f; }
figure { margin: 1rem 0; overflow-x: auto; border: 1px solid #e2e8f0; border-radius: .4rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem;
  border-bottom: 1px solid #e2e8f0; overflow-wrap: anywhere; }
th { width: 6.5rem; font-weight: 500; color: #4a5568; }
.grave td { color: #c53030; }
`;

const VERDICTS = { true: "valid", false: "not valid", unknown: "not found out" } as const;

/**
 * The page.
 *
 * @param source What the graph was read from.
 */
export function toHtml(report: GraphReport, source: string): string {
  const verdict = `${report.valid}` as keyof typeof VERDICTS;
  const { spec } = report.prepared.graph;
  const sections = sectionsOf(report).map(({ title, sentences }) => {
    const rows = sentences.map(({ term, text, grave }) =>
      `<tr${grave ? ' class="grave"' : ""}><th scope="row">${escapeXml(term)}</th><td>${
        escapeXml(text)
      }</td></tr>`
    );
    return `<h2>${title}</h2>\n<table>\n${rows.join("\n")}\n</table>`;
  });
  const partly = report.finished ? "" : "<p>It was ended before everything was looked at.</p>\n";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Learner graph: ${escapeXml(source)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeXml(source)} <span class="verdict ${verdict}">${VERDICTS[verdict]}</span></h1>
<p>${spec.acceptors.length} acceptors, ${spec.learners.length} learners.</p>
${partly}<figure>
${toSvg(report)}</figure>
${sections.join("\n")}
</body>
</html>
`;
}
