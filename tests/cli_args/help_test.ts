/**
 * What every command says of itself at 80 columns, so that a change of it is seen when it is made:
 * `deno test -P tests/cli_args/help_test.ts -- --update` accepts what it says now.
 *
 * @module
 */

import { assertSnapshot } from "@std/testing/snapshot";
import { hetpaxos } from "../../cli/hetpaxos.ts";
import { nodesOf, treeOf } from "../../cli/tree.ts";
import { MemorySink } from "./memory_sink.ts";

/** A terminal of the usual width. */
class Usual extends MemorySink {
  readonly columns = 80;
}

Deno.test("help is what it was", async (t) => {
  for (const { path } of nodesOf(await treeOf(hetpaxos, ["hetpaxos"]))) {
    await t.step(path.join(" "), async (t) => {
      const sink = new Usual();
      await hetpaxos.run("hetpaxos", [...path.slice(1), "--help"], sink);
      await assertSnapshot(t, sink.text);
    });
  }
});
