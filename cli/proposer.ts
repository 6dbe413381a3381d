/**
 * Entry of the standalone program hetpaxos-proposer.
 *
 * @module
 */

import { listenForSignals } from "./stop_signals.ts";

listenForSignals();
// The rest is loaded only now.
const { runMain } = await import("./exit.ts");
await runMain("hetpaxos-proposer", async (args) => {
  const { proposer } = await import("./commands/proposer.ts");
  return await proposer.run("hetpaxos-proposer", args);
});
