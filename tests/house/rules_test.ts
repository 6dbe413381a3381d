import { assert, assertEquals, assertMatch } from "@std/assert";
import plugin from "../../scripts/lint/plugin.ts";
import { isGenerated, ROOT } from "../../scripts/lint/paths.ts";
import { SIZE_EXCEPTIONS } from "../../scripts/lint/sizes.ts";
import { listFiles, readSource } from "../../scripts/sources.ts";

/** What the house rules say of a text if it stood at `path`: "rule: message", in order. */
function complaints(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, `${ROOT}/${path}`, source)
    .map(({ id, message }) => `${id}: ${message}`);
}

function complainsOnly(rule: string, path: string, source: string): void {
  const found = complaints(path, source);
  assert(found.length > 0, `not a word about ${source}`);
  assert(found.every((complaint) => complaint.startsWith(`house/${rule}: `)), found.join("\n"));
}

Deno.test("every source file keeps the house rules, ignore comments or not", async () => {
  const paths = await listFiles(["lib", "cli", "tests", "scripts", "bench", "mod.ts"], [".ts"]);
  assert(paths.length > 20, "the files were not found");
  const found: string[] = [];
  for (const path of paths) {
    if (isGenerated(path)) continue;
    for (const complaint of complaints(path, await readSource(path))) {
      found.push(`${path}: ${complaint}`);
    }
  }
  assertEquals(found, []);
});

Deno.test("size exceptions name files that exist and say why", async () => {
  for (const [path, reason] of Object.entries(SIZE_EXCEPTIONS)) {
    assert(reason.length > 20, path);
    await Deno.stat(`${ROOT}/${path}`);
  }
});

const INWARD: readonly (readonly [from: string, specifier: string])[] = [
  ["lib/core/a.ts", "./b.ts"],
  ["lib/wire/codec.ts", "../core/types.ts"],
  ["lib/wire/codec.ts", "./gen/hetpaxos/v1/config_pb.ts"],
  ["lib/wire/codec.ts", "@bufbuild/protobuf"],
  ["lib/crypto/hash.ts", "node:crypto"],
  ["lib/sim/cluster.ts", "../core/types.ts"],
  ["lib/process/process.ts", "../net/server.ts"],
  ["lib/link/link.ts", "../node/node.ts"],
  ["lib/explore/world.ts", "../sim/ids.ts"],
  ["lib/std/assert.ts", "npm:deno-std@1.4.0/assert/mod.js"],
  ["cli/main.ts", "../lib/node/node.ts"],
  ["cli/main.ts", "../lib/sim/cluster.ts"],
  ["cli/help.ts", "../deno.json"],
  ["mod.ts", "./lib/sim/cluster.ts"],
  ["tests/a_test.ts", "../cli/args.ts"],
  ["tests/a_test.ts", "fast-check"],
];

const OUTWARD: typeof INWARD = [
  ["lib/node/node.ts", "../net/server.ts"],
  ["lib/node/node.ts", "../link/link.ts"],
  ["lib/link/link.ts", "../process/peers.ts"],
  ["lib/sim/world.ts", "../explore/world.ts"],
  ["lib/wire/codec.ts", "../config/parse.ts"],
  ["lib/core/a.ts", "../wire/hex.ts"],
  ["lib/core/a.ts", "../std/assert.ts"],
  ["lib/core/a.ts", "node:crypto"],
  ["lib/core/a.ts", "@std/assert"],
  ["lib/core/a.ts", "fast-check"],
  ["lib/wire/codec.ts", "../crypto/hash.ts"],
  ["lib/wire/codec.ts", "../sim/prng.ts"],
  ["lib/crypto/hash.ts", "../store/journal.ts"],
  ["lib/net/server.ts", "../crypto/verify.ts"],
  ["lib/sim/cluster.ts", "../net/server.ts"],
  ["lib/trace/format.ts", "../wire/hex.ts"],
  ["lib/node/node.ts", "../../cli/main.ts"],
  ["lib/node/node.ts", "../sim/cluster.ts"],
  ["lib/node/node.ts", "../../deno.json"],
  ["lib/node/node.ts", "fast-check"],
  ["lib/node/node.ts", "node:fs"],
  ["lib/link/link.ts", "node:crypto"],
  ["lib/sim/world.ts", "node:crypto"],
  ["lib/evidence/evidence.ts", "node:crypto"],
  ["lib/wire/hex.ts", "node:buffer"],
  ["lib/trace/writer.ts", "node:fs"],
  ["lib/elsewhere/a.ts", "../core/types.ts"],
  ["lib/wire/codec.ts", "npm:left-pad@1.0.0"],
  ["lib/wire/codec.ts", "https://example.com/a.ts"],
  ["lib/wire/codec.ts", "/lib/net/server.ts"],
  ["cli/main.ts", "../tests/oracle/oracle.ts"],
  ["cli/main.ts", "../scripts/run.ts"],
  ["mod.ts", "./cli/main.ts"],
  ["tests/a_test.ts", "npm:left-pad@1.0.0"],
];

const WAYS_TO_IMPORT: readonly ((specifier: string) => string)[] = [
  (specifier) => `import { a } from "${specifier}";`,
  (specifier) => `import type { A } from "${specifier}";`,
  (specifier) => `import "${specifier}";`,
  (specifier) => `export * from "${specifier}";`,
  (specifier) => `export { a } from "${specifier}";`,
  (specifier) => `/** A. */\nexport type A = import("${specifier}").A;`,
];

Deno.test("imports that point inward pass, in every way to write them", () => {
  for (const [from, specifier] of INWARD) {
    for (const write of WAYS_TO_IMPORT) assertEquals(complaints(from, write(specifier)), []);
  }
});

Deno.test("imports that point outward are reported, in every way to write them", () => {
  for (const [from, specifier] of OUTWARD) {
    for (const write of WAYS_TO_IMPORT) {
      complainsOnly("import-direction", from, write(specifier));
    }
  }
});

Deno.test("dynamic imports are held to the same rule", () => {
  complainsOnly("import-direction", "lib/wire/a.ts", 'const a = await import("../net/b.ts");');
  complainsOnly("import-direction", "lib/wire/a.ts", "const a = await import(name);");
  assertEquals(complaints("tests/a_test.ts", "const a = await import(name);"), []);
});

const IMPURE: readonly string[] = [
  ...["Date.now();", "new Date();", "const now: Date = x;", "f(Date);", "`${Date.now()}`;"],
  ...["Math.random();", 'Math["random"]();', "const { random } = Math;", "const m = Math;"],
  ...["Math[name]();", "globalThis.Date;", 'globalThis["Date"];', "const a = { Date };"],
  ...["setTimeout(f, 1);", "queueMicrotask(f);", "Deno.env;", "process.env;", "console.log(1);"],
  ...["performance.now();", "crypto.randomUUID();", "async () => {};", "async function f() {}"],
  ...["class A { async m() {} }", "await x;", "const a: Promise<void> = b;", "eval(x);"],
  ...["async function* f() { for await (const a of b) c(a); }", "import.meta.url;"],
  ...["a.localeCompare(b);", "a.toLocaleString();", "new Intl.Collator();", "new WeakRef(a);"],
  ...["self.Date;", "self.setTimeout(f);", "const { Date } = self;"],
];

const PURE: readonly string[] = [
  ...["x.Date;", "const a = { Date: 1, Promise: 2 };", "interface A { console: B; await(): C }"],
  ...["Math.max(1, 2);", "Math.clz32(3);", "// Date.now() await\n", 'const a = "Deno.env";'],
  ...["/* async */ f();", "new.target;", "function* f() { yield 1; }", "x.random();", "self.prev;"],
];

Deno.test("core, nodes and links may neither read the world nor wait for it", () => {
  for (const layer of ["lib/core", "lib/graph", "lib/log", "lib/node", "lib/link"]) {
    for (const source of IMPURE) complainsOnly("purity", `${layer}/a.ts`, source);
    for (const source of PURE) assertEquals(complaints(`${layer}/a.ts`, source), [], source);
  }
  for (const source of IMPURE) {
    assertEquals(complaints("lib/process/a.ts", source), [], "only they");
  }
});

Deno.test("each room of lib is named where one looks, with what belongs there and what does not", async () => {
  const rooms = [...Deno.readDirSync(`${ROOT}/lib`)].map(({ name }) => `lib/${name}`);
  assert(rooms.length > 10, "the rooms were not found");
  const [architecture, hacking, readme] = await Promise.all(
    ["docs/ARCHITECTURE.md", "docs/HACKING.md", "README.md"].map(readSource),
  );
  for (const room of rooms) {
    assertMatch(architecture!, new RegExp(`^\\| \`${room}\` +\\| \\S.+ \\| \\S.+ \\|$`, "m"), room);
    assertMatch(hacking!, new RegExp(`^${room}/ +\\S`, "m"), room);
    if (room !== "lib/std") assertMatch(readme!, new RegExp(`\\(${room}\\)`), room);
  }
});

const lines = (count: number) => "f();\n".repeat(count);

Deno.test("a file of 300 lines passes, one of 301 does not, unless generated", () => {
  assertEquals(complaints("lib/wire/a.ts", lines(300)), []);
  for (const path of ["lib/wire/a.ts", "cli/a.ts", "tests/a.ts", "scripts/a.ts", "bench/a.ts"]) {
    complainsOnly("sizes", path, lines(301));
  }
  assertEquals(complaints("lib/wire/gen/a_pb.ts", lines(301)), []);
});

Deno.test("a function of 70 lines passes, one of 71 does not, however it is written", () => {
  const ways: readonly ((body: string) => string)[] = [
    (body) => `function f() {\n${body}}\n`,
    (body) => `const f = () => {\n${body}};\n`,
    (body) => `const f = function () {\n${body}};\n`,
    (body) => `class A { #m() {\n${body}} }\n`,
    (body) => `Deno.test("x", () => {\n${body}});\n`,
  ];
  for (const write of ways) {
    assertEquals(complaints("tests/a.ts", write(lines(68))), []);
    complainsOnly("sizes", "tests/a.ts", write(lines(69)));
  }
});

const UNDOCUMENTED: readonly string[] = [
  ...["export function f() {}", "export const a = 1;", "export class A {}", "export type A = 1;"],
  ...[
    "export interface A {}",
    "export enum A {}",
    "export default 1;",
    "export abstract class A {}",
  ],
  ...["// No docstring.\nexport const a = 1;", "/* Nor this. */\nexport const a = 1;"],
  ...["/** */\nexport const a = 1;", "/** @module */\nexport const a = 1;"],
  ...["/** Of b. */\nconst b = 1;\nexport const a = 1;", "const a = 1;\nexport { a };"],
  ...[
    "/** A. */\nexport class A { m() {} }",
    "/** A. */\nexport class A { get m() { return 1; } }",
  ],
];

const DOCUMENTED: readonly string[] = [
  ...["/** A. */\nexport const a = 1;", "/** A. */\n\n// Aside.\nconst b = 1;"],
  ...["const a = 1;", 'export { a } from "./b.ts";', "/** A. */\nexport default 1;"],
  "/** A. */\nexport class A { constructor() {} #m() {} private n() {} override o() {} }",
  "/** A. */\nexport class A { /** M. */ m() {} }",
];

Deno.test("what lib, cli and mod.ts export has a docstring", () => {
  for (const source of UNDOCUMENTED) {
    for (const path of ["lib/wire/a.ts", "cli/a.ts", "mod.ts"]) {
      complainsOnly("docstrings", path, source);
    }
    assertEquals(complaints("tests/a.ts", source), []);
  }
  for (const source of DOCUMENTED) assertEquals(complaints("lib/wire/a.ts", source), [], source);
});
