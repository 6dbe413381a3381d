/**
 * Makes docs/FAULTS.md from the list of faults: `deno run -A scripts/mutants/page.ts`.
 *
 * @module
 */

import { runScript } from "../command.ts";
import { markdownTable } from "../markdown.ts";
import type { Detector } from "./campaign.ts";
import { FAULTS } from "./faults.ts";

const INTRODUCTION = `# Known faults

Mistakes that other implementations make, or that are easy to make: a clause of a definition left
out, a step in the wrong order. \`deno task mutants\` puts each of them back into a copy of this
program and wants the test that is named here to fail; an unchanged copy must pass the same test. A
mutant that does not load or run counts as not caught.

_The reference_ is the authors' own program in Rust
([PROTOCOL.md](PROTOCOL.md#7-departures-from-the-papers)).

The comparison with the oracle, \`tests/core/mutation_test.ts\`, is tested in the same way by further
mistakes in \`lib/core\`.

This page is made by \`scripts/mutants/page.ts\` from \`scripts/mutants/faults.ts\`.
`;

const HEAD = ["fault", "where from", "caught by"];

/** The text of docs/FAULTS.md. */
export function faultsPage(): string {
  const rows = FAULTS.map(({ name, origin, caughtBy }) => [name, origin, linkTo(caughtBy)]);
  return `${INTRODUCTION}\n${markdownTable([HEAD, ...rows])}\n`;
}

/** A detector in one line. */
export function describeDetector(detector: Detector): string {
  return "sim" in detector
    ? `the simulator, ${detector.sim} seeds`
    : `${detector.path}: ${detector.test}`;
}

function linkTo(detector: Detector): string {
  if ("sim" in detector) return describeDetector(detector);
  const file = detector.path.slice(detector.path.lastIndexOf("/") + 1);
  return `\`${detector.test}\` in [${file}](../${detector.path})`;
}

if (import.meta.main) {
  await runScript({
    name: "page",
    summary: "Write docs/FAULTS.md",
    description: "Write docs/FAULTS.md.",
    flags: [],
  }, async () => {
    await Deno.writeTextFile(new URL("../../docs/FAULTS.md", import.meta.url), faultsPage());
  });
}
