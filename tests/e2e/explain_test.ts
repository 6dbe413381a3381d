/**
 * Clusters that do not decide, for real: the first sentence names the cause.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { Cluster } from "./cluster.ts";
import { succeeds } from "./expect.ts";
import { e2e } from "./stage.ts";

Deno.test(e2e(import.meta.url, "why it does not decide is said first", async (stage, step) => {
  const cluster = await Cluster.make(stage, { clients: 2 });
  const acceptors = await cluster.acceptors();
  const client = cluster.file("client_0");
  /** The first sentence, and how the program ended. */
  const explained = async (instance: number) => {
    const asked = stage.start("explain", ["--instance", `${instance}`, "--json", client]);
    const { code } = await asked.ended;
    const [first] = asked.out.all;
    return { code, cause: first?.cause, text: `${first?.text}` };
  };

  await step("no proposer", async () => {
    const { code, cause, text } = await explained(1);
    assertEquals([code, cause], [EXIT.timeout, "no ballot"]);
    assertStringIncludes(text, "nobody has proposed a value in this instance");
  });

  await step("decided", async () => {
    await succeeds(cluster.run("proposer", "client_1", ["--value", "blue", "--instance", "1"]));
    const { code, cause, text } = await explained(1);
    assertEquals([code, cause], [EXIT.ok, "decided"]);
    assertMatch(text, /^Eve decided "blue" in the ballot of .* with "blue": 2as of /);
  });

  for (const name of ["Carol", "Dave"]) {
    acceptors.get(name)!.kill();
    await acceptors.get(name)!.ended;
  }

  await step("too few acceptors, as explain, status and the proposer itself say", async () => {
    const sentence =
      /Eve cannot decide( now: it|:) needs any 3 of Alice, Bob, Carol, Dave; .*Carol/;
    const proposer = cluster.run("proposer", "client_1", ["--value", "red", "--instance", "2"]);
    await proposer.logged("instance 2 is not decided: Eve cannot decide now");
    const { code, cause, text } = await explained(2);
    assertEquals([code, cause], [EXIT.stuck, "cannot decide now"]);
    assertMatch(text, sentence);
    const status = stage.start("status", ["--check", "--json", client]);
    assertEquals((await status.ended).code, EXIT.stuck);
    const verdict = status.out.all.find(({ event }) => event === "verdict");
    assertEquals(verdict?.decides, false);
    assertMatch(`${verdict?.sentence}`, sentence);
    proposer.kill();
    await proposer.ended;
  });

  await step("an acceptor that has come back and does not vote", async () => {
    acceptors.get("Bob")!.kill();
    await acceptors.get("Bob")!.ended;
    // With one acceptor left it hears from no quorum, and waits.
    const carol = cluster.acceptor("Carol");
    await carol.logged("connected");
    const { cause, text } = await explained(2);
    assertEquals(cause, "cannot decide now");
    assertMatch(text, /Carol does not vote yet: it waits to hear from /);
    carol.kill();
    await carol.ended;
  });
}));
