/**
 * What others can import: the doors in deno.json, what they reach, what is published.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import configuration from "../../deno.json" with { type: "json" };
import { FROM_JSR, withStdFromJsr } from "../../scripts/jsr.ts";
import { relativePath, ROOT } from "../../scripts/lint/paths.ts";
import { run } from "../../scripts/run.ts";
import { listFiles, readSource } from "../../scripts/sources.ts";
import { bundled, runAsInBrowser } from "./browser.ts";

/** Doors that run anywhere: nothing of Deno, nothing of Node. */
const PURE = ["./core", "./graph", "./wire", "./trace", "./evidence", "./log", "./sim"] as const;

interface Module {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    /** Where it leads; absent of an import of types only, of which nothing is left at run time. */
    readonly code?: { readonly specifier?: string };
  }[];
}

/** What a module imports, itself included, as Deno tells it. */
async function modulesOf(entry: string): Promise<readonly Module[]> {
  const { code, output } = await run(["deno", "info", "--quiet", "--json", entry]);
  assertEquals(code, 0, output);
  const { modules } = JSON.parse(output) as { readonly modules: readonly Module[] };
  for (const { specifier, error } of modules) assertEquals(error, undefined, specifier);
  return modules;
}

/** Where a module is, relative to the repository; the name of one that is not in it. */
function placeOf({ specifier }: Module): string {
  return relativePath(specifier.replace(/^file:\/\//, ""));
}

/** The places of all that a module imports, itself included. */
async function reached(entry: string): Promise<string[]> {
  return (await modulesOf(entry)).map(placeOf);
}

/** The places of all that a module needs when it runs, itself included. */
async function neededBy(entry: string): Promise<string[]> {
  const modules = new Map((await modulesOf(entry)).map((one) => [one.specifier, one]));
  const root = [...modules.keys()].find((one) =>
    relativePath(one.slice(7)) === placeOfEntry(entry)
  );
  assert(root !== undefined, entry);
  const needed = new Set([root]);
  for (const specifier of needed) {
    for (const { code } of modules.get(specifier)?.dependencies ?? []) {
      if (code?.specifier !== undefined) needed.add(code.specifier);
    }
  }
  return [...needed].map((specifier) => placeOf({ specifier }));
}

function placeOfEntry(entry: string): string {
  return entry.replace(/^\.\//, "");
}

/** Of these files, those that name Deno outside comments. */
async function usersOfDeno(files: readonly string[]): Promise<string[]> {
  const users: string[] = [];
  for (const file of files.filter((one) => one.startsWith("lib/"))) {
    const code = (await readSource(file)).replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
    if (/\bDeno\./.test(code)) users.push(file);
  }
  return users;
}

Deno.test("every door opens", async () => {
  for (const [name, entry] of Object.entries(configuration.exports)) {
    if (name === "./cli") continue; // it is a program
    const door = await import(`${ROOT}/${entry}`);
    assert(Object.keys(door).length > 0, name);
  }
});

for (const name of PURE) {
  Deno.test(`${name} needs neither Deno nor Node, and bundles for a browser`, async () => {
    const door = configuration.exports[name];
    const files = await neededBy(door);
    assert(files.length > 3, files.join("\n"));
    assertEquals(files.filter((file) => file.startsWith("node:")), []);
    assertEquals(await usersOfDeno(files), []);
    await bundled(door, async (file) => {
      assert(!/(from|import\()\s*"(node|npm):/.test(await Deno.readTextFile(file)));
      assert(Object.keys(await import(`file://${file}`)).length > 0);
    });
  });
}

Deno.test("the npm package's own door needs nothing of Deno", async () => {
  const files = await neededBy("scripts/npm/index.ts");
  assert(files.includes("lib/client/client.ts"));
  assertEquals(await usersOfDeno(files), []);
});

Deno.test("a simulated world is the same in a browser", async () => {
  const { simulate } = await import("../../lib/sim/mod.ts");
  await bundled(configuration.exports["./sim"], async (file) => {
    const seen = await runAsInBrowser(
      `const { simulate } = await import("file://${file}");
       for (const seed of [1, 2, 3]) log(JSON.stringify(simulate(seed), ${replacer}));`,
    );
    const here = [1, 2, 3].map((seed) => JSON.stringify(simulate(seed), replacer));
    assertEquals(seen.split("\n"), here);
  });
});

/** For reports, which have numbers of any size and sets. */
function replacer(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return value;
}

/** What Deno says of what a door lets out. */
interface Documented {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocumentedSymbol[] }>>;
}

interface DocumentedSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly jsDoc?: {
      readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
    };
  }[];
}

/** Names that `.` lets out, at most: what an embedder needs, and what that refers to. */
const FRONT_NAMES_MAX = 72;

Deno.test("the front door has few names, each with an example that uses it by that door", async () => {
  const { code, output } = await run(["deno", "doc", "--json", "mod.ts"]);
  assertEquals(code, 0, output);
  const { nodes } = JSON.parse(output) as Documented;
  const symbols = Object.values(nodes).flatMap(({ symbols }) => symbols);
  const names = [...new Set(symbols.map(({ name }) => name))];
  assert(names.length > 40 && names.length <= FRONT_NAMES_MAX, `${names.length}: ${names}`);
  const without = names.filter((name) => {
    const tags = symbols.filter((symbol) => symbol.name === name)
      .flatMap(({ declarations }) => declarations.flatMap(({ jsDoc }) => jsDoc?.tags ?? []));
    // `deno test --doc` runs what is between such marks.
    const examples = tags.filter(({ kind }) => kind === "example").map(({ doc = "" }) =>
      /```ts\n([^]+?)```/.exec(doc)?.[1] ?? ""
    );
    const used = new RegExp(`\\b${name}\\b`);
    return !examples.some((text) =>
      text.includes('from "@hetpaxos/hetpaxos"') && text.includes("assert") && used.test(text)
    );
  });
  assertEquals(without, [], "no example");
});

Deno.test("what is published is what the doors reach, and nothing that only we use", async () => {
  const trial = await run(["deno", "publish", "--dry-run", "--allow-dirty"]);
  assertEquals(trial.code, 0, trial.output);
  const published = new Set(
    [...trial.output.matchAll(/file:\/\/(\S+) \(/g)].map(([, path]) => relativePath(path!)),
  );
  const wanted = new Set<string>();
  for (const entry of Object.values(configuration.exports)) {
    for (const file of await reached(entry)) if (!/^(node|npm):/.test(file)) wanted.add(file);
  }
  assertEquals([...wanted].filter((file) => !published.has(file)), [], "not published");
  for (const file of ["LICENSE", "README.md", "CHANGELOG.md"]) assert(published.has(file), file);
  // What people read, what others make code from, and a folder of which our scripts use the rest.
  const besides = /^(LICENSE|README\.md|CHANGELOG\.md|deno\.json|proto\/.+\.proto|lib\/sim\/.+)$/;
  const needless = [...published].filter((file) => !wanted.has(file) && !besides.test(file));
  assertEquals(needless, [], "published, and no door leads there");
});

/** What only these files may do, or none but through them, and how it is told. */
const ALONE = [
  {
    files: ["lib/crypto/native_engine.ts"],
    what: /\bcreateHash\b|"@std\/crypto"|digestSync|subtle\.digest/,
    example: 'createHash("sha256")',
  },
  {
    files: ["lib/crypto/portable_engine.ts"],
    what: /from "@noble\//,
    example: 'from "@noble/hashes/sha3.js"',
  },
  {
    files: ["lib/std/testing_snapshot.ts"],
    what: /deno-std@[^"]*snapshot|\bt\.assertSnapshot\b|\bassert\.snapshot\b|jsr:@std\/testing/,
    example: "await t.assertSnapshot(text)",
  },
] as const;

Deno.test("hash functions are called in two files, and snapshots compared by one", async () => {
  const folders = ["mod.ts", "lib", "cli", "scripts", "tests", "bench"];
  const files = (await listFiles(folders, [".ts"]))
    .filter((file) => file !== "tests/house/doors_test.ts");
  for (const { files: alone, what, example } of ALONE) {
    assert(what.test(example), example);
    const users: string[] = [];
    for (const one of files) if (what.test(await readSource(one))) users.push(one);
    assertEquals(users, [...alone]);
  }
});

Deno.test("deno.jsr.json takes the standard library from JSR and is deno.json otherwise", async () => {
  const text = await readSource("deno.json");
  const fromJsr = withStdFromJsr(text);
  assertEquals(await readSource(FROM_JSR), fromJsr, "run `deno task generate`");
  const isStd = (line: string) => line.startsWith('    "@std/');
  assertEquals(withStdFromJsr(fromJsr), fromJsr);
  const others = (whole: string) => whole.split("\n").filter((line) => !isStd(line));
  assertEquals(others(fromJsr), others(text));
  const { imports } = JSON.parse(fromJsr) as { imports: Record<string, string> };
  const std = Object.entries(imports).filter(([name]) => name.startsWith("@std/"));
  for (const [name, target] of std) assertEquals(target, `jsr:${name}@1`);
  const here = Object.keys(configuration.imports).filter((name) => name.startsWith("@std/"));
  for (const name of here) {
    assert(std.some(([whole]) => name === whole || name.startsWith(`${whole}/`)), name);
  }
});

Deno.test("with deno.jsr.json, Deno asks JSR for the standard library and nobody else", async () => {
  // Without remote modules: what would be asked for is told, on any machine.
  const options = ["--quiet", "--json", "--no-lock", "--no-remote", "--config", FROM_JSR];
  const { code, output } = await run(["deno", "info", ...options, "cli/args.ts"]);
  assertEquals(code, 0, output);
  const { modules } = JSON.parse(output) as { readonly modules: readonly Module[] };
  const names = modules.map(placeOf);
  assert(names.includes("jsr:/@std/cli@1/parse-args"), names.join("\n"));
  assertEquals(names.filter((name) => /deno-std|^lib\/std\//.test(name)), []);
});

Deno.test("lines on the standard library that are elsewhere are not passed over", () => {
  const line = '    "@std/assert": "./lib/std/assert.ts"';
  const elsewhere = `{\n  "imports": {\n${line},\n    "yaml": "npm:yaml@2"\n  },\n}\n`;
  assertThrows(() => withStdFromJsr(elsewhere), Error, "must be the last of the imports");
});
