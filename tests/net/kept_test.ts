import { assertLessOrEqual } from "@std/assert";
import { once } from "node:events";
import { type ClientHttp2Session, connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { queryObjects } from "node:v8";
import { guardHttp2 } from "../../lib/net/http2_guard.ts";
import { releaseWhenClosed } from "../../lib/net/http2_release.ts";

const SESSIONS = 50;

/** The last ones may still be on a stack. */
const KEPT_MAX = 5;

/** How many objects there are of a class, garbage not counted. */
function count(made: object): number {
  return queryObjects(made.constructor as new () => object, { format: "count" });
}

Deno.test("nothing is kept of HTTP/2 sessions that have ended, of either side", async () => {
  guardHttp2();
  const server = createServer();
  const listening = once(server, "listening");
  server.listen(0, "127.0.0.1");
  await listening;
  const { port } = server.address() as AddressInfo;
  const classes: object[] = [];
  for (let i = 0; i < SESSIONS; i++) {
    const accepted = once(server, "session");
    const client: ClientHttp2Session = connect(`http://127.0.0.1:${port}`);
    // Deno keeps a session that ends before its settings are acknowledged.
    const settled = [once(client, "connect"), once(client, "localSettings")];
    const [served] = await accepted;
    await Promise.all([...settled, once(served, "localSettings")]);
    for (const session of [client, served]) releaseWhenClosed(session);
    const ends = [once(client, "close"), once(served, "close")];
    client.destroy();
    await Promise.all(ends);
    if (i === 0) classes.push(Object.getPrototypeOf(client), Object.getPrototypeOf(served));
  }
  const closed = once(server, "close");
  server.close();
  await closed;
  for (const made of classes) assertLessOrEqual(count(made), KEPT_MAX, made.constructor.name);
});
