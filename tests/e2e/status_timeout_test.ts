/**
 * Asking an acceptor that takes its time.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { e2e } from "./stage.ts";

Deno.test(
  e2e(import.meta.url, "an answer that does not come in time is called so", async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 1 });
    // Whoever listens there never says a word.
    const config = JSON.parse(await Deno.readTextFile(cluster.file("Alice")));
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    try {
      config.listen = `127.0.0.1:${listener.addr.port}`;
      const silent = await stage.write("silent.json", JSON.stringify(config));
      for (const timeout of ["1ms", "300ms"]) {
        const { code, out, err } = await stage.start(
          "status",
          ["--self", "--timeout", timeout, silent],
        ).ended;
        assertEquals([code, err], [7, ""]);
        const { error } = JSON.parse(out) as { readonly error: string };
        assertMatch(error, /^(no answer within \d+ ms|connection timed out)$/);
      }
    } finally {
      listener.close();
    }
  }),
);
