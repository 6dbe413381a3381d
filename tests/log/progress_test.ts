/** For how long a learner that does not get on is not waited for. */
import { assertEquals } from "@std/assert";
import { activeLearners, noteStalled } from "../../lib/log/progress.ts";
import { makeContext, makeKeeper, tell, valueAt } from "./cluster.ts";

Deno.test("progress: pauses double while a learner stands still, and begin anew when it has got on", () => {
  const keeper = makeKeeper(makeContext([3, 4]), 0);
  const { state } = keeper;
  const decide = (learner: number, instance: number) =>
    tell(keeper, { kind: "decided", learner, instance, value: valueAt(instance) });
  const progress = { stalled: [undefined, undefined] };
  const pauseMs = (atMs: number) => {
    noteStalled(progress, state, 2, atMs, 100);
    let endMs = atMs;
    while (!activeLearners(progress, state, endMs).includes(1)) endMs += 100;
    return endMs - atMs;
  };
  for (const instance of [0, 1, 2]) decide(0, instance);
  assertEquals([pauseMs(0), pauseMs(1_000), pauseMs(2_000)], [100, 200, 400]);
  assertEquals(progress.stalled[0], undefined, "it has an outcome there");
  noteStalled(progress, state, 2, 3_000, 100);
  assertEquals(activeLearners(progress, state, 3_000), [0]);
  decide(1, 0);
  assertEquals(activeLearners(progress, state, 3_000), [0, 1], "it gets on");
  assertEquals(pauseMs(4_000), 100, "it begins anew");
});
