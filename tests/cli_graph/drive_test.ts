import { assertEquals } from "@std/assert";
import { drive } from "../../cli/graph/drive.ts";
import type { WholeEffort, Work } from "../../lib/graph/effort.ts";
import { run } from "../../scripts/run.ts";
import { MemorySink } from "../cli_args/memory_sink.ts";

/** Work without an end of its own. */
function* endless(effort: WholeEffort, begin: () => void = () => {}): Work<string> {
  begin();
  while (!effort.stopped) yield;
  return "what is known";
}

Deno.test("Ctrl-C ends work with what is known", async () => {
  const script = "tests/cli_graph/interrupted.ts";
  const { code, output } = await run(["deno", "run", "--quiet", "--allow-all", script]);
  assertEquals(code, 0, output);
  assertEquals(JSON.parse(output), { value: "what is known", stoppedBy: "Ctrl-C" });
});

Deno.test("a time limit ends work with what is known", async () => {
  const driven = await drive((effort) => endless(effort), 40, new MemorySink(false));
  assertEquals(driven, { value: "what is known", stoppedBy: "the time limit" });
});

Deno.test("a person at a terminal is told what long work is at", async () => {
  const sink = new MemorySink(true);
  const make = (effort: WholeEffort, tell: (what: string) => void) =>
    endless(effort, () => tell("who can stop learners"));
  await drive(make, 2_100, sink);
  assertEquals(sink.text, "2 s: who can stop learners; Ctrl-C ends it with what is known\n");
});
