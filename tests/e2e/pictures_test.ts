/**
 * Pictures and reports of learner graphs in a real browser.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { toHtml } from "../../cli/graph/html.ts";
import { parseGraphFile } from "../../lib/config/graph_file.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { finish, newEffort } from "../../lib/graph/effort.ts";
import { prepare } from "../../lib/graph/prepared.ts";
import { fillReport, type GraphReport, newReport, REPORT_OPTIONS } from "../../lib/graph/report.ts";
import { toSvg } from "../../lib/graph/svg.ts";
import { run } from "../../scripts/run.ts";
import { any } from "../cli_graph/stage.ts";
import { CHROMIUM } from "./tools.ts";

const browser = CHROMIUM;
if (browser === undefined) console.log("ignored: pictures in a browser: there is no chromium");

/** Learners of three sorts, each with the next few as partners; names as long as people's. */
function reportOf(acceptors: number, learners: number): GraphReport {
  const names = Array.from({ length: acceptors }, (_, i) => `acceptor ${i} <of> "Zürich" & Ωmega`);
  const most = acceptors - Math.floor((acceptors - 1) / 3);
  const sets = (threshold: number) => ({
    quorums: [any(Math.min(threshold, acceptors), ...names)],
  });
  const who = Array.from({ length: learners }, (_, i) => `learner_${i} 学習者`);
  const graph = {
    learners: Object.fromEntries(who.map((name, i) => [name, sets(most + i % 3)])),
    safetySets: Object.fromEntries(who.map((name, i) => [
      name,
      { safetySets: Object.fromEntries(who.slice(i, i + 4).map((other) => [other, sets(most)])) },
    ])),
  };
  const { spec } = parseGraphFile(JSON.stringify(graph), "graph.json");
  const report = newReport(prepare(makeLearnerGraph(spec)));
  const effort = newEffort();
  finish(effort, fillReport(report, REPORT_OPTIONS, effort));
  return report;
}

/** Run in the page: what texts there are, and which of them overlap. */
const MEASURE = `<script>
addEventListener("load", () => {
  const texts = [...document.querySelectorAll("svg text")];
  const boxes = texts.map((text) => ({ box: text.getBoundingClientRect(), text: text.textContent }));
  const overlapping = [];
  boxes.forEach(({ box: a, text }, i) => boxes.slice(i + 1).forEach(({ box: b, text: other }) => {
    const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
    if (!apart) overlapping.push(text + " / " + other);
  }));
  const frame = document.querySelector("svg").getBoundingClientRect();
  const outside = boxes.filter(({ box }) =>
    box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom
  ).map(({ text }) => text);
  const count = (name) => document.querySelectorAll("svg text." + name).length;
  const measured = { acceptors: count("acceptor"), learners: count("learner"), overlapping, outside };
  const pre = document.createElement("pre");
  pre.id = "measured";
  pre.textContent = JSON.stringify(measured);
  document.body.append(pre);
});
</script>`;

/** Opens a page and returns what it measured of itself. */
async function measure(folder: string, page: string) {
  const file = `${folder}/page.html`;
  await Deno.writeTextFile(file, page.replace("</body>", `${MEASURE}</body>`));
  const { code, output } = await run([
    ...[browser!, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"],
    ...[`--user-data-dir=${folder}/profile`, "--window-size=1600,1600", "--dump-dom"],
    `file://${file}`,
  ], { env: { HOME: folder } });
  assertEquals(code, 0, output);
  assertEquals(output.split("\n").filter((line) => line.includes("CONSOLE")), []);
  const [, measured] = /<pre id="measured">([^<]*)<\/pre>/.exec(output)!;
  const plain = measured!.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return JSON.parse(plain);
}

for (const [acceptors, learners] of [[4, 2], [10, 5], [30, 30]] as const) {
  Deno.test({
    name: `a report and a picture of ${acceptors} acceptors: all names, none over another`,
    ignore: browser === undefined,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const report = reportOf(acceptors, learners);
        const picture = `<!doctype html><link rel="icon" href="data:,"><body>${
          toSvg(report)
        }</body>`;
        for (const page of [toHtml(report, "graph.json"), picture]) {
          const expected = { acceptors, learners, overlapping: [], outside: [] };
          assertEquals(await measure(folder, page), expected);
          assert(!/<(link|script|img)[^>]+(src|href)="(?!data:)/.test(page), "needs another file");
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
