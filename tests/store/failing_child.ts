/**
 * Commits batches until one fails, and says what it then sees.
 *
 * `deno run -A tests/store/failing_child.ts DATA_DIR`
 *
 * @module
 */

import { commitUntilFailure } from "./failing.ts";
import { openIn } from "./fixture.ts";

const journal = openIn(Deno.args[0] ?? "");
const { acknowledged, error } = commitUntilFailure(journal, 10_000);
console.log(JSON.stringify({ acknowledged, fault: error.fault, message: error.message }));
// Without close: as if killed.
