/**
 * A stranger: opens connection after connection to a port of this machine, and says nothing on
 * them, or a ClientHello and no more. Each is held until the other side closes it, or for 300 ms.
 * Says at the end how many there were.
 * `deno run --allow-net stranger.ts PORT silent|hello CONNECTIONS AT_ONCE`
 *
 * @module
 */

import { connect as connectTls } from "node:tls";

const [port = "0", kind = "silent", connections = "0", atOnce = "1"] = Deno.args;

/** How long a connection is held, in milliseconds. */
const HELD_MS = 300;

/** What a TLS client says first. */
async function clientHello(): Promise<Uint8Array> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = connectTls({ host: "127.0.0.1", port: listener.addr.port, ALPNProtocols: ["h2"] });
  client.on("error", () => {});
  const sink = await listener.accept();
  const buffer = new Uint8Array(4096);
  const count = await sink.read(buffer);
  client.destroy();
  sink.close();
  listener.close();
  return buffer.slice(0, count ?? 0);
}

const words = kind === "hello" ? await clientHello() : new Uint8Array();
let left = Number(connections);
let refused = 0;

async function hold(): Promise<void> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  } catch {
    refused++;
    return;
  }
  const held = Promise.withResolvers<void>();
  const timer = setTimeout(held.resolve, HELD_MS);
  const ended = (async () => {
    if (words.length > 0) await connection.write(words);
    const buffer = new Uint8Array(4096);
    while (await connection.read(buffer) !== null);
  })().catch(() => {});
  await Promise.race([ended, held.promise]);
  clearTimeout(timer);
  connection.close();
}

async function work(): Promise<void> {
  while (left-- > 0) await hold();
}

await Promise.all(Array.from({ length: Number(atOnce) }, work));
console.log(JSON.stringify({ event: "over", refused }));
// A read of a connection that we have closed may not end (Deno 2.8.3).
Deno.exit(0);
