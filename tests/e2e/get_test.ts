/**
 * Asking what was decided in one instance.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { hashValue } from "../../lib/crypto/hash.ts";
import { Cluster } from "./cluster.ts";
import { assertOneLine, succeeds } from "./expect.ts";
import { e2e } from "./stage.ts";

Deno.test(e2e(import.meta.url, "what was decided is asked for by instance", async (stage, step) => {
  const cluster = await Cluster.make(stage, { clients: 2 });
  const acceptors = await cluster.acceptors();
  const client = cluster.file("client_0");
  const get = (...args: string[]) => stage.start("get", [...args, client]);
  await succeeds(cluster.run("proposer", "client_1", ["--value", "blue", "--instance", "7"]));

  await step("with who says so, for scripts and for people", async () => {
    const asked = get("--instance", "7");
    const [{ reportedBy, ...decision }, ...more] = await succeeds(asked) as [
      { reportedBy: string[] },
    ];
    const valueHash = hashValue(new TextEncoder().encode("blue"));
    assertEquals(decision, {
      ...{ event: "decision", learner: "Eve", instance: "7", value: "blue", valueHash },
    });
    assertEquals(more, []);
    assertEquals(reportedBy.length >= 2, true);
    const text = get("--instance", "7", "--text");
    await succeeds(text);
    assertStringIncludes(text.out.text, 'Eve decided in instance 7: "blue" (hash ');
  });

  await step("one that is yet to come is waited for", async () => {
    const asked = get("--instance", "8", "--learner", "Eve", "--timeout", "30s");
    await succeeds(cluster.run("proposer", "client_1", ["--value", "red", "--instance", "8"]));
    assertEquals((await succeeds(asked)).map(({ value }) => value), ["red"]);
  });

  await step("one that is not decided is status 7", async () => {
    const asked = get("--instance", "9", "--timeout", "500ms");
    assertOneLine(await asked.ended, 7, /instance 9 is not decided for Eve, as far as 4 of 4 acc/);
  });

  await step("one acceptor alone is not believed", async () => {
    for (const name of ["Alice", "Bob", "Carol"]) {
      acceptors.get(name)!.kill();
      await acceptors.get(name)!.ended;
    }
    const asked = get("--instance", "7", "--timeout", "1s");
    assertOneLine(
      await asked.ended,
      7,
      /not decided for Eve, as far as 1 of 4 acceptors say; Alice: connection refused; Bob: /,
    );
  });
}));
