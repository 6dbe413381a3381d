/**
 * A server that answers plainly, clients of it, and a way to wait for what it refuses.
 *
 * @module
 */
import { create } from "@bufbuild/protobuf";
import type { RefusalReason } from "../../lib/net/admission.ts";
import { type AcceptorClient, type ConnectOptions, connectTo } from "../../lib/net/client.ts";
import { ClientSession } from "../../lib/net/client_session.ts";
import { Outbox } from "./outbox.ts";
import type { ServiceHandlers } from "../../lib/net/rpc.ts";
import { type RunningServer, serve, type ServeOptions } from "../../lib/net/server.ts";
import { type Envelope, EnvelopeSchema } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import {
  DecisionSchema,
  GetStatusResponseSchema,
  ProposeResponseSchema,
} from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { makeTestIdentity, type TestIdentity } from "./certificates.ts";
import { streamOf, talking } from "./iterated_talk.ts";

/** The server's identity, two clients it admits, and one it does not. */
export interface Cast {
  readonly server: TestIdentity;
  readonly alice: TestIdentity;
  readonly bob: TestIdentity;
  readonly mallory: TestIdentity;
}

/** Made once: nobody needs them fresh. */
export const CAST: Cast = {
  server: await makeTestIdentity("server"),
  alice: await makeTestIdentity("alice"),
  bob: await makeTestIdentity("bob", { kind: "p256" }),
  mallory: await makeTestIdentity("alice"),
};

/** One refusal as the server told it. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly remote: string;
  readonly detail: string;
  readonly owner: string | undefined;
}

/** A running server with what it has refused so far. */
export interface TestServer extends RunningServer, AsyncDisposable {
  readonly refusals: readonly Refusal[];
  /** Resolves with the first refusal for this reason, past or to come. */
  refused(reason: RefusalReason): Promise<Refusal>;
}

/** Answers every ping in a link with the same number, after a first envelope of its own. */
export const ECHO: ServiceHandlers = {
  link: talking(async function* (incoming) {
    yield ping(0n);
    for await (const envelope of incoming) {
      yield create(EnvelopeSchema, { pong: envelope.ping, have: envelope.have });
    }
  }),
  getStatus: (_request, { peer }) =>
    Promise.resolve(create(GetStatusResponseSchema, { name: peer })),
  async *watchDecisions(_request, { signal }) {
    yield create(DecisionSchema, { learner: "x" });
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  },
  propose: () => Promise.resolve(create(ProposeResponseSchema)),
};

/** Limits for tests. */
export const LIMITS = {
  envelopeBytesMax: 1 << 20,
  streamsPerConnectionMax: 8,
  connectionsPerIdentityMax: 4,
  bytesInFlightMax: 1 << 20,
};

/** Starts a server on a free port of 127.0.0.1; it is closed at the end of the block. */
export async function startServer(options: Partial<ServeOptions> = {}): Promise<TestServer> {
  const refusals: Refusal[] = [];
  const waiting = new Set<() => void>();
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    tls: CAST.server,
    admitted: [CAST.server, CAST.alice, CAST.bob],
    handlers: ECHO,
    limits: LIMITS,
    ...options,
    onRefused(reason, remote, detail, owner) {
      refusals.push({ reason, remote, detail, owner });
      for (const look of waiting) look();
    },
  });
  return {
    ...server,
    refusals,
    refused: (reason) =>
      new Promise((resolve) => {
        const look = () => {
          const found = refusals.find((refusal) => refusal.reason === reason);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** A client that is closed at the end of the block. */
export function startClient(
  port: number,
  options: Partial<ConnectOptions> = {},
): AcceptorClient & Disposable {
  const client = connectTo({
    host: "127.0.0.1",
    port,
    tls: CAST.alice,
    expected: CAST.server,
    pingIntervalMs: 5_000,
    pingTimeoutMs: 5_000,
    envelopeBytesMax: LIMITS.envelopeBytesMax,
    ...options,
  });
  return { ...client, [Symbol.dispose]: () => client.close() };
}

/** An envelope that asks for an answer. */
export function ping(n: bigint): Envelope {
  return create(EnvelopeSchema, { ping: n });
}

/** A queue of envelopes, roomy. */
export function outbox(): Outbox<Envelope> {
  return new Outbox<Envelope>({ countMax: 10_000, bytesMax: 1 << 30 });
}

/** A link that has been opened, and answers. */
export interface OpenLink extends AsyncDisposable {
  /** Sends a ping and waits for its pong: proof that the link is alive. */
  roundTrip(): Promise<void>;
  /** Resolves when the link ends, with what it ended with, if it was an error. */
  readonly ended: Promise<unknown>;
  readonly abort: AbortController;
}

/** Opens a link and waits for the server's first envelope. */
export async function openLink(client: AcceptorClient): Promise<OpenLink> {
  const abort = new AbortController();
  const out = outbox();
  const pongs = new Map<bigint, () => void>();
  const first = Promise.withResolvers<void>();
  let count = 0n;
  const run = async () => {
    for await (const envelope of streamOf(client, out, abort.signal)) {
      first.resolve();
      pongs.get(envelope.pong)?.();
      pongs.delete(envelope.pong);
    }
  };
  const ended = run().then(() => first.reject(new Error("ended before it began")), (error) => {
    first.reject(error);
    return error;
  });
  await first.promise;
  return {
    abort,
    ended,
    async roundTrip() {
      const n = ++count;
      const pong = new Promise<void>((resolve) => pongs.set(n, resolve));
      out.push(ping(n));
      const end = await Promise.race([pong, ended.then((error) => ({ error }))]);
      if (end !== undefined) throw new Error("the link has ended", { cause: end.error });
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await ended;
    },
  };
}

/** How Connect's own transports reach a server over a session of ours, as alice. */
export function sessionTo(
  port: number,
): { readonly baseUrl: string; readonly sessionManager: ClientSession } {
  const baseUrl = `https://127.0.0.1:${port}`;
  const sessionManager = new ClientSession({
    authority: baseUrl,
    host: "127.0.0.1",
    port,
    tls: CAST.alice,
    expected: CAST.server,
    pingIntervalMs: 5_000,
    pingTimeoutMs: 5_000,
    connectTimeoutMs: 5_000,
    cleartext: false,
  });
  return { baseUrl, sessionManager };
}
