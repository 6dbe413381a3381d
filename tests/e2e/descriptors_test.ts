/**
 * An acceptor whose descriptors strangers use up: it says so, closes some of theirs, and can be
 * reached again.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { LinkError } from "../../lib/net/errors.ts";
import { Cluster, listening } from "./cluster.ts";
import { FROM_SOURCES } from "./program.ts";
import { e2e } from "./stage.ts";

const IGNORE = Deno.build.os === "windows" ? "there is no ulimit" : undefined;

/** More than the acceptor can open. */
const STRANGERS = 100;

Deno.test(e2e(
  import.meta.url,
  "an acceptor that has run out of descriptors can be reached again",
  async (stage) => {
    const cluster = await Cluster.make(stage, {
      clients: 1,
      launcher: (program) =>
        ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"].concat(FROM_SOURCES(program)),
    });
    const alice = cluster.acceptor("Alice");
    await listening(alice);
    const dial = () => Deno.connect({ hostname: "127.0.0.1", port: cluster.basePort });
    const strangers = await Promise.all(Array.from({ length: STRANGERS }, dial));
    await alice.logged("listening anew");
    assertEquals(await answers(cluster), "Alice");
    for (const stranger of strangers) stranger.close();
  },
  IGNORE,
));

/** The name that Alice gives, once she answers. */
async function answers(cluster: Cluster): Promise<string> {
  for (;;) {
    try {
      return (await cluster.status("Alice", "client_0")).name;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
    }
  }
}
