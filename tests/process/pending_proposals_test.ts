/**
 * Of proposals that callers wait for, one is told: that which has waited longest.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  type Awaited,
  PendingProposals,
  type Waiting,
} from "../../lib/process/pending_proposals.ts";

/** A process in which learners have decided as a test says. */
function stage() {
  const decided = new Map<bigint, string[]>();
  const node = {
    decisionsIn: (instance: bigint) =>
      (decided.get(instance) ?? []).map((learner) => ({ learner })),
  };
  const calls = { begun: 0, ended: 0 };
  let awaited: () => readonly Awaited[] = () => [];
  const pending = new PendingProposals({ node } as unknown as Waiting, (_, ask) => {
    calls.begun++;
    awaited = ask;
    return () => calls.ended++;
  });
  const asked = () => awaited().map(({ instance, learner }) => `${instance} ${learner}`);
  return { pending, decided, calls, asked };
}

Deno.test("the proposal that has waited longest is told, whatever comes beside it", () => {
  const { pending, decided, calls, asked } = stage();
  const one = pending.add(7n, ["Eve", "Frank"]);
  const two = pending.add(3n, ["Eve"]);
  assertEquals(asked(), ["7 Eve", "7 Frank"]);
  decided.set(7n, ["Eve"]);
  assertEquals(asked(), ["7 Frank"]);
  one();
  assertEquals(asked(), ["3 Eve"]);
  assertEquals(calls, { begun: 1, ended: 0 });
  two();
  assertEquals(calls, { begun: 1, ended: 1 });
  pending.add(9n, ["Eve"])();
  assertEquals(calls, { begun: 2, ended: 2 });
});

Deno.test("a proposal of which all is decided, but not kept yet, is not told", () => {
  const { pending, decided, asked } = stage();
  pending.add(7n, ["Eve"]);
  decided.set(7n, ["Eve"]);
  assertEquals(asked(), []);
});
