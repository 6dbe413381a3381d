import { assertEquals } from "@std/assert";
import { relativePath, resolveFrom } from "../../scripts/lint/paths.ts";
import { listFiles, readSource } from "../../scripts/sources.ts";

/** Two files that need each other may; what is larger is a knot. */
const CIRCLE_MAX = 2;

/** What each file imports, by path; files that are generated are left out. */
async function graphOf(below: string): Promise<Map<string, string[]>> {
  const files = (await listFiles([below], [".ts"])).filter((file) => !file.includes("/gen/"));
  const graph = new Map<string, string[]>();
  for (const file of files) {
    const specifiers = [...(await readSource(file)).matchAll(/^[^*\n]*\bfrom "(\.[^"]+)"/gm)];
    const imported = specifiers.map(([, specifier]) => resolveFrom(file, specifier!));
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
