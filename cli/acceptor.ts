/**
 * Entry of the standalone program hetpaxos-acceptor.
 *
 * @module
 */

import { acceptor } from "./commands/acceptor.ts";
import { runMain } from "./exit.ts";

await runMain("hetpaxos-acceptor", (args) => acceptor.run("hetpaxos-acceptor", args));
