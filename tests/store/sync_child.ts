/**
 * Opens a journal and commits batches of several kinds, each announced by its name, for a tracer to
 * watch; or commits one that is not to last, and dies.
 *
 * `deno run -A tests/store/sync_child.ts DATA_DIR [die]`
 *
 * @module
 */

import { batchOf, EMPTY, hashOf, messagesAt, openIn } from "./fixture.ts";

const [dataDir = "", end] = Deno.args;
const value = (name: string) =>
  batchOf({ values: [{ hash: hashOf(name), bytes: new Uint8Array(9) }] });

if (end === "die") {
  openIn(dataDir).commit(value("unsynced"), false);
  Deno.kill(Deno.pid, "SIGKILL");
}

function step(name: string, run: () => void): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`<${name}>`));
  run();
}

step("opening", () => {});
const journal = openIn(dataDir);
step("first", () => journal.commit(EMPTY, true));
step("lasting", () => journal.commit(batchOf({ messages: messagesAt(0, 3) }), true));
step("passing", () => journal.commit(batchOf({ messages: messagesAt(3, 3) }), false));
step("lasting after passing", () => journal.commit(batchOf({ messages: messagesAt(6, 1) }), true));
step("nothing new", () => journal.commit(EMPTY, true));
step("passing value", () => journal.commit(value("v"), false));
step("the same, lasting", () => journal.commit(value("v"), true));
step("another passing", () => journal.commit(value("w"), false));
step("yet another", () => journal.commit(value("x"), false));
step("nothing, lasting", () => journal.commit(EMPTY, true));
step("nothing, passing", () => journal.commit(EMPTY, false));
step("end", () => {});
