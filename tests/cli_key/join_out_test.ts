import { assertEquals, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { onStage } from "./stage.ts";

Deno.test("what is joined is not written over, by whatever name", async () => {
  await onStage(async ({ folder, path, read, records, run, write }) => {
    for (const [i, name] of ["Alice", "Bob"].entries()) {
      const at = ["--host", "localhost", "--port", `${9000 + i}`];
      await records("key", "new", name, ...at, "--out", folder);
    }
    const quorums = [{ names: ["Alice", "Bob"] }];
    const safetySets = { Eve: { safetySets: { Eve: { quorums } } } };
    write("graph.json", { learners: { Eve: { quorums } }, safetySets });
    const [alice, bob] = ["Alice", "Bob"].map((name) => path(`${name}.card.json`));
    await Deno.symlink(bob!, path("link.json"));
    const join = ["config", "join", alice!, bob!, "--graph", path("graph.json"), "--force"];
    const contents = () => ["Alice.card.json", "Bob.card.json", "graph.json"].map(read);
    const before = contents();
    for (
      const [out, what] of [
        [alice!, `is the card ${alice}`],
        [path("link.json"), `is the card ${bob}`],
        [`${folder}/./graph.json`, `is the learner graph ${path("graph.json")}`],
      ] as const
    ) {
      const { status, err } = await run(...join, "--out", out);
      assertEquals(status, EXIT.usage, err);
      assertStringIncludes(err, `--out: ${what}: choose another name`);
    }
    assertEquals(contents(), before);
    await records(...join, "--out", path("cluster.json"));
  });
});
