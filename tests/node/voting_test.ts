/** Where an acceptor may vote, if it has been shown messages of its own. */
import { assertEquals } from "@std/assert";
import { Voting } from "../../lib/node/voting.ts";
import { inventedId } from "./harness.ts";

Deno.test("who has been shown several messages of its own votes when the last of them is here", () => {
  const voting = new Voting(0);
  const show = (name: string, signer: number) =>
    voting.shown(1n, {
      ...{ kind: "acceptor", id: inventedId(name), signer, prev: undefined, refs: [] },
    });
  for (const name of ["first", "second", "first"]) show(name, 0);
  show("another's", 1);
  voting.start();
  assertEquals([voting.mayVote(1n), voting.mayVote(2n), voting.lostCount], [false, true, 1]);
  assertEquals(voting.found(1n, inventedId("second")), false);
  assertEquals([voting.found(2n, inventedId("first")), voting.mayVote(1n)], [false, false]);
  assertEquals([voting.found(1n, inventedId("first")), voting.mayVote(1n)], [true, true]);
  assertEquals(voting.found(1n, inventedId("first")), false);
});
