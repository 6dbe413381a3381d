/**
 * Puts known faults back, one at a time, into copies of this repository, and sees whether the test
 * that is named for each notices.
 *
 * `deno task mutants [TEXT] [--seconds S]`: all of them, or those whose name contains the text. The last line is
 * `N caught, M survived`; the exit status is 1 if any survived, and if a fault cannot be put back.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { ROOT } from "./lint/paths.ts";
import {
  type CampaignOptions,
  type Fault,
  type Result,
  runCampaign,
  type Source,
  unfitEdits,
} from "./mutants/campaign.ts";
import { FAULTS } from "./mutants/faults.ts";
import { describeDetector } from "./mutants/page.ts";
import { listFiles } from "./sources.ts";

/** What the tests need. */
const COPIED = ["lib", "cli", "tests", "scripts", "mod.ts", "deno.json", "deno.lock"];

/** Tries all faults and prints what becomes of each. Returns the exit status. */
export async function campaign(
  faults: readonly Fault[],
  source: Source,
  print: (line: string) => void = console.log,
  options: Omit<CampaignOptions, "report"> = {},
): Promise<number> {
  const unfit = await unfitEdits(source.root, faults);
  if (unfit.length > 0) {
    for (const line of unfit) print(line);
    return 1;
  }
  const nameWidth = Math.max(0, ...faults.map(({ name }) => name.length));
  const detectors = faults.map(({ caughtBy }) => describeDetector(caughtBy));
  const detectorWidth = Math.max(0, ...detectors.map((detector) => detector.length));
  const row = (fault: string, caughtBy: string, seconds: string) =>
    print(`${fault.padEnd(nameWidth)} | ${caughtBy.padEnd(detectorWidth)} | ${seconds}`);
  row("fault", "caught by", "seconds");
  const report = ({ fault, survived, seconds }: Result) => {
    const caughtBy = survived === undefined ? describeDetector(fault.caughtBy) : "SURVIVED";
    row(fault.name, caughtBy, seconds.toFixed(1));
    if (survived !== undefined) print(`  ${describeDetector(fault.caughtBy)}: ${survived}`);
  };
  const results = await runCampaign(faults, source, { ...options, report });
  const survivors = results.filter(({ survived }) => survived !== undefined).length;
  print(`${results.length - survivors} caught, ${survivors} survived`);
  return survivors === 0 && results.length > 0 ? 0 : 1;
}

if (import.meta.main) {
  await runScript({
    name: "deno task mutants",
    summary: "Put known faults back and see that a test notices each",
    description:
      "Puts known faults back, one at a time, into copies of this repository, and sees " +
      "whether the test that is named for each notices.",
    flags: [{
      name: "seconds",
      kind: "integer",
      value: "S",
      min: 1,
      max: 3600,
      default: 60,
      help: "a test that takes longer has hung",
    }],
    positionals: [{ name: "TEXT", help: "only faults whose name has this text", optional: true }],
    exits: [{ status: 1, means: "a fault survived, or cannot be put back" }],
  }, async ({ flags, positionals: [text = ""] }) => {
    const faults = FAULTS.filter(({ name }) => name.includes(text));
    const source = { root: ROOT, files: await listFiles(COPIED, [""]) };
    return await campaign(faults, source, undefined, { secondsMax: flags.seconds });
  });
}
