/**
 * A member that has an acceptor keep things for it: watches decisions and reads none of them, or says
 * Hello after Hello with a name for its program that is a megabyte long. Says when it has begun all.
 * `deno run glutton.ts CONFIG VICTIM watch|hello SECONDS`
 *
 * @module
 */

import { create, toBinary } from "@bufbuild/protobuf";
import { type ClientHttp2Session, connect } from "node:http2";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import { encodeDigest } from "../../lib/config/digests.ts";
import { EnvelopeSchema, Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { PROTOCOL_VERSION } from "../../lib/wire/protocol_version.ts";

const [file = "", victim = "", kind = "watch", seconds = "10"] = Deno.args;
const configuration = loadConfiguration(await Deno.readTextFile(file), file);
const acceptor = configuration.acceptors.find(({ name }) => name === victim)!;
const SERVICE = "/hetpaxos.v1.HetPaxosService/";
const CONNECTIONS = 8;
const CALLS = 15;

function framed(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(5 + body.length);
  new DataView(frame.buffer).setUint32(1, body.length);
  frame.set(body, 5);
  return frame;
}

function hello(): Uint8Array {
  return framed(toBinary(
    EnvelopeSchema,
    create(EnvelopeSchema, {
      hello: {
        protocolVersion: PROTOCOL_VERSION,
        role: Role.PROPOSER,
        name: configuration.self.name,
        incarnation: 1n,
        configDigest: encodeDigest(configuration.digest),
        agent: "x".repeat(1 << 20),
      },
    }),
  ));
}

async function open(): Promise<ClientHttp2Session> {
  const session = connect(`https://${acceptor.host}:${acceptor.port}`, {
    ca: [acceptor.certificate.trusted],
    cert: configuration.self.certificate.pem,
    key: configuration.privateKeyPem,
    checkServerIdentity: () => undefined,
    settings: kind === "watch" ? { initialWindowSize: 0 } : {},
  });
  session.on("error", () => {});
  await new Promise<void>((resolve) => session.once("remoteSettings", () => resolve()));
  return session;
}

function call(session: ClientHttp2Session, method: string, body: Uint8Array, ends: boolean) {
  const stream = session.request({
    ":method": "POST",
    ":path": SERVICE + method,
    "content-type": "application/grpc",
    "te": "trailers",
  });
  stream.on("error", () => {});
  stream.write(body);
  if (ends) stream.end();
  return stream;
}

const sessions = await Promise.all(Array.from({ length: CONNECTIONS }, open));
const endMs = performance.now() + 1000 * Number(seconds);
if (kind === "watch") {
  for (const session of sessions) {
    for (let i = 0; i < CALLS; i++) call(session, "WatchDecisions", framed(new Uint8Array()), true);
  }
  await new Promise((resolve) => setTimeout(resolve, 1000 * Number(seconds)));
} else {
  const words = hello();
  const again = async (session: ClientHttp2Session) => {
    while (performance.now() < endMs && !session.closed && !session.destroyed) {
      const stream = call(session, "StreamConsensusMessages", words, false);
      await new Promise<void>((resolve) => {
        stream.once("close", () => resolve());
        stream.on("data", () => {});
        stream.once("end", () => resolve());
        setTimeout(resolve, 100);
      });
      if (!stream.destroyed) stream.close();
    }
  };
  await Promise.all(sessions.map(again));
}
Deno.exit(0);
