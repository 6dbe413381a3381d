import { assertEquals } from "@std/assert";
import { findFloating } from "../../scripts/floating.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { listFiles } from "../../scripts/sources.ts";

/** Every way to let a promise float, and what is none; the lines that float say so. */
const SPECIMEN = `
declare function work(): Promise<number>;
declare function later(callback: () => void): void;
declare const either: Promise<void> | undefined;
export async function tried(): Promise<void> {
  await work();
  const kept = work();
  await kept;
  work().catch(() => {});
  // Never rejects.
  void work();
  later(() => {});
  [1].map(() => work());
  work(); // floats
  void work(); // floats
  either; // floats
  work().then(() => {}); // floats
  work().finally(() => {}); // floats
  Promise.all([work()]); // floats
  later(async () => {}); // floats
  later(() => work()); // floats
  [1].forEach(async () => await work()); // floats
  later(() => void work()); // floats
}
`;

Deno.test("every promise in lib and cli has an owner", async () => {
  const declarations = await new Deno.Command(Deno.execPath(), { args: ["types"] }).output();
  const globals = new TextDecoder().decode(declarations.stdout);
  const files = await listFiles(["lib", "cli", "mod.ts"], [".ts"]);
  const ours = files.filter((file) => !file.includes("/gen/") && !file.endsWith(".d.ts"));
  const found = findFloating(ours.map((file) => `${ROOT}/${file}`), globals, {
    "/specimen.ts": SPECIMEN,
  });
  const expected = SPECIMEN.split("\n").flatMap((line, i) =>
    line.endsWith("// floats") ? [`/specimen.ts:${i + 1}`] : []
  );
  // What would not find those of the specimen would find none of ours.
  assertEquals(
    found.map((line) => line.startsWith("/specimen") ? line.split(": ")[0]! : line),
    expected,
  );
});
