/**
 * A process that may die: a server and its clients, coming and going as fast as they can, while a
 * hostile client says GOAWAY in every way. Prints how far it came, if it lives.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { CAST, openLink, startClient, startServer } from "./fixture.ts";
import { FLAG, FRAME, frame, goaway, grpcHeaders, PREFACE } from "./raw_http2.ts";
import { rawConnect } from "./raw_connection.ts";

const STREAM = "/hetpaxos.v1.HetPaxosService/StreamConsensusMessages";
const CODES = [0, 1, 2, 8, 11, 13, 0xffffffff];
const never = new AbortController().signal;

/** One honest client: connects, talks, and leaves in one of several ways. */
async function comeAndGo(port: number, how: number): Promise<void> {
  const client = startClient(port);
  const link = await openLink(client);
  await link.roundTrip();
  if (how % 3 === 0) link.abort.abort();
  if (how % 3 === 1) void client.getStatus({}, never).catch(() => {});
  client.close();
  await link.ended;
}

/** One hostile client: opens a stream, says GOAWAY, and hangs up, in its own hurry or not. */
async function sayGoaway(port: number, n: number): Promise<void> {
  const raw = await rawConnect(port, CAST.server, CAST.bob);
  const code = CODES[n % CODES.length] ?? 0;
  const opening = [PREFACE, frame(FRAME.settings, 0, 0)];
  if (n % 2 === 0) opening.push(frame(FRAME.headers, FLAG.endHeaders, 1, grpcHeaders(STREAM)));
  opening.push(goaway(n % 5, code, "x".repeat(n % 64)));
  if (n % 3 === 0) opening.push(goaway(0, code), frame(FRAME.ping, 0, 0, new Uint8Array(8)));
  await raw.write(Buffer.concat(opening));
  if (n % 4 !== 0) raw.socket.destroy();
  else raw.socket.end();
  await raw.closed;
}

if (import.meta.main) {
  const [rounds = 0] = Deno.args.map(Number);
  await using server = await startServer({
    limits: {
      envelopeBytesMax: 1 << 20,
      streamsPerConnectionMax: 8,
      connectionsPerIdentityMax: 64,
      bytesInFlightMax: 1 << 24,
    },
    bounds: { connectionRate: [1e9, 1e9], linkRate: [1e9, 1e9] },
  });
  for (let round = 0; round < rounds; round++) {
    await Promise.all([
      comeAndGo(server.port, round),
      comeAndGo(server.port, round + 1),
      ...[0, 1, 2, 3].map((n) => sayGoaway(server.port, 4 * round + n).catch(() => {})),
    ]);
  }
  console.log(`survived ${rounds} rounds`);
}
