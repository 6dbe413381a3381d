import { assertEquals } from "@std/assert";
import { relativePath, resolveFrom } from "../../scripts/lint/paths.ts";
import { listFiles, readSource } from "../../scripts/sources.ts";

/** Two files that need each other may; what is larger is a knot. */
const CIRCLE_MAX = 2;

/** Relative specifiers of all imports and exports of a text, in whatever way they are written. */
function importsIn(source: string): string[] {
  // Lines of comments begin with an asterisk or slashes; those of examples in docstrings as well.
  const code = source.replaceAll(/^\s*(\/?\*|\/\/).*$/gm, "");
  return [...code.matchAll(/\b(?:from|import)\b\s*\(?\s*["'](\.[^"']+)["']/g)].map(([, at]) => at!);
}

/** What each file imports, by path; files that are generated are left out. */
async function graphOf(below: string): Promise<Map<string, string[]>> {
  const files = (await listFiles([below], [".ts"])).filter((file) => !file.includes("/gen/"));
  const graph = new Map<string, string[]>();
  for (const file of files) {
    const imported = importsIn(await readSource(file)).map((at) => resolveFrom(file, at));
    graph.set(file, imported.filter((other) => files.includes(other)));
  }
  return graph;
}

/** The groups of files each of which reaches all others of its group; by Tarjan's algorithm. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const numbers = new Map<string, number>();
  const lows = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string) => {
    numbers.set(file, numbers.size);
    lows.set(file, numbers.get(file)!);
    open.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!numbers.has(next)) visit(next);
      if (open.includes(next)) lows.set(file, Math.min(lows.get(file)!, lows.get(next)!));
    }
    if (lows.get(file) !== numbers.get(file)) return;
    circles.push(open.splice(open.indexOf(file)).toSorted());
  };
  for (const file of graph.keys()) if (!numbers.has(file)) visit(file);
  return circles.filter(({ length }) => length > 1);
}

Deno.test("imports are found in whatever way they are written, and none in comments", () => {
  const source = `
    import { a } from "./a.ts";
    import {
      b,
    } from "./b.ts";
    import * as c from "./c.ts";
    export * from "./d.ts";
    import "./e.ts";
    const f = await import("./f.ts");
    type G = import("./g.ts").G;
    /** import { h } from "./h.ts"; */
    /**
     * import { i } from "./i.ts";
     */
    // import { j } from "./j.ts";
    import { k } from "elsewhere";
  `;
  assertEquals(importsIn(source), [..."abcdefg"].map((name) => `./${name}.ts`));
});

Deno.test("a circle of imports is found, and a way that only meets again is none", () => {
  const graph = new Map([["a", ["b", "d"]], ["b", ["c"]], ["c", ["a"]], ["d", ["c"]], ["e", [
    "a",
  ]]]);
  assertEquals(circlesOf(graph), [["a", "b", "c", "d"]]);
  assertEquals(circlesOf(new Map([["a", ["b", "c"]], ["b", ["d"]], ["c", ["d"]], ["d", []]])), []);
});

Deno.test("no more than two files of lib need each other in a circle", async () => {
  const circles = circlesOf(await graphOf("lib"));
  assertEquals(circles.filter(({ length }) => length > CIRCLE_MAX), [], relativePath("lib"));
});
