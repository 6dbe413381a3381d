import { assertEquals, assertStringIncludes } from "@std/assert";
import { configMain } from "../../cli/config.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { MemorySink } from "../cli_args/memory_sink.ts";

/** What `config check` says, on a terminal or not. */
async function check(file: string, terminal: boolean): Promise<string> {
  const [out, err] = [new MemorySink(terminal), new MemorySink(false)];
  const status = await configMain(["check", file], out, err);
  assertEquals([status, err.text], [EXIT.ok, ""]);
  return out.text;
}

Deno.test("check says who may starve whom", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const names = Array.from({ length: 41 }, (_, i) => `A${String(i).padStart(2, "0")}`);
    const sink = () => new MemorySink(false);
    const args = ["generate", `${folder}/my`, "--acceptors", names.join(","), "--clients", "1"];
    assertEquals(await configMain(args, sink(), sink()), EXIT.ok);
    const file = `${folder}/my_0_config.json`;
    const config = JSON.parse(await Deno.readTextFile(file));
    const pairs = Array.from({ length: 20 }, (_, i) => ({
      threshold: 1,
      of: names.slice(1 + 2 * i, 3 + 2 * i),
    }));
    const rule = (threshold: number) => ({
      quorums: [{ threshold: 2, of: [names[0], { threshold, of: pairs }] }],
    });
    const promise = { quorums: [{ names: [names[0]] }] };
    config.learners = { X: rule(20), Y: rule(19) };
    config.safetySets = { X: { safetySets: { X: promise, Y: promise } } };
    await Deno.writeTextFile(file, JSON.stringify(config));
    const [first, ...others] = JSON.parse(await check(file, false)).starvation;
    assertEquals([first.by, first.starved, first.quorum.length, others], ["Y", "X", 20, []]);
    assertStringIncludes(await check(file, true), "Y, deciding by A00, ");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
