/**
 * Entry of the standalone program hetpaxos-proposer.
 *
 * @module
 */

import { proposer } from "./commands/proposer.ts";
import { runMain } from "./exit.ts";

await runMain("hetpaxos-proposer", (args) => proposer.run("hetpaxos-proposer", args));
