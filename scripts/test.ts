/**
 * Runs the tests: type check, then everything in tests/ in parallel, then the examples in the
 * documentation, then the end-to-end tests one after another, since they measure themselves
 * against the clock and must not starve. The last line is `N passed, N failed`.
 *
 * `deno task test [path...] [--filter text] [other flags of deno test]`
 *
 * @module
 */

import { runMain } from "../cli/exit.ts";
import { isGenerated, ROOT } from "./lint/paths.ts";
import { finish, run } from "./run.ts";
import { listFiles, readSource } from "./sources.ts";
import { type Counts, countTests, type Failure, readFailures } from "./test_report.ts";

const END_TO_END = "tests/e2e";

/** Where examples in documentation are looked for. */
const DOCUMENTED = ["mod.ts", "lib", "cli", "README.md", "docs"];

/** What Deno says of a test that takes long; after this long it is taken to have hung. */
const HUNG = /^'(.+)' has been running for over \(4m0s\)$/m;

/** Minutes after which a phase has hung, whatever Deno says. */
const PHASE_MINUTES_MAX = 20;

/**
 * The permissions that deno.json gives to tests: they may do what they like on this machine and talk
 * to nobody beyond it. The last two addresses are reserved for leading nowhere.
 */
const PERMISSIONS = "-P";

interface Phase {
  readonly title: string;
  readonly paths: readonly string[];
  readonly flags: readonly string[];
}

/** Splits arguments into paths and flags; a flag's value is after `=`, or after `--filter`. */
export function splitArguments(args: readonly string[]): { paths: string[]; flags: string[] } {
  const paths: string[] = [];
  const flags: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--filter") flags.push(`--filter=${args[++i] ?? ""}`);
    else if (arg.startsWith("-")) flags.push(arg);
    else paths.push(arg.replace(/^\.\//, "").replace(/\/$/, ""));
  }
  return { paths, flags };
}

/** What to run for the given paths, all of it if there are none. Empty phases are left out. */
export function planPhases(paths: readonly string[], flags: readonly string[]): Phase[] {
  const isEndToEnd = (path: string) => path === END_TO_END || path.startsWith(`${END_TO_END}/`);
  const isTest = (path: string) => path === "tests" || path.startsWith("tests/");
  const all = paths.length === 0;
  // A filter names tests; examples have no names.
  const examples = all && !flags.some((flag) => flag.startsWith("--filter")) ? DOCUMENTED : [];
  const phases: Phase[] = [
    {
      title: "tests",
      paths: all ? ["tests"] : paths.filter((path) => isTest(path) && !isEndToEnd(path)),
      flags: ["--parallel", `--ignore=${END_TO_END}`],
    },
    {
      title: "documentation examples",
      paths: all ? examples : paths.filter((path) => !isTest(path)),
      flags: ["--doc"],
    },
    {
      title: "end-to-end tests",
      paths: all || paths.includes("tests") ? [END_TO_END] : paths.filter(isEndToEnd),
      flags: [],
    },
  ];
  return phases.filter((phase) => phase.paths.length > 0);
}

async function runPhase(phase: Phase, flags: readonly string[]): Promise<Counts> {
  const paths: string[] = [];
  for (const path of phase.paths) if (await exists(path)) paths.push(path);
  if (paths.length === 0) return { passed: 0, failed: 0, ignored: 0 };
  console.log(`\n== ${phase.title}`);
  const report = await Deno.makeTempFile({ prefix: "hetpaxos-tests-", suffix: ".xml" });
  const hanging = new AbortController();
  try {
    const { code, output } = await run([
      ...["deno", "test", PERMISSIONS, "--no-check", "--permit-no-files"],
      ...[`--junit-path=${report}`, ...phase.flags, ...flags, ...paths],
    ], {
      show: true,
      watch: (text) => HUNG.test(text) && hanging.abort(),
      signal: AbortSignal.any([AbortSignal.timeout(PHASE_MINUTES_MAX * 60_000), hanging.signal]),
    });
    const hung = HUNG.exec(output)?.[1];
    explain([
      ...readFailures(await Deno.readTextFile(report), output),
      ...(hung === undefined ? [] : [{ path: paths.join(" "), name: hung }]),
    ]);
    return countTests(output, code);
  } finally {
    await Deno.remove(report);
  }
}

/** Those of the given files, or of the files in the given folders, that hold examples to run. */
async function withExamples(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of await listFiles(paths, [".ts", ".md"])) {
    if (!isGenerated(path) && /```(ts|js)/.test(await readSource(path))) found.push(path);
  }
  return found;
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(`${ROOT}/${path}`).then(() => true, () => false);
}

function explain(failures: readonly Failure[]): void {
  if (failures.length === 0) return;
  const settings = Object.entries(Deno.env.toObject())
    .filter(([name]) => name.startsWith("HETPAXOS_"))
    .map(([name, value]) => `${name}=${quote(value)} `).sort().join("");
  console.log("To repeat:");
  for (const { path, name } of failures) {
    const filter = name === undefined ? "" : ` --filter ${quote(name)}`;
    console.log(`  ${settings}deno task test ${path}${filter}`);
  }
}

function quote(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

async function main(): Promise<never> {
  const { paths, flags } = splitArguments(Deno.args);
  for (const path of paths) {
    if (await exists(path)) continue;
    console.error(`${path}: no such file or folder`);
    finish(0, 1);
  }
  console.log("== type check");
  const check = await run(
    ["deno", "check", "--quiet", "--doc", ...(paths.length ? paths : ["."])],
    {
      show: true,
    },
  );
  const total = { passed: 0, failed: check.code === 0 ? 0 : 1, ignored: 0 };
  for (const planned of planPhases(paths, flags)) {
    const phase = planned.flags.includes("--doc")
      ? { ...planned, paths: await withExamples(planned.paths) }
      : planned;
    const { passed, failed, ignored } = await runPhase(phase, flags);
    total.passed += passed;
    total.failed += failed;
    total.ignored += ignored;
  }
  console.log("");
  if (check.code !== 0) console.log("the type check failed: it counts as one failure");
  if (total.ignored > 0) console.log(`${total.ignored} ignored`);
  if (total.passed + total.failed === 0) console.log("no test was run: that is a failure, too");
  finish(total.passed, total.failed);
}

const HELP = `Usage: deno task test [PATH...] [--filter TEXT] [FLAGS of deno test]

Type check, then the tests in parallel, the examples in the documentation, and the end-to-end tests
one after another; or those below the paths named. The last line is "N passed, N failed". Flags that
are not known here go to deno test (deno test --help), which refuses what it does not know.
`;

if (import.meta.main) {
  await runMain("deno task test", async (args) => {
    if (!args.includes("--help") && !args.includes("-h")) return await main();
    console.log(HELP.trimEnd());
    return 0;
  });
}
