/**
 * Entry of the standalone program hetpaxos-learner.
 *
 * @module
 */

import { learner } from "./commands/learner.ts";
import { runMain } from "./exit.ts";

await runMain("hetpaxos-learner", (args) => learner.run("hetpaxos-learner", args));
