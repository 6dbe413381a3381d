/**
 * Makes docs/LIMITS.md from the tables of settings: `deno run -A scripts/limits_table.ts`.
 *
 * @module
 */

import { LIMITS, NETWORK_SETTINGS, PROPOSER_SETTINGS, type Setting } from "../lib/wire/limits.ts";
import { markdownTable } from "./markdown.ts";

const INTRODUCTION = `# Limits and settings

Everything that a peer can make a process keep, compute or send is bounded, and every bound has a
name here. All settings are numbers in the configuration file, in the groups below (but for
[\`proposer.rotation\`](CONFIGURATION.md#taking-turns)); what is absent or zero takes its default. A
number outside its range is refused when the file is read. Members of one cluster may differ in all
of them: they are not part of the configuration digest.

\`\`\`json
{ "limits": { "valueBytesMax": 4096 }, "proposer": { "backoffMsMax": 5000 } }
\`\`\`

Two rules go across: \`envelopeBytesMax\` must have room for the largest value and for an acceptor
message with \`refsMax\` refs, and \`inboxRefsPerPeerMax\` must be at least \`refsMax\`; of \`…Min\` and
\`…Max\` of one thing, the first may not be the larger.

This page is made by \`scripts/limits_table.ts\` from \`lib/wire/limits.ts\`.
`;

const HEAD = ["setting", "default", "range", "meaning"];

/** The text of docs/LIMITS.md. */
export function limitsPage(): string {
  return [
    INTRODUCTION,
    section("limits", "What peers may cost.", LIMITS),
    section("proposer", "How a proposer waits between ballots.", PROPOSER_SETTINGS),
    section("network", "How links between processes behave.", NETWORK_SETTINGS),
  ].join("\n");
}

function section(
  name: string,
  summary: string,
  settings: Readonly<Record<string, Setting>>,
): string {
  const rows = Object.entries(settings).map(([key, { default: standard, min, max, meaning }]) => [
    `\`${key}\``,
    format(standard),
    `${format(min)} – ${format(max)}`,
    meaning,
  ]);
  return `## \`${name}\`\n\n${summary}\n\n${markdownTable([HEAD, ...rows])}\n`;
}

function format(value: number): string {
  return value.toLocaleString("en");
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL("../docs/LIMITS.md", import.meta.url), limitsPage());
}
