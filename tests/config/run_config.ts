/**
 * `hetpaxos config` as a process of its own, for the tests of permissions and standard input.
 *
 * @module
 */

import { configMain } from "../../cli/config.ts";

Deno.exit(await configMain(Deno.args));
