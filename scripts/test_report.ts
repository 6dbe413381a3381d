/**
 * Reads what `deno test` reports.
 *
 * @module
 */

/** How many tests came out how; steps of tests are not counted. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

/** A test that failed, or a file (without name) that did. */
export interface Failure {
  readonly path: string;
  readonly name: string | undefined;
}

/**
 * The counts of one run, from its last line of the form `ok | 3 passed | 0 failed | …`. Deno counts
 * a file that fails outside its tests there, but not in the JUnit report. A run that ended badly
 * without counting a failure, or without any such line, is one failure.
 */
export function countTests(output: string, code: number): Counts {
  const summaries = [...output.matchAll(/^(?:ok|FAILED) \| .*$/gm)];
  const line = summaries.at(-1)?.[0] ?? "";
  const number = (what: string) => Number(new RegExp(`\\| (\\d+) ${what}`).exec(line)?.[1] ?? 0);
  const failed = number("failed");
  const bad = failed === 0 && (code !== 0 || line === "");
  return { passed: number("passed"), failed: bad ? 1 : failed, ignored: number("ignored") };
}

/**
 * The failures of one run: those of the JUnit report (without the steps of a failed test), the
 * failed examples, and the files that failed outside their tests, which only the output names.
 */
export function readFailures(junit: string, output: string): Failure[] {
  const failures: Failure[] = [];
  const cases = junit.matchAll(/<testcase name="([^"]*)" classname="([^"]*)"[^>]*>\s*<failure/g);
  for (const [, name = "", path = ""] of cases) {
    const failure = toFailure(unescapeXml(name), unescapeXml(path));
    const isStep = failures.some((other) =>
      other.path === failure.path && other.name !== undefined &&
      failure.name?.startsWith(`${other.name} > `)
    );
    if (!isStep) failures.push(failure);
  }
  for (const [, path = ""] of output.matchAll(/^(\S+) \(uncaught error\)$/gm)) {
    const file = toFailure("", path).path;
    if (!failures.some((other) => other.path === file && other.name === undefined)) {
      failures.push({ path: file, name: undefined });
    }
  }
  return failures;
}

/**
 * What made the test with this name fail, the failures of its steps included; empty if it passed;
 * undefined if it did not run to its end. Of several tests with one name, any failure counts.
 */
export function readOutcome(junit: string, name: string): string | undefined {
  let passed = false;
  const failures: string[] = [];
  for (const [, found = "", body = ""] of junit.matchAll(TEST_CASE)) {
    const other = unescapeXml(found);
    if (other !== name && !other.startsWith(`${name} > `)) continue;
    const [, failure] = /<failure[^>]*>([\s\S]*)<\/failure>/.exec(body) ?? [];
    if (failure !== undefined) failures.push(unescapeXml(failure));
    else if (other === name) passed = body.trim() === "";
  }
  return failures.length > 0 ? failures.join("\n") : passed ? "" : undefined;
}

const TEST_CASE = /<testcase name="([^"]*)"[^>]*>([\s\S]*?)<\/testcase>/g;

/** An example is known by its file and lines: `./lib/a.ts$3-9.ts`, or with # since Deno 2.9. */
function toFailure(name: string, path: string): Failure {
  const [file = "", example] = path.replace(/^\.\//, "").split(/[$#](?=\d+-\d+\.\w+$)/);
  return { path: file, name: example === undefined ? name : undefined };
}

function unescapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&apos;": "'",
    "&amp;": "&",
  };
  return text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity]!)
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}
