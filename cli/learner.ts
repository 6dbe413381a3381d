/**
 * Entry of the standalone program hetpaxos-learner.
 *
 * @module
 */

import { listenForSignals } from "./stop_signals.ts";

listenForSignals();
// The rest is loaded only now.
const { runMain } = await import("./exit.ts");
await runMain("hetpaxos-learner", async (args) => {
  const { learner } = await import("./commands/learner.ts");
  return await learner.run("hetpaxos-learner", args);
});
