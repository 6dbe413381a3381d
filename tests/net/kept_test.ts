import { assertLessOrEqual } from "@std/assert";
import { once } from "node:events";
import { type ClientHttp2Session, connect, createServer } from "node:http2";
import { type AddressInfo, Socket } from "node:net";
import { queryObjects } from "node:v8";
import { guardHttp2 } from "../../lib/net/http2_guard.ts";
import { releaseWhenClosed } from "../../lib/net/http2_release.ts";
import { TLSSocket } from "node:tls";
import { startServer } from "./fixture.ts";
import { nextTurn } from "./raw_connection.ts";

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

Deno.test("nothing is kept of connections that came to nothing", async (t) => {
  const keep = async (name: string, words: Uint8Array, made: object) => {
    await t.step(name, async () => {
      const before = count(made);
      await using server = await startServer({ bounds: { pendingMax: 1 } });
      const strangers: Promise<void>[] = [];
      for (let i = 0; i < SESSIONS; i++) {
        strangers.push(say(server.port, words));
        if (i > 0) await strangers[i - 1];
      }
      while (server.refusals.length < SESSIONS - 1) await nextTurn();
      await nextTurn();
      assertLessOrEqual(count(made) - before, KEPT_MAX);
      await server.close();
      await Promise.all(strangers);
    });
  };
  await keep("the beginning of a handshake", Uint8Array.of(22), TLSSocket.prototype);
  await keep("silence", new Uint8Array(), Socket.prototype);
});

/** Says something, and waits for the end, on a connection that is none of node's. */
async function say(port: number, words: Uint8Array): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  if (words.length > 0) await connection.write(words);
  while (await connection.read(new Uint8Array(64)).catch(() => null) !== null);
}
