/**
 * A hostile acceptor: sends another acceptor nonsense as fast as it takes it, for so many messages.
 * Says how far it is after every tenth, and at the end what it has sent.
 * `deno run flooder.ts CONFIG VICTIM MESSAGES INSTANCES`
 *
 * @module
 */

import { connectToAcceptor } from "../../lib/net/acceptor_client.ts";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import { encodeDigest } from "../../lib/config/digests.ts";
import { create } from "@bufbuild/protobuf";
import {
  type Envelope,
  EnvelopeSchema,
  Role,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { PROTOCOL_VERSION } from "../../lib/wire/protocol_version.ts";
import { Nonsense } from "./nonsense.ts";
import { streamOf } from "../net/iterated_talk.ts";

/** Envelopes that the victim has not answered, at most. */
const WINDOW = 8;

/** Before a new link: the victim forgives ten faults a second. */
const PAUSE_MS = 150;

const [file = "", victim = "", messages = "0", instances = "1"] = Deno.args;
const configuration = loadConfiguration(await Deno.readTextFile(file), file);
const acceptor = configuration.acceptors.find(({ name }) => name === victim)!;
const nonsense = new Nonsense(configuration, Number(instances));
const total = Number(messages);
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
      for await (const envelope of streamOf(client, this.#outgoing(), this.#call.signal)) {
        nonsense.hears(envelope.messages);
        if (envelope.goodbye !== undefined) break;
        if (envelope.pong === 0n) continue;
        this.#answered = Number(envelope.pong);
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
        protocolVersion: PROTOCOL_VERSION,
        role: Role.ACCEPTOR,
        name: configuration.self.name,
        incarnation: 1n,
        configDigest: encodeDigest(configuration.digest),
        logEpoch: new Uint8Array(16).fill(7),
      },
    });
    while (!this.#call.signal.aborted && sent < total) {
      const envelope = nonsense.envelope();
      count(envelope.messages.length);
      yield { ...envelope, ping: BigInt(++this.#said) };
      // What the victim has not read would pile up here and count as sent.
      while (this.#said - this.#answered >= WINDOW && !this.#call.signal.aborted) {
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    }
  }
}

function count(more: number): void {
  const tenth = Math.floor(sent / (total / 10));
  sent += more;
  if (Math.floor(sent / (total / 10)) > tenth) console.log(JSON.stringify({ event: "on", sent }));
}

const client = connectToAcceptor(configuration, acceptor);
while (sent < total) {
  links++;
  await new Conversation().hold();
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, PAUSE_MS);
  await promise;
}
client.close();
console.log(JSON.stringify({ event: "over", sent, links, made: nonsense.made }));
