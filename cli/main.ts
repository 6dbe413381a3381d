/**
 * Entry of the program hetpaxos.
 *
 * @module
 */

import { runMain } from "./exit.ts";
import { hetpaxos } from "./hetpaxos.ts";

await runMain("hetpaxos", (args) => hetpaxos.run("hetpaxos", args));
