/**
 * A cluster of four for the client, in this process and over TLS: each acceptor is real, plays
 * another part, or is not there.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { freePorts } from "../../cli/demo/child.ts";
import { planHomogeneous } from "../../lib/config/cluster_plan.ts";
import { type Configuration, loadConfiguration } from "../../lib/config/configuration.ts";
import { generateConfigs } from "../../lib/config/generate.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import { pinned } from "../../lib/net/acceptor_client.ts";
import type { ServiceHandlers } from "../../lib/net/rpc.ts";
import { type RunningServer, serve } from "../../lib/net/server.ts";
import { SILENT } from "../../lib/node/logger.ts";
import { startAcceptor } from "../../lib/process/process.ts";
import { EnvelopeSchema } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import {
  type Decision,
  DecisionSchema,
  GetStatusResponseSchema,
} from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { fromHex } from "../../lib/wire/hex.ts";
import { talking } from "../net/iterated_talk.ts";

/** The acceptors, of which any three are a quorum of Eve and of Frank. */
export const NAMES = ["Alice", "Bob", "Carol", "Dave"] as const;

/** One of {@linkcode NAMES}. */
export type Name = typeof NAMES[number];

/** What an acceptor does: run as it should, answer by a stub, or not exist. */
export type Part = "real" | "dead" | Partial<ServiceHandlers>;

/** A cluster, until the block ends. */
export interface Stage extends AsyncDisposable {
  /** Of the client. */
  readonly configuration: Configuration;
  /** Starts an acceptor, in a part. */
  start(name: Name, part: Part): Promise<void>;
  /** Ends an acceptor. */
  stop(name: Name): Promise<void>;
}

/** Starts a cluster; who is not named is real. */
export async function setStage(
  parts: Partial<Record<Name, Part>> = {},
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Stage> {
  const plan = planHomogeneous([...NAMES], ["Eve", "Frank"], { byzantine: 1, crash: 0 });
  const files = await generateConfigs(plan, {
    hosts: ["127.0.0.1"],
    basePort: freePorts(NAMES.length),
    clients: 1,
    keyKind: "ed25519",
    rules: undefined,
  });
  const configurations = files.map(({ name, config }) =>
    loadConfiguration(JSON.stringify({ ...config, ...settings }), `${name}.json`)
  );
  const running = new Map<Name, () => Promise<void>>();
  const start = async (name: Name, part: Part) => {
    if (part === "dead") return;
    const configuration = configurations.find(({ self }) => self.name === name)!;
    if (part === "real") {
      const acceptor = await startAcceptor({ configuration, log: SILENT, agent: "test" });
      running.set(name, () => acceptor.stop());
    } else {
      const server = await serveStub(configuration, part);
      running.set(name, () => server.close());
    }
  };
  const stop = async (name: Name) => {
    await running.get(name)?.();
    running.delete(name);
  };
  await Promise.all(NAMES.map((name) => start(name, parts[name] ?? "real")));
  return {
    configuration: configurations.find(({ self }) => self.client)!,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await Promise.all(NAMES.map(stop));
    },
  };
}

/** Says nothing, ever, to anybody. */
export const SILENT_PART: ServiceHandlers = {
  link: talking(async function* (_incoming, { signal }) {
    yield create(EnvelopeSchema);
    await ended(signal);
  }),
  async getStatus(_request, { signal }) {
    await ended(signal);
    return create(GetStatusResponseSchema);
  },
  async *watchDecisions(_request, { signal }) {
    await ended(signal);
    yield* [];
  },
  async propose(_request, { signal }) {
    await ended(signal);
    return { decisions: [] };
  },
};

/** Says of all learners, whatever is asked, that they have decided `text`; then it stays, or goes. */
export function claiming(text: string, then: "stays" | "goes" = "stays"): Partial<ServiceHandlers> {
  return {
    async *watchDecisions({ instances, learners }, { signal }) {
      for (const instance of instances) yield* learners.map((name) => claim(instance, name, text));
      if (then === "stays") await ended(signal);
    },
    propose: ({ instance, learners }) =>
      Promise.resolve({ decisions: learners.map((name) => claim(instance, name, text)) }),
  };
}

/** A decision that somebody says has been made; of `hashed`, if its hash is another's. */
export function claim(
  instance: bigint,
  learner: string,
  text: string,
  hashed: string = text,
): Decision {
  const value = bytes(text);
  const ballot = {
    timestamp: { seconds: 1n, nanos: 0 },
    valueHash: fromHex(hashValue(bytes(hashed))),
  };
  return create(DecisionSchema, { instance, learner, value, ballot, signers: ["Alice", "Bob"] });
}

/** In UTF-8. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** From UTF-8. */
export function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

function serveStub(
  configuration: Configuration,
  part: Partial<ServiceHandlers>,
): Promise<RunningServer> {
  const { self, listen, identities, privateKeyPem, limits } = configuration;
  return serve({
    ...listen,
    tls: { certificatePem: self.certificate.pem, privateKeyPem },
    admitted: identities.map(pinned),
    handlers: { ...SILENT_PART, ...part },
    limits,
    onRefused() {},
  });
}

/** Settles when the call is over. */
export function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}

/** As long as it lives, whatever is drawn at random is this. */
export function drawing(number: number): Disposable {
  const { random } = Math;
  Math.random = () => number;
  return { [Symbol.dispose]: () => Math.random = random };
}
