/**
 * A hostile acceptor: sends another acceptor nonsense as fast as it can, for so many messages or
 * milliseconds. `deno run flooder.ts CONFIG VICTIM MESSAGES MILLISECONDS INSTANCES`
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { randomBytes } from "node:crypto";
import type { AcceptorContent, MessageId, ValueHash } from "../../lib/core/types.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import { connectToAcceptor } from "../../lib/runtime/acceptor_client.ts";
import { type Configuration, loadConfiguration } from "../../lib/runtime/configuration.ts";
import { encodeDigest } from "../../lib/runtime/digests.ts";
import { canonicalAcceptorMessage } from "../../lib/wire/canonical.ts";
import { encodeMessage } from "../../lib/wire/codec.ts";
import {
  type ConsensusMessage,
  type Envelope,
  EnvelopeSchema,
  Role,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";

/** Messages in one envelope. */
const BATCH = 500;

/** Envelopes of nonsense for which one is blamed, among those for which nobody is: one in so many. */
const BLAMED_EVERY = 40;

/** Envelopes that the victim has not answered, at most. */
const WINDOW = 8;

const VALUE = new TextEncoder().encode("spam");

/** What is sent. */
type Kind = "garbage" | "bad signature" | "duplicate" | "unknown refs" | "ballots";

/** Makes nonsense. */
class Nonsense {
  /** How many of each kind have been made. */
  readonly made: Record<Kind, number> = {
    "garbage": 0,
    "bad signature": 0,
    "duplicate": 0,
    "unknown refs": 0,
    "ballots": 0,
  };
  readonly #configuration: Configuration;
  readonly #instances: number;
  #nanos = 0;
  #envelopes = 0;

  constructor(configuration: Configuration, instances: number) {
    this.#configuration = configuration;
    this.#instances = instances;
  }

  /** All of one kind. */
  envelope(): Envelope {
    const harmless: readonly Kind[] = ["duplicate", "unknown refs", "ballots"];
    const harmful: readonly Kind[] = ["garbage", "bad signature"];
    const n = this.#envelopes++;
    const kind = n % BLAMED_EVERY === BLAMED_EVERY - 1
      ? harmful[Math.floor(n / BLAMED_EVERY) % 2]!
      : harmless[n % 3]!;
    this.made[kind] += BATCH;
    return create(EnvelopeSchema, {
      messages: Array.from({ length: BATCH }, () => this.#message(kind)),
    });
  }

  #message(kind: Kind): ConsensusMessage {
    const instance = 10_000_000n + BigInt(Math.floor(Math.random() * this.#instances));
    if (kind === "duplicate") return this.#proposal(10_000_000n, 1);
    if (kind === "ballots") return this.#proposal(10_000_000n, ++this.#nanos);
    const signer = this.#configuration.self.acceptorIndex!;
    const content: AcceptorContent = { signer, prev: undefined, refs: [randomId()] };
    if (kind === "garbage") {
      const refs = [randomId(), randomId()].sort().reverse();
      return this.#acceptor(instance, { ...content, refs }, new Uint8Array(64));
    }
    if (kind === "bad signature") return this.#acceptor(instance, content, new Uint8Array(64));
    const { digest, signer: key } = this.#configuration;
    const scope = { configDigest: digest.whole, instance };
    return this.#acceptor(instance, content, key.sign(canonicalAcceptorMessage(scope, content)));
  }

  #acceptor(
    instance: bigint,
    content: AcceptorContent,
    signature: Uint8Array,
  ): ConsensusMessage {
    return encodeMessage({ kind: "acceptor", instance, content, signature });
  }

  #proposal(instance: bigint, nanos: number): ConsensusMessage {
    const valueHash: ValueHash = hashValue(VALUE);
    const seconds = 1_700_000_000;
    return encodeMessage({
      kind: "1a",
      instance,
      ballot: { seconds, nanos, valueHash },
      value: VALUE,
    });
  }
}

function randomId(): MessageId {
  return randomBytes(32).toString("hex") as MessageId;
}

const [file = "", victim = "", messages = "0", milliseconds = "0", instances = "1"] = Deno.args;
const configuration = loadConfiguration(await Deno.readTextFile(file), file);
const acceptor = configuration.acceptors.find(({ name }) => name === victim)!;
const nonsense = new Nonsense(configuration, Number(instances));
const over = performance.now() + Number(milliseconds);
let sent = 0;
let links = 0;

/** One conversation; it is over when the victim says so. */
class Conversation {
  readonly #call = new AbortController();
  #said = 0;
  #answered = 0;
  #wake = () => {};

  /** Talks to the victim until either has enough. */
  async hold(): Promise<void> {
    try {
      for await (const { pong, goodbye } of client.stream(this.#outgoing(), this.#call.signal)) {
        if (goodbye !== undefined) break;
        if (pong === 0n) continue;
        this.#answered = Number(pong);
        this.#wake();
      }
    } catch {
      // The victim has closed the link, or does not take a new one so soon.
    }
    this.#call.abort();
    this.#wake();
  }

  async *#outgoing(): AsyncGenerator<Envelope> {
    yield create(EnvelopeSchema, {
      hello: {
        protocolVersion: 1,
        role: Role.ACCEPTOR,
        name: configuration.self.name,
        incarnation: BigInt(links),
        configDigest: encodeDigest(configuration.digest),
        logEpoch: new Uint8Array(16).fill(7),
      },
    });
    while (!this.#call.signal.aborted && goesOn()) {
      sent += BATCH;
      yield { ...nonsense.envelope(), ping: BigInt(++this.#said) };
      // What the victim has not read would pile up here and count as sent.
      while (this.#said - this.#answered >= WINDOW && !this.#call.signal.aborted && goesOn()) {
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    }
  }
}

function goesOn(): boolean {
  return sent < Number(messages) && performance.now() < over;
}

const client = connectToAcceptor(configuration, acceptor);
while (goesOn()) {
  links++;
  await new Conversation().hold();
  // It would not help to dial as fast as possible: the victim's doorman counts.
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 250);
  await promise;
}
client.close();
console.log(JSON.stringify({ sent, links, made: nonsense.made }));
