import { assert, assertEquals, assertMatch } from "@std/assert";
import configuration from "../../deno.json" with { type: "json" };
import workflows from "../../.github/deno.json" with { type: "json" };
import tools from "../../proto/deno.json" with { type: "json" };
import { differences, staleGenerated } from "../../scripts/generate.ts";
import { flagsOf, type PermissionSet, PROGRAMS } from "../../scripts/programs.ts";
import { readSource } from "../../scripts/sources.ts";

const LOCKS = ["deno.lock", "proto/deno.lock", ".github/deno.lock"];

Deno.test("generated code is what the proto files generate", async () => {
  assertEquals(await staleGenerated(), []);
});

Deno.test("generated code that is stale, missing or left over is noticed", () => {
  const fresh = new Map([["a", "1"], ["b", "2"], ["c", "3"]]);
  const committed = new Map([["a", "1"], ["b", "0"], ["d", "4"]]);
  assertEquals(differences(committed, fresh), [
    ...["b: differs", "c: missing", "d: generated from nothing"],
  ]);
});

Deno.test("the lock files name no host, so that any registry will do", async () => {
  for (const path of LOCKS) {
    assert(!/https?:/.test(await readSource(path)), path);
  }
});

Deno.test("every dependency is pinned to one version, and locked", async () => {
  const locked = (await Promise.all(LOCKS.map(readSource))).join("");
  const all = { ...configuration.imports, ...tools.imports, ...workflows.imports };
  for (const target of Object.values<string>(all)) {
    if (target.startsWith("./")) continue;
    // Of the standard library, if it comes from JSR, the lock file alone says which version.
    assertMatch(
      target,
      /^(npm:(@[^@/]+\/)?[^@/]+@\d+\.\d+\.\d+(\/[a-z-]+)?|jsr:@std\/[a-z-]+@\d+)$/,
    );
    const [whole] = /^\w+:(@[^/]+\/)?[^/]+/.exec(target)!;
    assert(locked.includes(`"${whole}":`), target);
  }
});

Deno.test("every task says what it is for", () => {
  for (const [name, task] of Object.entries<{ description?: string }>(configuration.tasks)) {
    assert((task.description ?? "").length > 10, `deno task ${name}`);
  }
});

Deno.test("the tasks grant the programs what their executables are granted", () => {
  const commands = Object.values(configuration.tasks).map(({ command }) => command);
  for (const { entry, set } of PROGRAMS) {
    if (entry === "cli/main.ts") continue; // its sub-commands have tasks of their own
    const command = `deno run --quiet -P=${set} "$ROOT/${entry}"`;
    assert(commands.some((text) => text.endsWith(command)), entry);
  }
});

Deno.test("only what starts processes may run any, and only tasks for nodes reach the network", () => {
  assertEquals(flagsOf("reading"), ["--allow-read", "--allow-env=TERM,COLUMNS"]);
  for (const set of Object.keys(configuration.permissions) as PermissionSet[]) {
    const flags = flagsOf(set);
    assertEquals(flags.includes("--allow-run"), set === "starter", set);
    assertEquals(flags.includes("--allow-net"), ["node", "starter", "asking"].includes(set), set);
    for (const flag of flags) assert(!/^--allow-(ffi|sys|import|all)/.test(flag), flag);
  }
  const programs = Object.entries(configuration.tasks)
    .filter(([, { command }]) => /\bcli\//.test(command));
  for (const [name, { command }] of programs) {
    const set = /-P=(\w+)/.exec(command)?.[1];
    assertEquals(set === "starter", ["cluster", "demo"].includes(name), name);
    assert(!command.includes("--allow-"), name);
  }
});

Deno.test("tasks run programs where the person stands", () => {
  const programs = Object.values(configuration.tasks).map(({ command }) => command)
    .filter((command) => /\bcli\//.test(command));
  assert(programs.length >= 9);
  for (const each of programs) {
    // A page for the program to serve is made first, where the sources are.
    const command = each.replace("deno task --quiet page >&2 && ", "");
    assert(command.startsWith('ROOT=$PWD && cd "$INIT_CWD" && deno run --quiet -P='), command);
  }
});
