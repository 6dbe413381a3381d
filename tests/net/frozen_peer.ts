/**
 * A process to be frozen: a server, or a client of one. Reads its part from its first argument and
 * prints a line when it is ready.
 *
 * @module
 */
import { type AcceptorClient, connectTo } from "../../lib/net/client.ts";
import { serve } from "../../lib/net/server.ts";
import { ECHO, LIMITS, openLink } from "./fixture.ts";

/** What such a process is told. */
export interface Part {
  /** Port to connect to; a server if absent. */
  readonly connectTo?: number;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly peerPem: string;
  /** DER in base64. */
  readonly peerDer: string;
}

if (import.meta.main) {
  const part: Part = JSON.parse(Deno.args[0] ?? "");
  const der = Uint8Array.from(atob(part.peerDer), (char) => char.charCodeAt(0));
  const peer = { name: "peer", pem: part.peerPem, der };
  if (part.connectTo === undefined) {
    const server = await serve({
      host: "127.0.0.1",
      port: 0,
      tls: part,
      admitted: [peer],
      handlers: ECHO,
      limits: LIMITS,
      onRefused() {},
    });
    console.log(server.port);
  } else {
    const client: AcceptorClient = connectTo({
      host: "127.0.0.1",
      port: part.connectTo,
      tls: part,
      expected: peer,
      pingIntervalMs: 5_000,
      pingTimeoutMs: 5_000,
      envelopeBytesMax: LIMITS.envelopeBytesMax,
    });
    await openLink(client);
    console.log("linked");
  }
}
