/**
 * The demonstration shows what it promises and leaves nothing behind.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Program } from "./program.ts";
import { e2e, type Stage } from "./stage.ts";
import { missing } from "./tools.ts";

/** How the lines about decisions end or go on. */
const DECISIONS = [
  'Eve: "meet at noon", by the votes of ',
  'Eve: "meet without Dave", by the votes of Alice, Bob, Carol',
  ': "ship 100 bolts for 5 coins", by the votes of ',
  ': "ship 100 bolts for 5 coins", by the votes of ',
];

/** When it is interrupted: what it says just before, and how many processes it has then. */
const INTERRUPTIONS = [
  ["SIGINT", "after the first decision", / decided .*Eve/, 3],
  ["SIGTERM", "as its first acceptors start", /^One of the four may lie/, 0],
] as const;

/** Runs the demonstration with a folder of its own for temporary files; nothing must be left. */
async function withDemo(
  stage: Stage,
  watch: (demo: Program, folder: string) => Promise<void>,
): Promise<void> {
  const folder = `${stage.folder}/tmp`;
  await Deno.mkdir(folder);
  const demo = stage.start("demo", [], { env: { TMPDIR: folder } });
  try {
    await watch(demo, folder);
    assertEquals(await processesOf(folder), []);
    assertEquals(await Array.fromAsync(Deno.readDir(folder), ({ name }) => name), []);
  } finally {
    demo.kill();
    for (const { pid } of await processesOf(folder)) Deno.kill(pid, "SIGKILL");
  }
}

/** Processes whose command lines name a folder. Where there is no ps there is no telling. */
async function processesOf(folder: string): Promise<{ pid: number; command: string }[]> {
  if (missing("ps") !== undefined) return [];
  const { stdout } = await new Deno.Command("ps", { args: ["-e", "-o", "pid=,args="] }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(folder))
    .map((line) => ({ pid: parseInt(line), command: line.trim() }));
}

Deno.test(
  e2e(import.meta.url, "the demonstration decides three values and cleans up", async (stage) => {
    await withDemo(stage, async (demo) => {
      const { code, out, err } = await demo.ended;
      assertEquals({ code, err }, { code: 0, err: "" });
      const decisions = out.split("\n").filter((line) => / ms .* decided /.test(line));
      assertEquals(decisions.length, DECISIONS.length);
      for (const [i, words] of DECISIONS.entries()) assertStringIncludes(decisions[i]!, words);
      assertStringIncludes(out, "the processes are stopped and their files removed");
    });
  }),
);

for (const [signal, when, pattern, atLeast] of INTERRUPTIONS) {
  Deno.test(
    e2e(import.meta.url, `the demonstration cleans up after ${signal} ${when}`, async (stage) => {
      await withDemo(stage, async (demo, folder) => {
        await demo.line(({ text }) => pattern.test(String(text)), String(pattern));
        const { length: running } = await processesOf(folder);
        assert(running >= atLeast || missing("ps") !== undefined, `${running} processes`);
        demo.kill(signal);
        const { code, signal: killedBy } = await demo.ended;
        assertEquals({ code, killedBy }, { code: 0, killedBy: null });
      });
    }),
  );
}

Deno.test(
  e2e(
    import.meta.url,
    "Ctrl-C that ends its acceptors before it is no fault of the demonstration",
    async (stage) => {
      await withDemo(stage, async (demo, folder) => {
        const acceptors = async () =>
          (await processesOf(folder)).filter(({ command }) => command.includes(" acceptor "));
        let [victim] = await acceptors();
        while (victim === undefined) [victim] = await acceptors();
        const { pid } = victim;
        Deno.kill(pid, "SIGKILL");
        // When it is no longer there, the demonstration has seen its end.
        while ((await acceptors()).some((other) => other.pid === pid));
        demo.kill("SIGINT");
        const { code, err } = await demo.ended;
        assertEquals({ code, err }, { code: 0, err: "" });
      });
    },
    { ignore: missing("ps") },
  ),
);
