/**
 * Entry of the standalone program hetpaxos-acceptor.
 *
 * @module
 */

import { listenForSignals } from "./stop_signals.ts";

listenForSignals();
// The rest is loaded only now.
const { runMain } = await import("./exit.ts");
await runMain("hetpaxos-acceptor", async (args) => {
  const { acceptor } = await import("./commands/acceptor.ts");
  return await acceptor.run("hetpaxos-acceptor", args);
});
