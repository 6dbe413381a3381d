/**
 * What stands in an acceptor's place, with its key and its address, and is none.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Configuration } from "../../../lib/config/configuration.ts";
import { encodeDigest } from "../../../lib/config/digests.ts";
import type { MessageId } from "../../../lib/core/types.ts";
import { pinned } from "../../../lib/net/acceptor_client.ts";
import { serve } from "../../../lib/net/server.ts";
import { encodeMessage } from "../../../lib/wire/codec.ts";
import {
  type ConsensusMessage,
  type Envelope,
  EnvelopeSchema,
  Role,
} from "../../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { GetStatusResponseSchema } from "../../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { PROTOCOL_VERSION } from "../../../lib/wire/protocol_version.ts";
import { talking } from "../../net/iterated_talk.ts";
import { signed } from "../../node/equivocator.ts";

/** What it does instead of voting. */
export interface Falsehood {
  /** The conversation that it speaks; ours if left out. */
  readonly protocolVersion?: number;
  /** What it says to everybody. */
  readonly messages?: readonly ConsensusMessage[];
}

/** Serves in the place of an acceptor, which must be down, until it is disposed of. */
export async function falseAcceptor(
  { self, digest, privateKeyPem, identities, limits }: Configuration,
  { protocolVersion = PROTOCOL_VERSION, messages = [] }: Falsehood,
): Promise<AsyncDisposable> {
  const configDigest = encodeDigest(digest);
  const hello = {
    ...{ protocolVersion, role: Role.ACCEPTOR, name: self.name, incarnation: 1n, configDigest },
    logEpoch: new Uint8Array(16).fill(1),
  };
  async function* speak(incoming: AsyncIterable<Envelope>): AsyncGenerator<Envelope> {
    yield create(EnvelopeSchema, { hello });
    yield create(EnvelopeSchema, { messages: [...messages], caughtUp: true });
    for await (const { ping } of incoming) {
      if (ping !== 0n) yield create(EnvelopeSchema, { pong: ping });
    }
  }
  const refuses = () => Promise.reject(new ConnectError("it only pretends", Code.Unimplemented));
  const server = await serve({
    ...{ host: self.host, port: self.port, limits, onRefused() {} },
    tls: { certificatePem: self.certificate.pem, privateKeyPem },
    admitted: identities.map(pinned),
    handlers: {
      link: talking(speak),
      getStatus: () =>
        Promise.resolve(create(GetStatusResponseSchema, {
          ...{
            name: self.name,
            role: Role.ACCEPTOR,
            agent: "false",
            configDigest,
            protocolVersion,
          },
          ...{ votes: true, time: timestampNow() },
        })),
      // deno-lint-ignore require-yield
      async *watchDecisions() {
        await refuses();
      },
      propose: refuses,
    },
  });
  return { [Symbol.asyncDispose]: () => server.close() };
}

/** Messages of an acceptor that refer to what nobody has, so that they wait for ever. */
export function dangling(
  liar: Configuration,
  instance: bigint,
  count: number,
): ConsensusMessage[] {
  return Array.from({ length: count }, (_, index) => {
    const nowhere = index.toString(16).padStart(64, "e") as MessageId;
    return encodeMessage(signed(liar, { instance, refs: [nowhere] }));
  });
}
