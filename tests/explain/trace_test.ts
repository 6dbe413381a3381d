/**
 * `hetpaxos explain --trace`: a recording is explained at any step, by the same sentences.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { explain } from "../../cli/commands/explain.ts";
import { explainFailure } from "../../cli/exit.ts";
import { traceOf } from "../../lib/explore/recorded.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { MemorySink } from "../cli_args/memory_sink.ts";

const LINES = traceOf(`acceptors A B C D
burial TECHNICAL_REPORT
learner X 3 of A B C D
learner Y 4 of A B C D
safe X X 3 of A B C D
safe Y Y 3 of A B C D
propose p v1 at 1
deliver p to A B C
deliver A.1 B.1 C.1 to A B C
deliver A.2 B.2 C.2 to A
`);

async function run(...args: readonly string[]) {
  const out = new MemorySink();
  try {
    return { status: await explain.run("explain", args, out), out: out.text, err: "" };
  } catch (error) {
    const { status, words } = explainFailure("explain", error);
    return { status, out: out.text, err: words };
  }
}

async function withTrace(text: string, body: (file: string) => Promise<void>): Promise<void> {
  const file = await Deno.makeTempFile({ prefix: "hetpaxos_explain_" });
  try {
    await Deno.writeTextFile(file, text);
    await body(file);
  } finally {
    await Deno.remove(file);
  }
}

const WHOLE = LINES.join("\n") + "\n";

Deno.test("a recording tells who has decided, and what another lacks", async () => {
  await withTrace(WHOLE, async (file) => {
    const { status, out, err } = await run("--trace", file, "--json");
    assertEquals([status, err], [EXIT.timeout, ""]);
    const [x, y] = out.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals([x.learner, x.cause, x.acceptors], ["X", "decided", ["A", "B", "C"]]);
    assertEquals([y.learner, y.cause, y.acceptors], ["Y", "1b missing", ["D"]]);
    assertEquals([x.instance, x.node === y.node, x.steps > 3], ["0", true, true]);
    assertStringIncludes(y.text, "no 1b from D");
    const decided = await run("--trace", file, "--learner", "X", "--text");
    assertEquals(decided.status, EXIT.ok);
    assertMatch(decided.out, /^X, instance 0, as \S+ knew it after \d+ steps: X decided value /);
  });
});

Deno.test("at an earlier step it tells what was lacking then, as whoever is named saw it", async () => {
  await withTrace(WHOLE, async (file) => {
    const at = async (...args: readonly string[]) => {
      const { out } = await run("--trace", file, "--learner", "X", "--json", ...args);
      return JSON.parse(out.split("\n")[0]!);
    };
    const start = await at("--at", "0");
    assertEquals([start.cause, start.steps], ["no ballot", 0]);
    assertStringIncludes((await at("--node", "D")).text, "nobody has proposed");
    const causes = new Set<string>();
    const { steps } = await at("--node", "A");
    for (let n = 0; n <= steps; n++) causes.add((await at("--node", "A", "--at", `${n}`)).cause);
    assertEquals([...causes], ["no ballot", "1b missing", "2a missing", "decided"]);
  });
});

Deno.test("a recording whose writer was killed is explained up to there", async () => {
  await withTrace(WHOLE.slice(0, -20), async (file) => {
    assertEquals((await run("--trace", file, "--learner", "Y")).status, EXIT.timeout);
  });
});

Deno.test("mistakes: one line that names what there is", async () => {
  await withTrace(WHOLE, async (file) => {
    const wrong = async (...args: readonly string[]) => {
      const { status, err } = await run("--trace", file, ...args);
      return [status, err.replace(file, "FILE").replace("explain: ", "").trim()] as const;
    };
    assertEquals(await wrong("client.json"), [
      EXIT.usage,
      "--trace: a recording needs no configuration: leave CONFIG out",
    ]);
    assertMatch((await wrong("--instance", "7"))[1], /^--instance: nothing of it.*there is 0$/);
    assertMatch((await wrong("--node", "Zoe"))[1], /^--node: there is no "Zoe" in it; there are /);
    assertMatch((await wrong("--learner", "Z"))[1], /^--learner: there is no learner "Z"/);
    await Deno.writeTextFile(file, "");
    assertEquals(await wrong(), [EXIT.configuration, "FILE: holds no whole line of a trace"]);
    await Deno.writeTextFile(file, "{}\n");
    assertEquals((await wrong())[0], EXIT.configuration);
  });
  assertEquals((await run("--trace", "/nowhere/x.trace")).status, EXIT.resource);
});
