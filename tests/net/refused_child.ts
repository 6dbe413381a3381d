/**
 * Dials a port at which nothing listens, again and again, and prints by how many bytes resident
 * memory has grown since the first dials.
 *
 * @module
 */
import { ClientConnection } from "../../lib/net/client_connection.ts";
import { CAST } from "./fixture.ts";

const WARM_UP = 500;

if (import.meta.main) {
  const [port = 0, dials = 0] = Deno.args.map(Number);
  let warm = 0;
  for (let i = 0; i < WARM_UP + dials; i++) {
    if (i === WARM_UP) warm = Deno.memoryUsage().rss;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    new ClientConnection({
      authority: `https://127.0.0.1:${port}`,
      host: "127.0.0.1",
      port,
      tls: CAST.alice,
      expected: CAST.server,
      pingIntervalMs: 1_000,
      pingTimeoutMs: 1_000,
      connectTimeoutMs: 1_000,
      cleartext: false,
    }, resolve);
    await promise;
  }
  console.log(Deno.memoryUsage().rss - warm);
}
