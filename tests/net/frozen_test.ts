/** A peer that is stopped, not dead: its kernel keeps the connection, and nothing else does. */
import { assert } from "@std/assert";
import { LinkError } from "../../lib/net/errors.ts";
import type { TestIdentity } from "./certificates.ts";
import { CAST, openLink, startClient, startServer } from "./fixture.ts";
import type { Part } from "./frozen_peer.ts";

/** Starts the process and waits for its first line; it is killed at the end of the block. */
async function startPeer(own: TestIdentity, peer: TestIdentity, connectTo?: number) {
  const part: Part = {
    ...(connectTo === undefined ? {} : { connectTo }),
    certificatePem: own.certificatePem,
    privateKeyPem: own.privateKeyPem,
    peerPem: peer.pem,
    peerDer: btoa(String.fromCharCode(...peer.der)),
  };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("frozen_peer.ts", import.meta.url).href]
      .concat(JSON.stringify(part)),
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.getReader();
  const first = new TextDecoder().decode((await lines.read()).value).trim();
  return {
    first,
    freeze: () => child.kill("SIGSTOP"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await lines.cancel();
      await child.status;
    },
  };
}

const PINGS = { pingIntervalMs: 200, pingTimeoutMs: 200 };

Deno.test("a client notices that its acceptor is frozen", async () => {
  await using peer = await startPeer(CAST.server, CAST.alice);
  using client = startClient(Number(peer.first), PINGS);
  const link = await openLink(client);
  await link.roundTrip();
  peer.freeze();
  const error = await link.ended;
  assert(error instanceof LinkError && error.kind === "silent", String(error));
});

Deno.test("a server notices that its client is frozen", async () => {
  await using server = await startServer({ ...PINGS, bounds: { checkMs: 50 } });
  await using peer = await startPeer(CAST.alice, CAST.server, server.port);
  peer.freeze();
  await server.refused("SILENT");
});
