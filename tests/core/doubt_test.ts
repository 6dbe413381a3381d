/** An acceptor that votes and is shown what it has forgotten, before it can take it in. */
import { assertEquals } from "@std/assert";
import { step } from "../../lib/core/instance.ts";
import type { AcceptorMessage } from "../../lib/core/types.ts";
import { identify } from "../../lib/sim/ids.ts";
import { Acceptor, at, offer } from "./windows_stage.ts";

Deno.test("an acceptor signs nothing while a message of its own, which it does not know, waits", () => {
  const [first, second] = [offer(1, 0), offer(2, 10)];
  const before = new Acceptor("none");
  before.hear(20, first, second);
  const [known, forgotten] = before.signed;
  const content = { signer: 2, prev: undefined, refs: [first.id] };
  const carol: AcceptorMessage = { kind: "acceptor", id: identify(content), ...content };
  const alice = new Acceptor("none");
  alice.hear(30, first, carol, forgotten!);
  assertEquals([alice.knows(forgotten!), alice.state.acceptor!.standing], [false, "doubts"]);
  // To be allowed what everybody may changes nothing.
  step(alice.context, alice.state, { kind: "vote", allowed: true, now: at(30) });
  // Her own answer would refer to Carol's message as well: another one, after the same `prev`.
  alice.hear(30, second, offer(3, 20));
  assertEquals([alice.knows(forgotten!), alice.signed], [true, [known]]);
  assertEquals([alice.state.acceptor!.standing, alice.state.view.caught], ["asks", 0n]);
});
