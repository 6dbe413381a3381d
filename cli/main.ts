/**
 * Entry of the program hetpaxos.
 *
 * @module
 */

import { listenForSignals } from "./stop_signals.ts";

/** Commands that run until they are stopped. Others end as the system has it. */
const STOPPED = ["acceptor", "learner", "proposer", "console"];

if (STOPPED.includes(Deno.args[0] ?? "")) listenForSignals();
// The rest is loaded only now.
const { runMain } = await import("./exit.ts");
await runMain("hetpaxos", async (args) => {
  const { hetpaxos } = await import("./hetpaxos.ts");
  return await hetpaxos.run("hetpaxos", args);
});
